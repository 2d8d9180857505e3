"""Signing in to the console and out of it, and changes that wait for a fresh sign-in."""

import json
import re
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from flask import g, redirect, request
from werkzeug.wrappers import Response

from bridge.domain.administrator import ROLE_LABELS, ROLE_MEANINGS, ConsoleSession
from bridge.errors import SealBroken
from bridge.manage.access import Refused
from bridge.manage.console_sign_in import Begun, ParkedChange, PendingSignIn, SignedIn
from bridge.manage.own_sign_in import PENDING_LIVES
from bridge.web.console import pages
from bridge.web.console.rows import ROOT
from bridge.web.use_cases import use_cases

PENDING_COOKIE = "admin_login"  # Lax: it has to come with the browser from CamDigiKey; it counts once
COOKIE = "admin"  # Strict: no other site's link or form ever brings it
MAX_PENDING = 2600  # characters: an answer's headers are less than 4 KiB in all, its address among them
MAX_NEXT = 500  # characters of the path of a page of ours

# A path below /admin without dot segments, and perhaps a query: what browsers take elsewhere is none.
OF_THE_CONSOLE = re.compile(rf"{ROOT}(?:/(?!\.)[A-Za-z0-9._~-]+)*(?:\?[A-Za-z0-9._~%&=+-]*)?")


def address(next_path: str) -> str:
    """The page that asks to sign in, and goes on to `next_path`."""
    return f"{ROOT}/sign-in?{urlencode({'next': next_path})}"


def sign_in() -> Response:
    """The page that asks to sign in."""
    return pages.show("sign_in", next=local(request.args.get("next", "")))


def begin() -> Response:
    """Goes to CamDigiKey."""
    next_path = local(request.form.get("next", ""))
    return go(use_cases().console_sign_in.begin(next_path=next_path, session=_session_before()))


def invitation(token: str) -> Response:
    """The page of an invitation; it spends nothing."""
    found = use_cases().administration.administrators.invitation(token)
    role, meaning = ROLE_LABELS[found.role], ROLE_MEANINGS[found.role]
    return pages.show("invitation", role=role, meaning=meaning, action=request.path)


def accept(token: str) -> Response:
    """Goes to CamDigiKey; who comes back accepts the invitation by it."""
    use_cases().administration.administrators.invitation(token)
    return go(use_cases().console_sign_in.begin(invitation=token, session=_session_before()))


def park() -> Response:
    """Asks for a fresh sign-in, and keeps what this request was to do until then."""
    fields = tuple((name, value) for name, value in request.form.items(multi=True) if name != "csrf")
    parked = ParkedChange(request.path, fields, g.console.administrator.id)
    begun = use_cases().console_sign_in.begin(parked=parked, session=g.console.session)
    response = pages.show("sign_in_again", address=begun.address)
    return _keep(response, begun)


def sign_out() -> Response:
    """Ends the session in the console; the sign-in with CamDigiKey ends on the page after it."""
    uses = use_cases()
    uses.console_sign_in.end(g.console.actor, g.console.session)
    response = redirect("/logout", 303)
    uses.browser.cookies.drop(response, COOKIE)
    return response


def _session_before() -> ConsoleSession | None:
    """The session that this browser has in the console already: the new one takes its place."""
    return g.console.session if g.console else None


def go(begun: Begun) -> Response:
    """Goes to CamDigiKey; the browser keeps what has begun."""
    return _keep(redirect(begun.address, 303), begun)


def _keep(response: Response, begun: Begun) -> Response:
    uses = use_cases()
    sealed = uses.sealer.seal(PENDING_COOKIE, json.dumps(asdict(begun.pending)).encode())
    if len(sealed) > MAX_PENDING:
        raise Refused("Sign in again first, then make this change: it is too long to be kept meanwhile.")
    uses.browser.cookies.put(response, PENDING_COOKIE, sealed, PENDING_LIVES)
    return response


def pending() -> PendingSignIn | None:
    """What this browser keeps; None where it keeps nothing, or what another release of ours wrote."""
    uses = use_cases()
    sealed = uses.browser.cookies.read(PENDING_COOKIE)
    try:
        return _read(json.loads(uses.sealer.unseal(PENDING_COOKIE, sealed))) if sealed else None
    except (SealBroken, ValueError, TypeError, KeyError, AttributeError):
        return None


def _read(kept: dict[str, Any]) -> PendingSignIn:
    parked = kept.pop("parked")
    if parked is not None:
        parked = ParkedChange(**parked | {"fields": tuple((name, value) for name, value in parked["fields"])})
    return PendingSignIn(**kept, parked=parked)


def parked_form(done: SignedIn) -> pages.ParkedForm | None:
    if done.parked is None:
        return None
    path = done.parked.path
    return pages.ParkedForm(path, (*done.parked.fields, ("csrf", pages.csrf(path, done.session.key))))


def local(path: str) -> str:
    """The path of a page of the console; its first page for anything else, and for what is no plain path."""
    return path if len(path) <= MAX_NEXT and OF_THE_CONSOLE.fullmatch(path) else ROOT
