"""Whose authorization a Grant is: a person's, or the client's own."""

from dataclasses import dataclass

from bridge.domain.ids import SessionKey, Sid, Sub
from bridge.domain.subject import Subject


@dataclass(frozen=True, slots=True)
class LoginFacts:
    """What an ID token says of the login, at the code as at every refresh (OIDC Core §2, §12.2)."""

    sid: Sid
    session_key: SessionKey
    auth_time: int  # epoch seconds
    acr: str
    amr: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonPrincipal:
    """A person, by the login that the authorization was given in. `sub`: as the client knows them."""

    subject: Subject
    sub: Sub
    login: LoginFacts


@dataclass(frozen=True, slots=True)
class ClientPrincipal:
    """The client itself (RFC 6749 §4.4): nobody is signed in."""


Principal = PersonPrincipal | ClientPrincipal
