"""Alerts: looking for what operators should know, and the signed call of their webhook."""

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bridge.domain.alert import (
    FAILURES,
    Alert,
    AlertState,
    alert_message,
    expiry_alerts,
    failure_alert,
)
from bridge.domain.expiry import Expiry, soon
from bridge.domain.outbox import OutboxMessage
from bridge.outbound.delivery import DELIVERED, Delivery
from bridge.ports.basics import Clock
from bridge.ports.outbound import AlertStates, EventLog, Fetcher, FetchError, Outbox

SIGNATURE = "Bridge-Signature"


@dataclass(frozen=True, slots=True)
class AlertRules:
    """What is told. `days` before something ends; `failures` of sign-ins within `window` seconds.

    `called`: whether there is a webhook; else the log alone says it.
    """

    days: int
    failures: int
    window: int
    called: bool


class AlertWatch:
    """A background job: tells each change once. `expiries` and `failures` are asked anew each time."""

    def __init__(
        self,
        rules: AlertRules,
        expiries: Callable[[], Sequence[Expiry]],
        failures: Callable[[int], int],
        states: AlertStates,
        outbox: Outbox,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._rules, self._expiries, self._failures = rules, expiries, failures
        self._states, self._outbox, self._clock, self._log = states, outbox, clock, log

    def run(self) -> int | None:
        """Look once; how many changes were told, None for none. Raises StoreUnavailable."""
        now, states = int(self._clock()), self._states.all()
        found = {alert.name: alert for alert in self._found(now, states.get(FAILURES))}
        over = [Alert(name) for name, state in states.items() if state.raised and name not in found]
        new = [alert for alert in found.values() if not _is_raised(states.get(alert.name))]
        for alert, raised in [*((alert, True) for alert in new), *((alert, False) for alert in over)]:
            self._tell(alert, states.get(alert.name), raised, now)
        return len(new) + len(over) or None

    def _found(self, now: int, failing: AlertState | None) -> Sequence[Alert]:
        rules = self._rules
        number = self._failures(now - rules.window)
        failures = failure_alert(number, rules.failures, raised=_is_raised(failing))
        ending = expiry_alerts(soon(self._expiries(), now, rules.days))
        return [*ending, *([failures] if failures else [])]

    def _tell(self, alert: Alert, before: AlertState | None, raised: bool, now: int) -> None:
        """The message first: where the process dies between the two, it is put again and is the same one."""
        if self._rules.called:
            self._outbox.put((alert_message(alert, before, raised, now),))
        self._states.set(alert.name, AlertState(raised, now))
        if raised:
            self._log.warning("alert.raised", alert=alert.name, **dict(alert.facts))
        else:
            self._log.info("alert.over", alert=alert.name)


def _is_raised(state: AlertState | None) -> bool:
    return state is not None and state.raised


@dataclass(frozen=True, slots=True)
class AlertDelivery:
    """Calls the webhook. `address` and `secret` are those of the settings now."""

    issuer: str
    address: str
    secret: bytes = field(repr=False)
    fetcher: Fetcher
    clock: Clock

    def deliver(self, message: OutboxMessage) -> Delivery:
        """Make one attempt."""
        if not self.address:
            return Delivery("refused", "no address")
        body = json.dumps({"id": message.id, "issuer": self.issuer, **message.facts}).encode()
        headers = {"Content-Type": "application/json", SIGNATURE: self._signature(body)}
        try:
            answer = self.fetcher.post(self.address, body, headers)
        except FetchError as error:
            return Delivery("failed", error.reason)
        good = 200 <= answer.status < 300
        return DELIVERED if good else Delivery("failed", f"status {answer.status}")

    def _signature(self, body: bytes) -> str:
        """Over the time and the body, so that an old call can't be sent again as a new one."""
        now = str(int(self.clock()))
        mac = hmac.digest(self.secret, now.encode() + b"." + body, hashlib.sha256)
        return f"t={now},v1={mac.hex()}"
