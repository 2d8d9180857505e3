"""Test and evaluate: what an application would be told of the administrator, or of a simulator's person."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from bridge.domain.claims import WhyLeftOut
from bridge.domain.ids import SessionKey, Sid
from bridge.domain.principal import LoginFacts
from bridge.domain.subject import Identity
from bridge.errors import SealBroken
from bridge.manage import Refused
from bridge.manage.client_testing import RESULT_LIVES, Tested
from bridge.manage.console_sign_in import PendingSignIn
from bridge.manage.evaluation import Evaluation, TestedPerson
from bridge.web.console import pages, signing_in
from bridge.web.console.fields import TABS
from bridge.web.console.guard import here
from bridge.web.texts import N_
from bridge.web.use_cases import use_cases

COOKIE = "admin_test"  # the result, sealed: Strict, and kept nowhere else
REASONS: Mapping[WhyLeftOut, str] = {
    "scope": N_("The application may not ask for the scope that it belongs to."),
    "purpose": N_("The application has not said in writing what it needs it for."),
    "allow_list": N_("The application's own list of claims leaves it out."),
    "unknown": N_("Nothing is known of it here."),
    "each_token": N_("It belongs to one token or request, and a test makes none."),
}


def test_page(client_id: str) -> Response:
    """The page with the button; after a test with what it came to."""
    mine = _mine()
    if mine is None:
        return _show(client_id)
    try:
        found = use_cases().testing.evaluate(here().actor, client_id, mine)
    except Refused:  # it is too old
        return _show(client_id)
    return _show(client_id, found, tested_at=mine.at)


def begin_test(client_id: str) -> Response:
    """Goes to CamDigiKey, and from there back to the console: never to the application."""
    uses = use_cases()
    before = uses.browser.cookies.read("session") or ""
    return signing_in.go(uses.testing.begin(here().actor, client_id, here().session, before))


def evaluate(client_id: str) -> Response:
    """The same of a person of the simulator, who does not sign in."""
    name = request.form.get("persona", "")
    try:
        found = use_cases().testing.evaluate_persona(here().actor, client_id, name)
    except Refused as refused:
        return _show(client_id, faults=(refused.sentence,), status=422)
    return _show(client_id, found, persona=name)


def keep_result(response: Response, tested: Tested, pending: PendingSignIn) -> None:
    """Give the browser the result, sealed, and its own Session again, whose place the test's had taken."""
    uses = use_cases()
    person = tested.person
    kept = {"session": tested.session, "at": person.at, "login": asdict(person.login)}
    kept["identity"] = {name: text for name, text in asdict(person.identity).items() if text is not None}
    sealed = uses.sealer.seal(COOKIE, zlib.compress(json.dumps(kept, ensure_ascii=False).encode()))
    if len(sealed) > signing_in.MAX_PENDING:
        raise Refused("What CamDigiKey says of you is too long to be kept here for ten minutes.")
    uses.browser.cookies.put(response, COOKIE, sealed, RESULT_LIVES, samesite="Strict")
    put_session_back(response, pending)


def put_session_back(response: Response, pending: PendingSignIn) -> None:
    """Give the browser the Session that it had before the test; the test's has ended."""
    cookies = use_cases().browser.cookies
    if pending.before:
        cookies.put(response, "session", pending.before)
    else:
        cookies.drop(response, "session")


def _mine() -> TestedPerson | None:
    """Whom this browser's test was of; None where there is none, or another console session's."""
    uses = use_cases()
    sealed = uses.browser.cookies.read(COOKIE)
    try:
        kept = _read(uses.sealer.unseal(COOKIE, sealed)) if sealed else {}
    except SealBroken:
        return None
    if kept.get("session") != here().session.key:
        return None
    said = kept["login"]
    login = LoginFacts(
        Sid(said["sid"]), SessionKey(said["session_key"]), said["auth_time"], said["acr"], tuple(said["amr"])
    )
    return TestedPerson(Identity(**kept["identity"]), login, kept["at"])


def _read(sealed: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(zlib.decompress(sealed))
    return found


def _show(
    client_id: str,
    found: Evaluation | None = None,
    *,
    tested_at: int = 0,
    persona: str = "",
    faults: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    uses = use_cases()
    try:
        client = uses.administration.clients.get(here().actor, client_id)
    except Refused:
        raise NotFound from None
    return pages.show(
        "test",
        status,
        client=client,
        tabs=TABS,
        tab="test",
        found=found,
        decoded={"ID token": _decoded(found.id_token), "userinfo": _decoded(found.userinfo)} if found else {},
        reasons=REASONS,
        tested_at=tested_at,
        minutes=RESULT_LIVES // 60,
        persona=persona,
        personas=uses.testing.personas,
        faults=faults,
    )


def _decoded(answer: Mapping[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False, indent=2)
