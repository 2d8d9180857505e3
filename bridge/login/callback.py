"""Callback: a browser comes back from CamDigiKey with an auth token, or with an error."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bridge.domain.interaction import Handoff, Interaction
from bridge.domain.session import Session
from bridge.domain.token import digest
from bridge.errors import ShownToUser, UpstreamError
from bridge.login.start import handoff_key
from bridge.login.support import LastPerson, SignedIn, person_mark, sign_in
from bridge.ports import Arrival, Services
from bridge.settings import Settings

REFUSED_CODES = frozenset({"access_denied", "user_denied", "rejected", "cancelled", "canceled", "denied"})


@dataclass(frozen=True, slots=True)
class Resumed:
    """Nothing new happened: the browser gets the clean URL of its Interaction."""

    interaction: Interaction


@dataclass(frozen=True, slots=True)
class Failed:
    """CamDigiKey's part failed; the Interaction carries the failure to a page that offers two ways."""

    interaction: Interaction


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Somebody came back, and has to say on the confirm page that it is them (DESIGN §6.4)."""

    key: str


class Orphan(ShownToUser):
    """An auth token without its Handoff."""

    def __init__(self) -> None:
        super().__init__(400, "orphan_callback", "an auth token without its Handoff")


Outcome = Resumed | Failed | Unconfirmed | SignedIn


def arrive(
    auth_token: str,
    state: str | None,
    browser: str,
    before: Session | None,
    last_person: LastPerson,
    services: Services,
    settings: Settings,
    *,
    limit: Callable[[], None],
) -> Outcome:
    """Take a callback: burn the auth token, take the Handoff, exchange, and see who it is.

    `limit` is asked before anything is written for a browser that has no Handoff, and may raise: anybody can
    make up auth tokens. Raises ShownToUser when the link was used before, Orphan when it belongs to no
    Handoff of this browser: then `send_away` has to follow (DESIGN §6.5, §6.15).
    """
    now = int(services.clock())
    key = handoff_key(services, browser, state)
    if waiting_here(key, browser, services) is None:
        limit()
    if not services.spent.spend(auth_token, now):
        known = services.handoffs.taken(key, browser)
        if known is None:
            raise ShownToUser(400, "already_used", "a spent auth token")
        waiting = _waiting_key(auth_token)
        return Unconfirmed(waiting) if services.waiting.peek(waiting) else Resumed(known.interaction)
    handoff = services.handoffs.take(key, browser)
    if handoff is None:
        raise Orphan
    try:
        arrival = services.connector.exchange(auth_token)
    except UpstreamError as error:
        services.audit.record("handoff.failed", now, error=type(error).__name__)
        return Failed(replace(handoff.interaction, failure=error.failure, created_at=now))
    mark = person_mark(services, arrival.identity.camdigikey_id)
    if not services.connector.carries_state or last_person.differs(mark):
        waiting = _waiting_key(auth_token)
        services.waiting.put(waiting, handoff.interaction, arrival, settings.lifetimes.confirm)
        return Unconfirmed(waiting)
    return sign_in(handoff.interaction, arrival, before, services, settings)


def _waiting_key(auth_token: str) -> str:
    """Of one arrival alone: a "yes" is never taken for whoever came later in the same browser."""
    return digest("waiting:" + auth_token)


def come_back_with_error(
    error_code: str, state: str | None, browser: str, services: Services
) -> Failed | None:
    """Take an error callback. Without its matching state it changes nothing: None (DESIGN §6.6)."""
    if not services.connector.carries_state or state is None:
        return None
    handoff = services.handoffs.take(handoff_key(services, browser, state), browser)
    if handoff is None:
        return None
    services.audit.record("handoff.refused", int(services.clock()), known=str(error_code in REFUSED_CODES))
    return Failed(replace(handoff.interaction, failure="access_denied"))


def waiting_here(key: str, browser: str, services: Services) -> Handoff | None:
    """The live Handoff that this browser began last, left as it is: for pages that offer a way on."""
    handoff = services.handoffs.peek(key) if key else None
    return handoff if handoff is not None and handoff.browser == browser else None


def send_away(auth_token: str, services: Services) -> None:
    """An auth token that came without its Handoff: used up and signed out, so that nobody else can."""
    now = int(services.clock())
    services.audit.record("callback.orphan", now, auth_token=digest(auth_token)[:16])
    try:
        arrival: Arrival = services.connector.exchange(auth_token)
        services.connector.logout(arrival.token)
    except UpstreamError as error:
        services.audit.record("callback.orphan_not_ended", now, error=type(error).__name__)
