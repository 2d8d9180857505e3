"""The operations of the administration API, a row each.

Read from here: routes, who may (`guard`), which scope a token needs, what is read of the request, the OpenAPI
description (`openapi`), the guide's table, and the test that walks scope by operation.
"""

from dataclasses import dataclass
from typing import Literal

from bridge.domain.admin_scopes import API_PATH, AdminScope
from bridge.domain.events import CHAINED_EVENTS
from bridge.manage.access import Action, scopes_of
from bridge.products import PRODUCTS

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Condition = Literal["no", "optional", "required"]
Schema = Literal[
    "Client",
    "ClientList",
    "RegisteredClient",
    "NewClient",
    "WholeClient",
    "ClientChanges",
    "SecretWish",
    "Proposed",
    "NewSecret",
    "SecretList",
    "SnippetList",
    "ProductList",
    "AdministratorList",
    "KeyList",
    "JobList",
    "AuditList",
]
MAX_PAGE, PAGE = 200, 50  # entries of a list
MAX_SECONDS = 2**53 - 1  # what every reader of JSON can hold


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter of a query. `maximum` of a number, or of a text's letters."""

    name: str
    about: str
    kind: Literal["text", "number"] = "text"
    minimum: int = 0
    maximum: int = 255
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One address and method. `id`: its name in the description, and of the view that answers.

    `action`: what the actor has to be allowed; None: everybody who reaches the API may. `subject`: the part
    of the path that names what it is done to. `body` and `answer`: names of `schemas`; an answer that is None
    is no body, or a text of its own. `if_match`: whether a change names the version that it was made from.
    """

    id: str
    method: Method
    path: str
    about: str
    action: Action | None
    subject: str = ""
    query: tuple[Query, ...] = ()
    body: Schema | None = None
    answer: Schema | None = None
    status: int = 200
    if_match: Condition = "no"
    etag: bool = False  # its answer has a version
    once: bool = False  # a POST that may name an Idempotency-Key
    conflicts: bool = False  # it can be refused for what is registered now
    checks: bool = False  # what it makes of a client is checked

    @property
    def scopes(self) -> tuple[AdminScope, ...]:
        """The scopes of which a token needs one, the least first; none where no token is asked."""
        return scopes_of(self.action) if self.action else ()


CLIENTS = f"{API_PATH}/clients"
CLIENT = f"{CLIENTS}/<client_id>"
ID = "client_id"
LIMIT = Query("limit", "How many entries at most.", "number", 1, MAX_PAGE)
CURSOR = Query("cursor", "`next_cursor` of the page before.", maximum=2000)

OPERATIONS: tuple[Operation, ...] = (
    Operation("describe", "GET", f"{API_PATH}/openapi.json", "This description.", None, etag=True),
    # Applications.
    Operation(
        "list_clients",
        "GET",
        CLIENTS,
        "Applications, in the order of their names.",
        "list clients",
        query=(
            LIMIT,
            CURSOR,
            Query("q", "How their names begin, or a whole client id.", maximum=100),
        ),
        answer="ClientList",
    ),
    Operation(
        "register_client",
        "POST",
        CLIENTS,
        "Register an application. Its secret is in this answer alone.",
        "add client",
        body="NewClient",
        answer="RegisteredClient",
        status=201,
        etag=True,
        once=True,
        conflicts=True,
        checks=True,
    ),
    Operation("get_client", "GET", CLIENT, "One application.", "see client", ID, answer="Client", etag=True),
    Operation(
        "replace_client",
        "PUT",
        CLIENT,
        "Change an application: a field that is left out gets its default.",
        "edit client",
        ID,
        body="WholeClient",
        answer="Client",
        if_match="required",
        etag=True,
        conflicts=True,
        checks=True,
    ),
    Operation(
        "change_client",
        "PATCH",
        CLIENT,
        "Change some fields of an application (RFC 7396).",
        "edit client",
        ID,
        body="ClientChanges",
        answer="Client",
        if_match="required",
        etag=True,
        conflicts=True,
        checks=True,
    ),
    Operation(
        "delete_client",
        "DELETE",
        CLIENT,
        "Delete an application, with what people agreed to give it.",
        "delete client",
        ID,
        status=204,
        if_match="required",
    ),
    Operation(
        "enable_client",
        "POST",
        f"{CLIENT}/enable",
        "Let an application in again.",
        "enable client",
        ID,
        answer="Client",
        if_match="optional",
        etag=True,
        once=True,
    ),
    Operation(
        "disable_client",
        "POST",
        f"{CLIENT}/disable",
        "Keep an application out; its registration stays.",
        "disable client",
        ID,
        answer="Client",
        if_match="optional",
        etag=True,
        once=True,
    ),
    Operation(
        "list_secrets",
        "GET",
        f"{CLIENT}/secrets",
        "An application's live secrets by their ids, the newest first.",
        "see client",
        ID,
        answer="SecretList",
        etag=True,
    ),
    Operation(
        "rotate_secret",
        "POST",
        f"{CLIENT}/secrets",
        "Make a new secret, which is in this answer alone. The one before works until the next.",
        "rotate secret",
        ID,
        body="SecretWish",
        answer="NewSecret",
        status=201,
        if_match="required",
        etag=True,
        once=True,
        conflicts=True,
    ),
    Operation(
        "delete_secret",
        "DELETE",
        f"{CLIENT}/secrets/<secret_id>",
        "End one of two live secrets.",
        "rotate secret",
        ID,
        status=204,
        if_match="required",
        conflicts=True,
    ),
    Operation(
        "show_snippets",
        "GET",
        f"{CLIENT}/snippets/<product>",
        "A product's configuration with this application's values; a placeholder stands for the secret.",
        "see client",
        ID,
        answer="SnippetList",
        conflicts=True,
    ),
    # The service.
    Operation(
        "list_products",
        "GET",
        f"{API_PATH}/products",
        "Products that have a configuration.",
        "list clients",
        answer="ProductList",
    ),
    Operation(
        "list_administrators",
        "GET",
        f"{API_PATH}/administrators",
        "Who administers, by ids: names of people are on the console alone.",
        "list administrators",
        answer="AdministratorList",
    ),
    Operation(
        "list_keys",
        "GET",
        f"{API_PATH}/keys",
        "Signing keys, the newest first.",
        "list keys",
        answer="KeyList",
    ),
    Operation(
        "list_jobs", "GET", f"{API_PATH}/jobs", "Work in the background.", "see jobs", answer="JobList"
    ),
    Operation(
        "list_audit",
        "GET",
        f"{API_PATH}/audit",
        "What administrators did, the newest first.",
        "see audit",
        query=(
            LIMIT,
            CURSOR,
            Query("since", "Since then, in seconds since 1970.", "number", 0, MAX_SECONDS),
            Query("actor", "Who did it: `administrator:ID`, `client:ID`, `command line`."),
            Query("event", "What was done.", choices=CHAINED_EVENTS),
            Query("subject", "To which application, key or administrator, by its id."),
        ),
        answer="AuditList",
    ),
)
BY_ID = {row.id: row for row in OPERATIONS}
PARTS = {  # what each part of a path is
    "client_id": "An application's id.",
    "secret_id": "A secret's id, from the list of an application's secrets.",
    "product": f"One of {', '.join(PRODUCTS)}.",
}
