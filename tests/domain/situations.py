"""Situations for the decision of a login's way: values of each axis, and all of their combinations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any, cast

from bridge.domain.authorization_request import AuthorizationRequest, Prompt, ReplyTo
from bridge.domain.claims import claim_names
from bridge.domain.client import Client
from bridge.domain.client_people import ClientPerson
from bridge.domain.connector import Capabilities
from bridge.domain.consent import Consent
from bridge.domain.ids import (
    BrowserId,
    ClientId,
    ClientPersonId,
    ConnectorId,
    InteractionId,
    SessionKey,
    Sid,
    Sub,
    SubjectId,
)
from bridge.domain.interaction import Interaction
from bridge.domain.next_step import Press, Situation
from bridge.domain.session import Session
from bridge.domain.subject import Identity, Subject, UpstreamToken

NOW = 1_790_000_000
PERSON, SOMEBODY_ELSE = SubjectId("person"), SubjectId("somebody else")
SUB = Sub("sub-of-person")
CLIENT = Client(ClientId("web"), "Portal", ("https://app.example/cb",), scope=("openid", "profile"))
REQUEST = AuthorizationRequest(CLIENT.client_id, ReplyTo("https://app.example/cb"), ("openid", "profile"))
INTERACTION = Interaction(InteractionId("this"), REQUEST, BrowserId("browser"), NOW)
COVERING = Consent(PERSON, CLIENT.client_id, frozenset(("openid", "profile")), frozenset(), NOW)

SESSIONS = ("none", "earlier", "old", "own")
AGES = {"old": 86400, "this second": 0}  # seconds since the login, where it is not a minute
CONSENTS = ("none", "covers", "narrower")
PROMPTS: tuple[frozenset[Prompt], ...] = (
    frozenset(),
    frozenset(("none",)),
    frozenset(("login",)),
    frozenset(("consent",)),
    frozenset(("select_account",)),
    frozenset(("login", "consent")),
)
PRESSES: tuple[Press, ...] = ("nothing", "continue", "replace", "agree")


def session(kind: str) -> Session | None:
    """A Session: earlier (a minute old), old (a day), of this second, or own (this Interaction's)."""
    if kind == "none":
        return None
    return Session(
        key=SessionKey("key"),
        sid=Sid("sid"),
        subject=Subject(PERSON, Identity("CDK1"), NOW),
        auth_time=NOW - AGES.get(kind, 60),
        interaction_id=INTERACTION.id if kind == "own" else InteractionId("another"),
        upstream=UpstreamToken("token", ConnectorId("camdigikey"), NOW, NOW + 3600, NOW),
    )


def consent(kind: str) -> Consent | None:
    """A Consent: one that covers the request, or one to less."""
    from_kind = {
        "none": None,
        "covers": _covering(),
        "narrower": replace(COVERING, scope=frozenset(("openid",))),
    }
    return from_kind[kind]


def person(state: str) -> ClientPerson | None:
    """The client's record of the person; "nobody" and "": it has none."""
    if state in ("", "nobody"):
        return None
    return ClientPerson(
        ClientPersonId("id"), CLIENT.client_id, PERSON, "SOPHEA", cast(Any, state), NOW, ("clerk",)
    )


def _covering() -> Consent:
    return COVERING.widened_by(REQUEST.scope, claim_names(REQUEST, CLIENT), NOW)


def situation(
    *,
    session_kind: str = "none",
    consent_kind: str = "none",
    prompt: frozenset[Prompt] = frozenset(),
    max_age: int | None = None,
    required: tuple[Sub, ...] = (),
    consented_by: SubjectId | None = None,
    failure: Any = None,
    skip_consent: bool = False,
    skip_login_page: bool = False,
    carries_state: bool = True,
    press: Press = "nothing",
    navigated: bool = False,
    other_handoff: bool = False,
    unconfirmed: bool = False,
    unfamiliar: bool = False,
    listed: str = "",
) -> Situation:
    """A Situation by what is special about it."""
    request = replace(REQUEST, prompt=prompt, max_age=max_age, required_subs=required)
    interaction = replace(INTERACTION, request=request, consented_by=consented_by, failure=failure)
    client = replace(CLIENT, skip_consent=skip_consent, skip_login_page=skip_login_page)
    if listed:
        client = replace(client, access="listed")
    found = session(session_kind)
    return Situation(
        interaction=interaction,
        client=client,
        capabilities=Capabilities(carries_state=carries_state),
        now=NOW,
        session=found,
        sub=SUB if found is not None else None,
        person=person(listed),
        consent=consent(consent_kind),
        press=press,
        navigated=navigated,
        other_handoff=other_handoff,
        unconfirmed=unconfirmed,
        unfamiliar=unfamiliar,
    )


BOTH = (False, True)
LISTED = ("nobody", "pending", "active", "removed")  # of a client that lets in listed people alone
WHO_AND_WHEN: tuple[dict[str, Any], ...] = tuple(
    {"session_kind": kind, "prompt": prompt, "max_age": max_age, "required": required}
    for kind, prompt, max_age, required in product(
        SESSIONS, PROMPTS, (None, 0, 3600), ((), (SUB,), (Sub("another"),))
    )
)
AGREED: tuple[dict[str, Any], ...] = tuple(
    {"consent_kind": kind, "consented_by": by, "skip_consent": skip}
    for kind, by, skip in product(CONSENTS, (None, PERSON, SOMEBODY_ELSE), BOTH)
)
WAY: tuple[dict[str, Any], ...] = tuple(
    {
        "press": press,
        "failure": failure,
        "skip_login_page": skip,
        "carries_state": carries,
        "navigated": navigated,
        "other_handoff": other,
    }
    for press, failure, skip, carries, navigated, other in product(
        PRESSES, (None, "access_denied"), BOTH, BOTH, BOTH, BOTH
    )
)
RETURNED: tuple[dict[str, Any], ...] = (
    {},
    {"unconfirmed": True},
    {"unconfirmed": True, "unfamiliar": True},
)


def every_situation() -> Iterator[Situation]:
    """Every combination of the values above, a few hundred thousand."""
    for who, way in product(WHO_AND_WHEN, WAY):
        yield situation(**who, **way)
    for who, press, listed, returned in product(WHO_AND_WHEN, PRESSES, LISTED, RETURNED):
        yield situation(**who, press=press, listed=listed, consent_kind="covers", **returned)
    for who, agreed, returned, carries in product(WHO_AND_WHEN, AGREED, RETURNED, BOTH):
        yield situation(**who, **agreed, **returned, carries_state=carries)
