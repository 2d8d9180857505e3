"""What a claim's value is computed from (Facts), and the types of values and of their sources."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bridge.domain.authorization_request import Json
from bridge.domain.client import Client
from bridge.domain.principal import PersonPrincipal
from bridge.domain.subject import Identity

Value = Json | dict[str, Json] | list[str]
Values = dict[str, Value]
Constants = Mapping[str, object]  # the setting claims.constant


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a claim's value can depend on."""

    person: PersonPrincipal
    client: Client
    claims_locales: tuple[str, ...]  # OIDC Core §5.2
    day: date  # today, in Cambodia

    @property
    def identity(self) -> Identity:
        """What CamDigiKey asserted."""
        return self.person.subject.identity


Source = Callable[[Facts], Value]  # returns None or "" where there is no value
