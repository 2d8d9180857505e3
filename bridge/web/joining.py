"""`/join/<token>`: the link of an invitation to an application, and what follows its person's sign-in."""

import json
from dataclasses import asdict
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from bridge.errors import SealBroken, ShownToUser
from bridge.manage import Refused
from bridge.manage.joining import PendingJoin
from bridge.manage.own_sign_in import PENDING_LIVES
from bridge.web import pages
from bridge.web.responses import page
from bridge.web.use_cases import use_cases

COOKIE = "join"  # what the browser keeps while its person is at CamDigiKey; it counts once
WAITING_COOKIE = "joined"  # what it is shown afterwards
ACTION = "join"  # what the form does, for its CSRF token
OVER = "invitation_over"


def invitation(token: str) -> Response:
    """The page of an invitation; it spends nothing. Raises ShownToUser."""
    uses = use_cases()
    try:
        client = uses.joining.application(token)
    except Refused as refused:
        raise ShownToUser(410, OVER, str(refused)) from None
    uses.browser.id_or_new()
    go = pages.Form(f"/join/{token}", {"csrf": uses.browser.csrf(ACTION)})
    return page(pages.join(client=client, go=go), client=client)


def begin(token: str) -> Response:
    """Goes to CamDigiKey; who comes back accepts the invitation by it. Raises ShownToUser."""
    uses = use_cases()
    uses.browser.check_csrf(ACTION)
    try:
        begun = uses.joining.begin(token)
    except Refused as refused:
        raise ShownToUser(410, OVER, str(refused)) from None
    response = redirect(begun.address, 303)
    _keep(response, COOKIE, asdict(begun.pending))
    return response


def joined() -> Response:
    """Comes back from the provider: the person has accepted. Raises ShownToUser.

    The page that says so is asked for without the code, so that F5 shows it again (DESIGN §6.18).
    """
    uses = use_cases()
    if "code" not in request.args and "error" not in request.args:
        return _waiting()
    pending = _kept(COOKIE)
    if pending is None:
        raise ShownToUser(400, "opened_elsewhere", "no invitation is being accepted in this browser")
    if "error" in request.args:  # they went back: the invitation is as good as before
        return redirect(f"/join/{pending['token']}", 303)
    try:
        begun = PendingJoin(**pending)
        client, person = uses.joining.finish(begun, request.args.get("state", ""), request.args["code"])
    except Refused as refused:
        raise ShownToUser(410, OVER, str(refused)) from None
    response = redirect("/joined", 303)
    _keep(response, WAITING_COOKIE, {"client_id": client.client_id, "code": person.code})
    uses.browser.cookies.drop(response, COOKIE)
    return response


def _waiting() -> Response:
    uses, kept = use_cases(), _kept(WAITING_COOKIE)
    client = uses.clients.get(kept["client_id"]) if kept else None
    if kept is None or client is None:
        raise ShownToUser(400, "link_expired", "nobody has accepted an invitation in this browser")
    return page(pages.joined(client=client, code=kept["code"]), client=client)


def _keep(response: Response, cookie: str, kept: dict[str, Any]) -> None:
    uses = use_cases()
    sealed = uses.sealer.seal(cookie, json.dumps(kept).encode())
    uses.browser.cookies.put(response, cookie, sealed, PENDING_LIVES)


def _kept(cookie: str) -> dict[str, Any] | None:
    """What this browser keeps there; None where it keeps nothing of ours."""
    uses = use_cases()
    sealed = uses.browser.cookies.read(cookie)
    try:
        kept: dict[str, Any] | None = json.loads(uses.sealer.unseal(cookie, sealed)) if sealed else None
    except SealBroken:
        return None
    return kept
