"""Start: a Handoff to CamDigiKey begins."""

from dataclasses import dataclass, replace

from bridge.domain.interaction import Handoff, Interaction
from bridge.domain.session import Session
from bridge.domain.token import digest
from bridge.errors import BridgeError, UpstreamBroken, UpstreamError, UpstreamRefused
from bridge.login.support import random_text
from bridge.ports import Services
from bridge.settings import Settings


class AlreadyUnderWay(BridgeError):
    """v2 only: this browser has a live Handoff, and a second one would end it (DESIGN §6.4)."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A Handoff that has begun: where the browser goes, and the key by which it finds back."""

    login_url: str
    key: str


def handoff_key(services: Services, browser: str, state: str | None) -> str:
    """The key of a Handoff: by the state where the round trip carries one (v3), else by the browser."""
    if services.connector.carries_state:
        return digest(state or "")
    return digest("browser:" + browser)


def begin(
    interaction: Interaction,
    session: Session | None,
    services: Services,
    settings: Settings,
    *,
    replace_other: bool,
) -> Begun:
    """Begin a Handoff. Raises AlreadyUnderWay, UpstreamError."""
    now = int(services.clock())
    state = random_text(services, 32)
    key = handoff_key(services, interaction.browser, state)
    if not replace_other and not services.connector.carries_state and services.handoffs.peek(key):
        raise AlreadyUnderWay
    login_url = _login_url(state, services)
    if "login" in interaction.request.prompt and session is not None:
        _end_upstream(session, services)
    handoff = Handoff(key, interaction.browser, replace(interaction, failure=""), now)
    if not services.handoffs.begin(handoff, settings.lifetimes.handoff, replace=replace_other):
        raise AlreadyUnderWay
    return Begun(login_url, key)


def _login_url(state: str, services: Services) -> str:
    try:
        return services.connector.start(state)
    except UpstreamRefused as error:  # it is us whom CamDigiKey refuses: no person has been denied anything
        raise UpstreamBroken(str(error)) from error


def _end_upstream(session: Session, services: Services) -> None:
    """So that CamDigiKey has to ask again (DESIGN §6.7); it is a help, and its failure stops nothing."""
    if session.upstream is None:
        return
    try:
        services.connector.logout(session.upstream)
    except UpstreamError:
        services.audit.record("upstream.logout_failed", int(services.clock()), sid=session.sid)
