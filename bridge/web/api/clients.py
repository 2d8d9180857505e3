"""Applications by the API: each view reads what was asked, calls one use case, and shows what came of it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bridge.domain.client import Client
from bridge.domain.client_metadata import as_metadata
from bridge.domain.ids import ClientId
from bridge.manage import ClientAdministration
from bridge.manage.client_ids import secret_id_of
from bridge.manage.versions import version_of
from bridge.oidc.endpoints import addresses
from bridge.products import PRODUCTS, SnippetFault, Values, snippets
from bridge.web.api.call import Call, Reply
from bridge.web.api.cursors import open_cursor, seal_cursor
from bridge.web.api.fields import read_changes, read_new, read_whole
from bridge.web.api.problems import FieldError, Problem
from bridge.web.api.rows import CLIENTS, PAGE
from bridge.web.use_cases import use_cases


def list_clients(call: Call) -> Reply:
    """A page of them."""
    limit, begins = int(call.query.get("limit", PAGE)), str(call.query.get("q", ""))
    about, sealer = (call.row.id, call.actor.id, begins), use_cases().sealer
    after = None
    if "cursor" in call.query:
        name, client_id = open_cursor(sealer, about, str(call.query["cursor"]))
        after = (name, ClientId(client_id))
    found = _clients().page(call.actor, limit=limit + 1, after=after, begins=begins)
    shown, last = found[:limit], found[:limit][-1:]
    cursor = None
    if len(found) > limit:
        cursor = seal_cursor(sealer, about, (last[0].client_name, last[0].client_id))
    return Reply({"items": [as_metadata(client) for client in shown], "next_cursor": cursor})


def get_client(call: Call) -> Reply:
    """One of them."""
    return _shown(_found(call))


def register_client(call: Call) -> Reply:
    """Registers it."""
    made = _clients().add(call.actor, Client(**read_new(call.body)))
    secret = {"client_secret": made.secret} if made.secret is not None else {}
    headers = {"Location": f"{use_cases().policy.issuer}{CLIENTS}/{made.client.client_id}"}
    return Reply(as_metadata(made.client), version_of(made.client), headers, secret)


def replace_client(call: Call) -> Reply:
    """Changes all of its fields that may be changed."""
    before = _expected(call)
    return _changed(call, before, read_whole(call.body, before))


def change_client(call: Call) -> Reply:
    """Changes those of its fields that the body names."""
    before = _expected(call)
    return _changed(call, before, read_changes(call.body, before))


def delete_client(call: Call) -> Reply:
    """Deletes it."""
    before = _expected(call)
    _clients().delete(call.actor, before.client_id, version=version_of(before))
    return Reply()


def enable_client(call: Call) -> Reply:
    """Lets it in."""
    return _set_enabled(call, True)


def disable_client(call: Call) -> Reply:
    """Keeps it out."""
    return _set_enabled(call, False)


def list_secrets(call: Call) -> Reply:
    """What its live secrets are called."""
    client = _found(call)
    items = [{"secret_id": secret_id_of(kept)} for kept in client.secret_hashes]
    return Reply({"items": items}, version_of(client))


def rotate_secret(call: Call) -> Reply:
    """Makes a new one."""
    at_once = call.body.get("at_once", False)
    faults = [] if isinstance(at_once, bool) else [FieldError("/at_once", "It is true or false.")]
    if unknown := call.body.keys() - {"at_once"}:
        faults += [FieldError("/" + sorted(unknown)[0][:100], "There is no such field.")]
    if faults:
        raise Problem("invalid-fields", errors=faults)
    before = _expected(call)
    made = _clients().rotate_secret(call.actor, before.client_id, at_once=at_once, version=version_of(before))
    body = {"client_id": before.client_id, "secret_id": secret_id_of(made.client.secret_hashes[0])}
    return Reply(body, version_of(made.client), secret={"client_secret": made.secret or ""})


def delete_secret(call: Call) -> Reply:
    """Ends one of two."""
    before, wanted = _expected(call), call.parts["secret_id"]
    if wanted not in map(secret_id_of, before.secret_hashes):
        raise Problem("not-found")
    _clients().delete_secret(call.actor, before.client_id, wanted, version=version_of(before))
    return Reply()


def show_snippets(call: Call) -> Reply:
    """A product's configuration for it."""
    issuer, product = use_cases().policy.issuer, PRODUCTS.get(call.parts["product"])
    if product is None:
        raise Problem("not-found")
    try:
        texts = snippets(product, Values(issuer, addresses(issuer), _found(call), None, None))
    except SnippetFault as fault:
        raise Problem("refused", str(fault)) from None
    members = ("title", "text", "where", "goes_to", "before", "after")
    return Reply({"items": [{name: asdict(text)[name] for name in members} for text in texts]})


def _clients() -> ClientAdministration:
    return use_cases().administration.clients


def _found(call: Call) -> Client:
    """The application of the address. Raises Missing."""
    return _clients().get(call.actor, call.parts["client_id"])


def _expected(call: Call) -> Client:
    """The same, where it is of a version that the request names. Raises Missing, Problem."""
    client = _found(call)
    call.expected.check(version_of(client))
    return client


def _changed(call: Call, before: Client, changes: Mapping[str, Any]) -> Reply:
    if not changes:
        return _shown(before)
    return _shown(_clients().edit(call.actor, before.client_id, changes, version=version_of(before)))


def _set_enabled(call: Call, enabled: bool) -> Reply:
    before = _expected(call)
    version = version_of(before) if call.expected.tags is not None else None
    return _shown(_clients().set_enabled(call.actor, before.client_id, enabled, version=version))


def _shown(client: Client) -> Reply:
    return Reply(as_metadata(client), version_of(client))
