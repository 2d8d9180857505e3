"""The settings that rules depend on, apart from where and how the service runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.domain.ids import ConnectorId

CLOCK_SKEW = 30  # seconds that other machines' clocks may differ from ours (DESIGN §6.14)
REPEATED_FOR = 60  # seconds in which the same browser gets the answer of a press again (DESIGN §6.18)
# Seconds in which an Interaction that was completed can't be completed again; no form of it lives that long.
COMPLETED_MARK_FOR = 3600
ROTATION_GRACE = 30  # seconds in which a rotated refresh token gets the same answer again (DESIGN §6.9)


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Seconds (DESIGN §5); a client may have its own of code, access_token, id_token and refresh."""

    code: int = 60
    handoff: int = 300
    interaction: int = 1800
    confirm: int = 120
    access_token: int = 600
    id_token: int = 600
    session_idle: int = 3600
    session: int = 8 * 3600
    refresh_idle: int = 30 * 86400
    refresh: int = 90 * 86400
    upstream_check: int = 300


@dataclass(frozen=True, slots=True)
class Policy:
    """Those settings, made by `Settings.policy`. `amr`: how CamDigiKey says people were authenticated."""

    issuer: str
    lifetimes: Lifetimes = Lifetimes()
    constant_claims: Mapping[str, object] = field(default_factory=dict)
    # By account, RFC 8176; never mfa: CamDigiKey does not say how it asked.
    amr: Mapping[ConnectorId, tuple[str, ...]] = field(default_factory=dict)
    help_uri: str | None = None
