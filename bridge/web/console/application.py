"""One application: how to connect it, its fields by tabs, its credentials, its end."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from bridge.domain.client import Client
from bridge.domain.client_metadata import CLIENT_METADATA
from bridge.domain.encoding import random_text
from bridge.domain.ids import ClientId
from bridge.domain.metadata_field import MetadataField
from bridge.manage import ClientFaults, Refused, Registered
from bridge.manage.admin_grants import administers
from bridge.manage.client_refusals import Overtaken
from bridge.manage.managed import ManagedByFile, owned_by_file
from bridge.manage.register import AwaitsApproval
from bridge.manage.versions import version_of
from bridge.oidc.endpoints import addresses
from bridge.products import PRODUCTS, Snippet, SnippetFault, Values, snippets
from bridge.web.console import pages, signing_in
from bridge.web.console.approvals import show_proposed
from bridge.web.console.fields import TABS, Form, FormFault, Tab, changes, controls
from bridge.web.console.guard import here
from bridge.web.console.rows import ROOT
from bridge.web.pages import shown_of
from bridge.web.texts import N_
from bridge.web.use_cases import use_cases

ANY_PRODUCT = "other"
MANAGED_BY_FILE = N_(
    "A file manages this application: change it there, or tick that you take it over, and save again."
)
CHANGED_MEANWHILE = N_("This application was changed since you opened the page. Look at it, then try again.")


def application(client_id: str) -> Response:
    """How to connect it: the endpoints, and the configuration of a product with its own values."""
    client = client_here(client_id)
    product = request.args.get("product", ANY_PRODUCT)
    return _overview(client, product)


def show_registered(
    made: Registered, product: str = "", *, restored: bool = False, left_out: Sequence[str] = ()
) -> Response:
    """The same after it was registered, restored, or got a new secret: with the secret, which is not shown
    again. `left_out`: the scopes that have to be approved anew."""
    shown = {"new": True, "restored": restored, "left_out": left_out}
    return _overview(made.client, product or ANY_PRODUCT, made.secret, **shown)


def fields(client_id: str, tab: str) -> Response:
    """A tab with its fields."""
    return show_fields(client_here(client_id), _tab(tab))


def edit(client_id: str, tab: str) -> Response:
    """Changes the fields of a tab. Somebody who was overtaken by another sees both versions."""
    chosen, before = _tab(tab), client_here(client_id)
    try:
        made, take_over = changes(chosen, before, request.form), "take_over" in request.form
        if made and decides_who_administers(before, replace(before, **made)):
            return signing_in.park()
        if made or take_over:
            version, clients = request.form.get("version", ""), use_cases().administration.clients
            clients.edit(here().actor, client_id, made, version=version, take_over=take_over)
    except AwaitsApproval as waits:
        return show_proposed(waits)
    except Overtaken as overtaken:
        theirs = overtaken.client
        mine = changes(chosen, theirs, request.form)
        rows = {CLIENT_METADATA[name]: value for name, value in mine.items()}
        return show_fields(theirs, chosen, mine=rows, status=409)
    except ClientFaults as faults:
        return show_fields(before, chosen, faults=faults.faults, written=request.form, status=422)
    except ManagedByFile:
        return show_fields(before, chosen, faults=(MANAGED_BY_FILE,), written=request.form, status=422)
    except (FormFault, Refused) as fault:
        return show_fields(before, chosen, faults=(str(fault),), written=request.form, status=422)
    return redirect(f"{ROOT}/applications/{client_id}/{tab}?saved=1", 303)


def decides_who_administers(before: Client | None, after: Client) -> bool:
    """Whether an owner's change waits for a fresh sign-in, because it gives or touches administration.

    Nobody else's does: the use case refuses them.
    """
    if here().actor.role != "owner" or not (administers(before) or administers(after)):
        return False
    return not use_cases().console_sign_in.is_recent(here().session)


def credentials(client_id: str) -> Response:
    """Its secrets, and what ends it."""
    return _credentials(client_here(client_id))


def new_secret(client_id: str) -> Response:
    """Makes a new secret, and shows it this once."""
    clients, version = use_cases().administration.clients, request.form.get("version", "")
    try:
        made = clients.rotate_secret(
            here().actor, client_id, at_once="at_once" in request.form, version=version
        )
    except AwaitsApproval as waits:
        return show_proposed(waits)
    except Overtaken as overtaken:
        return _credentials(overtaken.client, (CHANGED_MEANWHILE,), status=409)
    except Refused as refused:
        return _credentials(client_here(client_id), (refused.sentence,), status=422)
    return show_registered(made)


def disable(client_id: str) -> Response:
    """Keeps it out; its registration stays."""
    return _set_enabled(client_id, False)


def enable(client_id: str) -> Response:
    """Lets it in again."""
    client = client_here(client_id)
    if decides_who_administers(client, client):
        return signing_in.park()
    return _set_enabled(client_id, True)


def delete(client_id: str) -> Response:
    """Deletes it; for some days it can be restored. Its id has to be written by hand."""
    client = client_here(client_id)
    if request.form.get("confirmation", "").strip() != client.client_id:
        return _credentials(client, (N_("Write the client id to delete the application."),), status=422)
    use_cases().administration.clients.delete(here().actor, client_id)
    return redirect(f"{ROOT}/deleted", 303)


def _credentials(client: Client, faults: tuple[str, ...] = (), *, status: int = 200) -> Response:
    return pages.show(
        "credentials",
        status,
        client=client,
        tabs=TABS,
        tab="credentials",
        version=version_of(client),
        faults=faults,
        saved="saved" in request.args,
    )


def client_here(client_id: str) -> Client:
    """The application of a path. Raises NotFound."""
    try:
        return use_cases().administration.clients.get(here().actor, client_id)
    except Refused:
        raise NotFound from None


def _tab(name: str) -> Tab:
    if name not in TABS:
        raise NotFound
    return TABS[name]


def _set_enabled(client_id: str, enabled: bool) -> Response:
    use_cases().administration.clients.set_enabled(here().actor, client_id, enabled)
    return redirect(f"{ROOT}/applications/{client_id}/credentials?saved=1", 303)


def show_fields(
    client: Client,
    tab: Tab,
    *,
    faults: tuple[str, ...] = (),
    mine: Mapping[MetadataField, Any] | None = None,
    written: Form | None = None,
    status: int = 200,
) -> Response:
    """A tab's page. `mine`: what somebody wanted who was overtaken; `written`: a form that has a fault."""
    version = written.get("version", "") if written is not None else version_of(client)
    return pages.show(
        "fields",
        status,
        client=client,
        tabs=TABS,
        tab=tab.name,
        controls=controls(tab, client, written),
        managed=bool(owned_by_file(client, (control.name for control in controls(tab, client)))),
        version=version,
        shown=shown_of(client),
        faults=faults,
        mine=mine or {},
        saved="saved" in request.args,
    )


def last_used(client_ids: Sequence[ClientId]) -> Mapping[str, int]:
    """When people used these last; nothing to who may not see what happens at applications."""
    if not pages.may("see activity"):
        return {}
    return use_cases().administration.activity.last_used(here().actor, client_ids)


def _overview(client: Client, product: str, secret: str | None = None, **shown: Any) -> Response:
    chosen = PRODUCTS.get(product) or PRODUCTS[ANY_PRODUCT]
    endpoints = addresses(use_cases().policy.issuer)
    own = random_text(use_cases().token_bytes, 32) if secret else None  # beside ours, on the same page alone
    values = Values(use_cases().policy.issuer, endpoints, client, secret, own)
    texts: tuple[Snippet, ...] = ()
    fault = ""
    try:
        texts = snippets(chosen, values)
    except SnippetFault as cannot:
        fault = str(cannot)
    used = last_used((client.client_id,))
    return pages.show(
        "application",
        client=client,
        used_at=used.get(client.client_id),
        tabs=TABS,
        tab="",
        issuer=values.issuer,
        endpoints=endpoints,
        products=PRODUCTS.values(),
        product=chosen,
        snippets=texts,
        snippet_fault=fault,
        secret=secret,
        **shown,
    )
