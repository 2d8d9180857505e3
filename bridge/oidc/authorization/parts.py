"""What a check is given (UncheckedRequest), and the typed parts that checks return."""

from dataclasses import dataclass
from typing import TypeVar

from bridge.domain.authorization_request import ClaimsRequest, Prompt, ResponseType
from bridge.domain.client import Client
from bridge.domain.ids import Sub
from bridge.oidc.authorization.parameters import Parameters
from bridge.oidc.id_token import HintReader


@dataclass(frozen=True, slots=True)
class Flow:
    """The response_type, and the nonce for the ID token (OIDC Core §3.1.2.1)."""

    response_type: ResponseType
    nonce: str | None


@dataclass(frozen=True, slots=True)
class GrantedScope:
    """The words of the scope that the client may have, in the order in which it asked."""

    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeChallenge:
    """A PKCE challenge of the method S256 (RFC 7636 §4.2); None for a client registered without PKCE."""

    value: str | None = None


@dataclass(frozen=True, slots=True)
class LoginDemands:
    """The words of `prompt`: what the person has to be asked."""

    prompt: frozenset[Prompt] = frozenset()


@dataclass(frozen=True, slots=True)
class LoginAge:
    """How old a login may be, in seconds; None: any age."""

    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class ExpectedPerson:
    """Who has to sign in: any of these `sub`s; empty: anybody."""

    subs: tuple[Sub, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """Parameters that are followed where possible, and never a reason to refuse."""

    login_hint: str | None = None
    ui_locales: tuple[str, ...] = ()
    claims_locales: tuple[str, ...] = ()


Part = Flow | GrantedScope | CodeChallenge | LoginDemands | LoginAge | ClaimsRequest | ExpectedPerson | Wishes
PartT = TypeVar("PartT", bound=Part)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that checks have returned so far; there is at most one of each type."""

    found: tuple[Part, ...] = ()

    def get(self, kind: type[PartT]) -> PartT | None:
        """The part of this type; None where no check has returned one."""
        return next((part for part in self.found if isinstance(part, kind)), None)

    def plus(self, part: Part) -> "Parts":
        """These and one more."""
        return Parts((*self.found, part))


@dataclass(frozen=True, slots=True)
class UncheckedRequest:
    """What a check looks at: the parameters, the client, and the parts of the checks before it."""

    parameters: Parameters
    client: Client
    hints: HintReader
    parts: Parts = Parts()

    def with_part(self, part: Part | None) -> "UncheckedRequest":
        """The same with one more part; None adds nothing."""
        if part is None:
            return self
        return UncheckedRequest(self.parameters, self.client, self.hints, self.parts.plus(part))
