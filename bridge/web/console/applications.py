"""The list of applications, and the way to register one: a kind or product, its addresses, its secret."""

from typing import Any

from flask import redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from bridge.domain.client import Client
from bridge.domain.encoding import random_text
from bridge.domain.ids import ClientId
from bridge.manage import ClientFaults, Refused
from bridge.manage.client_ids import new_client_id
from bridge.manage.register import AwaitsApproval
from bridge.products import KINDS, PRODUCTS, Kind, Product, defaults_of
from bridge.web.console import pages, signing_in
from bridge.web.console.application import decides_who_administers, last_used, show_registered
from bridge.web.console.approvals import show_proposed
from bridge.web.console.guard import here
from bridge.web.console.rows import ROOT
from bridge.web.use_cases import use_cases

PAGE = 50  # applications on a page
PLACE = "place."  # what the names of fields for a product's places begin with


def applications() -> Response:
    """The list, a page of it: by the beginning of a name, and after the last one of the page before."""
    begins, after = request.args.get("q", "").strip(), None
    if "after" in request.args:
        after = (request.args.get("name", ""), ClientId(request.args["after"]))
    found = use_cases().administration.clients.page(here().actor, limit=PAGE + 1, after=after, begins=begins)
    shown = found[:PAGE]
    more = len(found) > PAGE
    used = last_used([client.client_id for client in shown])
    first = after is None
    notices = _notices() if first else {}
    return pages.show(
        "applications", clients=shown, used=used, more=more, begins=begins, first=first, **notices
    )


def _notices() -> dict[str, int]:
    """How much awaits this person's approval, and how much the command line approved without them."""
    if not pages.may("approve change"):
        return {}
    approvals, actor = use_cases().administration.approvals, here().actor
    return {"waiting": len(approvals.waiting(actor)), "locally": len(approvals.made_locally(actor))}


def kinds() -> Response:
    """What can be registered: a kind of application, or a product by its name."""
    return pages.show("kinds", kinds=KINDS.values(), products=PRODUCTS.values())


def new_application(kind: str) -> Response:
    """The form for an application of a kind, or for a product."""
    return _form(_chosen(kind), {"client_id": new_client_id(use_cases().token_bytes)})


def register(kind: str) -> Response:
    """Registers it, and shows its secret this once.

    The form holds the id, so that pressing twice registers one application.
    """
    chosen, given = _chosen(kind), {name: value.strip() for name, value in request.form.items()}
    clients, actor = use_cases().administration.clients, here().actor
    draft = _draft(chosen, given)
    if decides_who_administers(None, draft):
        return signing_in.park()
    try:
        made = clients.add(actor, draft)
    except ClientFaults as faults:
        return _form(chosen, given, faults.faults, status=422)
    except AwaitsApproval as waits:
        return show_proposed(waits)
    except Refused as refused:
        if _is_registered(given.get("client_id", "")):
            return redirect(f"{ROOT}/applications/{given['client_id']}", 303)
        return _form(chosen, given, (refused.sentence,), status=422)
    return show_registered(made, chosen.id if isinstance(chosen, Product) else "")


def _chosen(kind: str) -> Kind | Product:
    found = KINDS.get(kind) or PRODUCTS.get(kind)
    if found is None:
        raise NotFound
    return found


def _form(
    chosen: Kind | Product, given: dict[str, str], faults: tuple[str, ...] = (), *, status: int = 200
) -> Response:
    service = "client_credentials" in defaults_of(chosen)["grant_types"]
    return pages.show(
        "new_application",
        status,
        chosen=chosen,
        title=chosen.label if isinstance(chosen, Kind) else chosen.name,
        places=chosen.places if isinstance(chosen, Product) else (),
        asks_addresses=not service and not _knows_addresses(chosen),
        asks_scope=service,
        given=given,
        faults=faults,
    )


def _knows_addresses(chosen: Kind | Product) -> bool:
    """Whether its redirect URIs follow from its places."""
    return isinstance(chosen, Product) and bool(chosen.fields.get("redirect_uris"))


def _draft(chosen: Kind | Product, given: dict[str, str]) -> Client:
    addresses = _lines(given.get("redirect_uris", ""))
    places = {name.removeprefix(PLACE): value for name, value in given.items() if name.startswith(PLACE)}
    if addresses and "base" not in places:
        places["base"] = addresses[0]
    fields: dict[str, Any] = dict(defaults_of(chosen, places))
    fields["client_id"] = ClientId(given.get("client_id") or random_text(use_cases().token_bytes, 16))
    fields["client_name"] = given.get("client_name", "")
    for name, value in (
        ("redirect_uris", addresses),
        ("post_logout_redirect_uris", _lines(given.get("post_logout_redirect_uris", ""))),
        ("sector_identifier", given.get("sector_identifier", "")),
        ("scope", tuple(given.get("scope", "").split())),
    ):
        if value:
            fields[name] = value
    return Client(**fields)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _is_registered(client_id: str) -> bool:
    try:
        use_cases().administration.clients.get(here().actor, client_id)
    except Refused:
        return False
    return True
