"""Confirm: the person says on our page that the one who came back from CamDigiKey is them."""

from bridge.domain.interaction import Interaction
from bridge.domain.session import Session
from bridge.errors import ShownToUser, UpstreamError
from bridge.login.support import SignedIn, sign_in
from bridge.ports import Arrival, Services
from bridge.settings import Settings


def look(key: str, browser: str, services: Services) -> tuple[Interaction, Arrival] | None:
    """Who waits for the person's word in this browser; None once it was given or its time is over."""
    found = services.waiting.peek(key)
    return found if found is not None and found[0].browser == browser else None


def accept(
    key: str, browser: str, before: Session | None, services: Services, settings: Settings
) -> SignedIn:
    """The person said yes: the Session is made now, once. Raises ShownToUser."""
    interaction, arrival = _take(key, browser, services)
    return sign_in(interaction, arrival, before, services, settings)


def reject(key: str, browser: str, services: Services) -> Interaction:
    """The person said no: who came back is signed out at CamDigiKey. Raises ShownToUser."""
    interaction, arrival = _take(key, browser, services)
    try:
        services.connector.logout(arrival.token)
    except UpstreamError as error:
        services.audit.record("upstream.logout_failed", int(services.clock()), error=type(error).__name__)
    return interaction


def _take(key: str, browser: str, services: Services) -> tuple[Interaction, Arrival]:
    # Looked at first, so that a stranger's browser that knows the key can't use it up.
    found = services.waiting.take(key) if look(key, browser, services) else None
    if found is None:
        raise ShownToUser(400, "link_expired", "nobody waits for a confirmation here")
    return found
