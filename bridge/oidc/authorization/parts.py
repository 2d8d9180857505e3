"""What the checks are given, and the typed parts that they give in return."""

from dataclasses import dataclass
from typing import TypeVar

from bridge.domain.authorization_request import ClaimsRequest, Prompt, ResponseType
from bridge.domain.client import Client
from bridge.domain.ids import Sub
from bridge.oidc.authorization.parameters import Parameters
from bridge.oidc.id_token import HintReader


@dataclass(frozen=True, slots=True)
class Flow:
    """What is asked for, and the nonce that its ID token shall carry (OIDC Core §3.1.2.1)."""

    response_type: ResponseType
    nonce: str | None


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope that is granted of what was asked, in the order asked."""

    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeChallenge:
    """Of the method S256 (RFC 7636 §4.2); None only for a client registered with an exception."""

    value: str | None = None


@dataclass(frozen=True, slots=True)
class LoginDemands:
    """What the person has to be asked."""

    prompt: frozenset[Prompt] = frozenset()


@dataclass(frozen=True, slots=True)
class LoginAge:
    """How old a login may be, in seconds; None: any age."""

    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class ExpectedPerson:
    """Any of these; empty: anybody."""

    subs: tuple[Sub, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is followed where it can be."""

    login_hint: str | None = None
    ui_locales: tuple[str, ...] = ()
    claims_locales: tuple[str, ...] = ()


Part = Flow | Scope | CodeChallenge | LoginDemands | LoginAge | ClaimsRequest | ExpectedPerson | Wishes
PartT = TypeVar("PartT", bound=Part)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts found so far, each known by its type."""

    found: tuple[Part, ...] = ()

    def get(self, kind: type[PartT]) -> PartT | None:
        """The part of this type; None where no check gave one."""
        return next((part for part in self.found if isinstance(part, kind)), None)

    def plus(self, part: Part) -> "Parts":
        """These and one more."""
        return Parts((*self.found, part))


@dataclass(frozen=True, slots=True)
class UncheckedRequest:
    """What a check looks at: the parameters, the trusted client, and what the checks before it found."""

    parameters: Parameters
    client: Client
    hints: HintReader
    parts: Parts = Parts()

    def with_part(self, part: Part | None) -> "UncheckedRequest":
        """The same after one more check; one that only refuses gives no part."""
        if part is None:
            return self
        return UncheckedRequest(self.parameters, self.client, self.hints, self.parts.plus(part))
