"""A Grant as Redis or SQL alone knows it, before `stores.grants` combines the two."""

from dataclasses import dataclass
from typing import Literal

from bridge.domain.grant import Grant


@dataclass(frozen=True, slots=True)
class StoredGrant:
    """A Grant in one store. `end`: it was ended altogether, or its Session was; None: it has not ended."""

    grant: Grant | None
    end: Literal["all", "session"] | None = None
