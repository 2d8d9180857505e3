"""The decision of a login's way, exhaustively: its table, and what holds in every situation there can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest

from bridge.domain.next_step import (
    AskConsent,
    AskToReplace,
    Confirm,
    Finish,
    GoToCamDigiKey,
    Refuse,
    ShowFailure,
    ShowSignIn,
    Situation,
    Step,
    TurnAway,
    next_step,
)
from tests.domain.situations import (
    PERSON,
    SOMEBODY_ELSE,
    SUB,
    every_situation,
    situation,
)

LOGIN, CONSENT = frozenset(("login",)), frozenset(("consent",))
SILENT, SELECT = frozenset(("none",)), frozenset(("select_account",))
OTHER_SUB = ("another",)
STRAIGHT: dict[str, Any] = {"skip_login_page": True, "navigated": True}

# What is special about the situation, and the step; an OAuth error for a refusal.
TABLE: tuple[tuple[dict[str, Any], type[Step] | str], ...] = (
    # Nobody is signed in.
    ({}, ShowSignIn),
    ({"press": "continue"}, GoToCamDigiKey),
    ({"press": "continue", "other_handoff": True}, AskToReplace),
    ({"press": "replace", "other_handoff": True}, GoToCamDigiKey),
    ({"press": "agree"}, ShowSignIn),
    ({"prompt": SILENT}, "login_required"),
    ({"prompt": SILENT, **STRAIGHT}, "login_required"),
    # Straight on to CamDigiKey (DESIGN §6.3).
    (STRAIGHT, GoToCamDigiKey),
    ({**STRAIGHT, "navigated": False}, ShowSignIn),
    ({**STRAIGHT, "skip_login_page": False}, ShowSignIn),
    ({**STRAIGHT, "carries_state": False}, ShowSignIn),
    ({**STRAIGHT, "prompt": LOGIN}, GoToCamDigiKey),
    ({**STRAIGHT, "prompt": LOGIN, "session_kind": "earlier"}, ShowSignIn),
    ({**STRAIGHT, "prompt": SELECT, "session_kind": "earlier"}, GoToCamDigiKey),
    # Single sign-on (OIDC Core §3.1.2.1).
    ({"session_kind": "earlier", "consent_kind": "covers"}, Finish),
    ({"session_kind": "old", "consent_kind": "covers"}, Finish),
    ({"session_kind": "earlier", "consent_kind": "covers", "prompt": SILENT}, Finish),
    ({"session_kind": "earlier", "consent_kind": "covers", "prompt": LOGIN}, ShowSignIn),
    ({"session_kind": "own", "consent_kind": "covers", "prompt": LOGIN}, Finish),
    ({"session_kind": "earlier", "consent_kind": "covers", "prompt": SELECT}, ShowSignIn),
    ({"session_kind": "own", "consent_kind": "covers", "prompt": SELECT}, Finish),
    ({"session_kind": "earlier", "consent_kind": "covers", "max_age": 3600}, Finish),
    ({"session_kind": "old", "consent_kind": "covers", "max_age": 3600}, ShowSignIn),
    ({"session_kind": "old", "consent_kind": "covers", "max_age": 3600, "prompt": SILENT}, "login_required"),
    ({"session_kind": "earlier", "consent_kind": "covers", "max_age": 0}, ShowSignIn),
    ({"session_kind": "this second", "consent_kind": "covers", "max_age": 0}, ShowSignIn),
    ({"session_kind": "this second", "consent_kind": "covers", "max_age": 1}, Finish),
    ({"session_kind": "earlier", "consent_kind": "covers", "max_age": 60}, Finish),
    ({"session_kind": "earlier", "consent_kind": "covers", "max_age": 59}, ShowSignIn),
    ({"session_kind": "own", "consent_kind": "covers", "max_age": 0}, Finish),
    # The person that the client expects (id_token_hint, claims sub).
    ({"session_kind": "earlier", "consent_kind": "covers", "required": (SUB,)}, Finish),
    ({"session_kind": "earlier", "consent_kind": "covers", "required": OTHER_SUB}, ShowSignIn),
    ({"session_kind": "own", "consent_kind": "covers", "required": OTHER_SUB}, "login_required"),
    ({"session_kind": "own", "consent_kind": "covers", "required": ("another", SUB)}, Finish),
    ({"session_kind": "earlier", "required": OTHER_SUB, "prompt": SILENT}, "login_required"),
    # Consent.
    ({"session_kind": "earlier"}, AskConsent),
    ({"session_kind": "earlier", "consent_kind": "narrower"}, AskConsent),
    ({"session_kind": "earlier", "prompt": SILENT}, "consent_required"),
    ({"session_kind": "earlier", "skip_consent": True}, Finish),
    ({"session_kind": "earlier", "skip_consent": True, "prompt": CONSENT}, AskConsent),
    ({"session_kind": "earlier", "consent_kind": "covers", "prompt": CONSENT}, AskConsent),
    ({"session_kind": "earlier", "consented_by": PERSON}, Finish),
    ({"session_kind": "earlier", "consented_by": PERSON, "prompt": CONSENT}, Finish),
    ({"session_kind": "earlier", "consented_by": SOMEBODY_ELSE}, AskConsent),
    ({"session_kind": "own", "consented_by": SOMEBODY_ELSE, "prompt": CONSENT}, AskConsent),
    ({"session_kind": "earlier", "press": "continue", "consent_kind": "covers"}, Finish),
    ({"session_kind": "earlier", "press": "continue"}, AskConsent),
    # The client lets in listed people alone.
    ({"session_kind": "earlier", "consent_kind": "covers", "listed": "active"}, Finish),
    ({"session_kind": "earlier", "listed": "active"}, AskConsent),
    ({"session_kind": "earlier", "consent_kind": "covers", "listed": "nobody"}, TurnAway),
    ({"session_kind": "earlier", "consent_kind": "covers", "listed": "pending"}, TurnAway),
    ({"session_kind": "own", "consent_kind": "covers", "listed": "removed"}, TurnAway),
    ({"session_kind": "own", "consented_by": PERSON, "listed": "nobody", "press": "agree"}, TurnAway),
    ({"session_kind": "own", "skip_consent": True, "listed": "nobody"}, TurnAway),
    ({"session_kind": "earlier", "listed": "nobody", "prompt": SILENT}, "access_denied"),
    ({"session_kind": "earlier", "listed": "nobody", "press": "continue"}, GoToCamDigiKey),
    ({"session_kind": "own", "listed": "pending", "press": "continue", "other_handoff": True}, AskToReplace),
    ({"session_kind": "own", "listed": "pending", "press": "replace", "other_handoff": True}, GoToCamDigiKey),
    ({"session_kind": "old", "listed": "active", "max_age": 3600}, ShowSignIn),
    ({"session_kind": "own", "listed": "nobody", "required": OTHER_SUB}, "login_required"),
    ({"session_kind": "own", "listed": "nobody", "unconfirmed": True, "carries_state": False}, Confirm),
    ({"listed": "nobody"}, ShowSignIn),
    # CamDigiKey's part failed.
    ({"failure": "access_denied"}, ShowFailure),
    ({"failure": "access_denied", **STRAIGHT}, ShowFailure),
    ({"failure": "access_denied", "press": "continue"}, GoToCamDigiKey),
    ({"failure": "temporarily_unavailable", "session_kind": "earlier"}, ShowFailure),
    # Is this you? (DESIGN §6.4)
    ({"session_kind": "own", "skip_consent": True, "unconfirmed": True}, Finish),
    ({"session_kind": "own", "skip_consent": True, "unconfirmed": True, "unfamiliar": True}, Confirm),
    ({"session_kind": "own", "skip_consent": True, "unconfirmed": True, "carries_state": False}, Confirm),
    ({"session_kind": "own", "skip_consent": True, "carries_state": False}, Finish),
    ({"session_kind": "own", "consent_kind": "covers", "unconfirmed": True, "carries_state": False}, Confirm),
)


@pytest.mark.parametrize(
    ("special", "expected"), TABLE, ids=lambda part: str(getattr(part, "__name__", part))
)
def test_the_table_of_what_comes_next(special: dict[str, Any], expected: type[Step] | str) -> None:
    step = next_step(situation(**special))
    if isinstance(expected, str):
        assert isinstance(step, Refuse)
        assert step.error.error == expected
    else:
        assert isinstance(step, expected), step


def test_the_table_reaches_every_step() -> None:
    reached = {type(next_step(situation(**special))) for special, _ in TABLE}
    assert reached == set(get_args(Step))


def test_a_press_that_replaces_says_so() -> None:
    step = next_step(situation(press="replace", other_handoff=True, carries_state=False))
    assert step == GoToCamDigiKey(replaces_other=True)
    assert next_step(situation(press="continue")) == GoToCamDigiKey(replaces_other=False)


def asks_nothing_in_silence(given: Situation, step: Step) -> bool:
    """prompt=none never makes a Handoff or a page (DESIGN §6.2)."""
    returned = given.unconfirmed or given.interaction.failure is not None
    return returned or not given.interaction.request.silent or isinstance(step, Finish | Refuse)


def finishes_only_for_somebody_signed_in(given: Situation, step: Step) -> bool:
    return not isinstance(step, Finish) or (step.session == given.session and step.sub == given.sub == SUB)


def finishes_only_with_consent(given: Situation, step: Step) -> bool:
    if not isinstance(step, Finish):
        return True
    agreed = given.interaction.consented_by == PERSON
    asked_for = "consent" in given.interaction.request.prompt
    remembered = given.consent is not None and given.consent.covers(given.interaction.request, given.client)
    return agreed or (not asked_for and (given.client.skip_consent or remembered))


def finishes_only_for_the_person_expected(given: Situation, step: Step) -> bool:
    required = given.interaction.request.required_subs
    return not isinstance(step, Finish) or not required or given.sub in required


def finishes_only_for_who_is_let_in(given: Situation, step: Step) -> bool:
    """Neither does anybody else agree to anything, and nobody who is let in is turned away."""
    listed = given.client.access == "listed"
    let_in = not listed or (given.person is not None and given.person.state == "active")
    if isinstance(step, Finish):
        return let_in and step.roles == (("clerk",) if listed else ())
    return let_in if isinstance(step, AskConsent) else not (let_in and isinstance(step, TurnAway))


def a_login_for_this_interaction_is_never_asked_for_again(given: Situation, step: Step) -> bool:
    """Else a login would loop; who is turned away may press for another one."""
    own = given.session is not None and given.session.interaction_id == given.interaction.id
    if given.client.access == "listed" and given.press in ("continue", "replace"):
        return True
    return not own or not isinstance(step, ShowSignIn | GoToCamDigiKey | AskToReplace)


def nobody_is_signed_in_unconfirmed(given: Situation, step: Step) -> bool:
    """Whatever consent or switch there is (DESIGN §6.4)."""
    due = given.unconfirmed and (given.unfamiliar or not given.capabilities.carries_state)
    return isinstance(step, Confirm) == due


def camdigikey_is_reached_by_a_press_or_a_navigation(given: Situation, step: Step) -> bool:
    if not isinstance(step, GoToCamDigiKey):
        return True
    straight = given.client.skip_login_page and given.navigated and given.capabilities.carries_state
    return given.press in ("continue", "replace") or (given.press in ("nothing", "agree") and straight)


def another_handoff_ends_only_by_a_press_that_says_so(given: Situation, step: Step) -> bool:
    if not given.other_handoff or given.press != "continue":
        return True
    return not isinstance(step, GoToCamDigiKey)


def a_failure_is_told_once_and_then_tried_again(given: Situation, step: Step) -> bool:
    if isinstance(step, ShowFailure):
        return given.press == "nothing" and step.failure == given.interaction.failure
    return given.interaction.failure is None or given.press != "nothing" or isinstance(step, Confirm)


PROPERTIES: tuple[Callable[[Situation, Step], bool], ...] = (
    asks_nothing_in_silence,
    finishes_only_for_somebody_signed_in,
    finishes_only_with_consent,
    finishes_only_for_the_person_expected,
    finishes_only_for_who_is_let_in,
    a_login_for_this_interaction_is_never_asked_for_again,
    nobody_is_signed_in_unconfirmed,
    camdigikey_is_reached_by_a_press_or_a_navigation,
    another_handoff_ends_only_by_a_press_that_says_so,
    a_failure_is_told_once_and_then_tried_again,
)


def test_what_holds_in_every_situation() -> None:
    broken: dict[str, Situation] = {}
    for given in every_situation():
        step = next_step(given)
        for holds in PROPERTIES:
            if not holds(given, step):
                broken.setdefault(holds.__name__, given)
    assert not broken
