"""Principals: who a Grant acts for, a person or the client itself."""

from dataclasses import dataclass

from bridge.domain.ids import SessionKey, Sid, Sub
from bridge.domain.subject import Subject


@dataclass(frozen=True, slots=True)
class LoginFacts:
    """The facts of a login that ID tokens repeat, at the code and at every refresh (OIDC Core §2, §12.2)."""

    sid: Sid
    session_key: SessionKey
    auth_time: int  # epoch seconds
    acr: str
    amr: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonPrincipal:
    """A person, and the login in which they gave the authorization. `sub`: the client's name for them.

    `roles`: what the client's administrators gave them, where it has a list of people (client_people).
    """

    subject: Subject
    sub: Sub
    login: LoginFacts
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClientPrincipal:
    """The client itself (RFC 6749 §4.4): no person is involved."""


Principal = PersonPrincipal | ClientPrincipal
