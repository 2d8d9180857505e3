"""Signing in to the console and out of it, and changes that wait for a fresh sign-in."""

import json
from dataclasses import asdict
from urllib.parse import urlencode, urlsplit

from flask import g, redirect, request
from werkzeug.wrappers import Response

from bridge.domain.administrator import ROLE_LABELS, ROLE_MEANINGS
from bridge.errors import SealBroken
from bridge.manage.access import Refused
from bridge.manage.console_sign_in import Begun, PendingSignIn
from bridge.web.console import pages
from bridge.web.console.rows import ROOT
from bridge.web.use_cases import use_cases

PENDING_COOKIE = "admin_login"  # Lax: it has to come with the browser from CamDigiKey; it counts once
COOKIE = "admin"  # Strict: no other site's link or form ever brings it
PENDING_LIVES = 1800  # seconds
MAX_PENDING = 3500  # characters: browsers keep 4096 of a cookie
PARKED_PATH = "path"  # beside the fields of a parked form, none of which has this name


def address(next_path: str) -> str:
    """The page that asks to sign in, and goes on to `next_path`."""
    return f"{ROOT}/sign-in?{urlencode({'next': next_path})}"


def sign_in() -> Response:
    """The page that asks to sign in."""
    return pages.show("sign_in", next=_local(request.args.get("next", "")))


def begin() -> Response:
    """Goes to CamDigiKey."""
    return _go(use_cases().console_sign_in.begin(next_path=_local(request.form.get("next", ""))))


def invitation(token: str) -> Response:
    """The page of an invitation; it spends nothing."""
    found = use_cases().administration.administrators.invitation(token)
    role, meaning = ROLE_LABELS[found.role], ROLE_MEANINGS[found.role]
    return pages.show("invitation", role=role, meaning=meaning, action=request.path)


def accept(token: str) -> Response:
    """Goes to CamDigiKey; who comes back accepts the invitation by it."""
    use_cases().administration.administrators.invitation(token)
    return _go(use_cases().console_sign_in.begin(invitation=token))


def park() -> Response:
    """Asks for a fresh sign-in, and keeps what this request was to do until then."""
    fields = {name: value for name, value in request.form.items() if name != "csrf"}
    parked = {**fields, PARKED_PATH: request.path}
    begun = use_cases().console_sign_in.begin(parked=parked)
    response = pages.show("sign_in_again", address=begun.address)
    return _keep(response, begun)


def callback() -> Response:
    """Comes back from the provider: opens the session, by a page that moves on.

    A Strict cookie that is set in a chain of redirects that began at another site would not be sent.
    """
    uses = use_cases()
    pending = _pending()
    try:
        if pending is None:
            raise Refused("This sign-in did not begin in this browser. Begin it again.")
        if "code" not in request.args:
            raise Refused("You were not signed in.")
        done = uses.console_sign_in.finish(
            pending,
            request.args.get("state", ""),
            request.args["code"],
            request.headers.get("User-Agent", ""),
        )
    except Refused as refused:
        response = pages.show("refused", 403, sentence=str(refused), again=address(ROOT))
        uses.browser.cookies.drop(response, PENDING_COOKIE)
        return response
    g.console = None
    form = _parked_form(pending, done.session.key)
    response = pages.moving_on(pending.next or ROOT, form)
    uses.browser.cookies.put(response, COOKIE, done.secret, samesite="Strict")
    uses.browser.cookies.drop(response, PENDING_COOKIE)
    return response


def sign_out() -> Response:
    """Ends the session in the console; the sign-in with CamDigiKey ends on the page after it."""
    uses = use_cases()
    uses.console_sign_in.end(g.console.session)
    response = redirect("/logout", 303)
    uses.browser.cookies.drop(response, COOKIE)
    return response


def _go(begun: Begun) -> Response:
    return _keep(redirect(begun.address, 303), begun)


def _keep(response: Response, begun: Begun) -> Response:
    uses = use_cases()
    sealed = uses.sealer.seal(PENDING_COOKIE, json.dumps(asdict(begun.pending)).encode())
    if len(sealed) > MAX_PENDING:
        raise Refused("Sign in again first, then make this change: it is too long to be kept meanwhile.")
    uses.browser.cookies.put(response, PENDING_COOKIE, sealed, PENDING_LIVES)
    return response


def _pending() -> PendingSignIn | None:
    uses = use_cases()
    sealed = uses.browser.cookies.read(PENDING_COOKIE)
    try:
        return PendingSignIn(**json.loads(uses.sealer.unseal(PENDING_COOKIE, sealed))) if sealed else None
    except (SealBroken, ValueError, TypeError):
        return None


def _parked_form(pending: PendingSignIn, session_key: str) -> pages.ParkedForm | None:
    fields = dict(pending.parked)
    path = fields.pop(PARKED_PATH, "")
    if not path:
        return None
    return pages.ParkedForm(path, {**fields, "csrf": pages.csrf(path, session_key)})


def _local(path: str) -> str:
    """The path of a page of the console; its first page for anything else."""
    parts = urlsplit(path)
    within = parts.path == ROOT or parts.path.startswith(ROOT + "/")
    return path if within and not parts.scheme and not parts.netloc and "\\" not in path else ROOT
