"""What one store knows of a Grant, before the two are put together."""

from dataclasses import dataclass
from typing import Literal

from bridge.domain.grant import Grant


@dataclass(frozen=True, slots=True)
class KeptGrant:
    """A Grant as one store has it. `end`: it was ended, altogether or as far as it hangs on its Session."""

    grant: Grant | None
    end: Literal["all", "session"] | None = None
