"""The service at a glance: what is unfinished, what happened lately, what ends soon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from bridge.domain.activity import CALL, CALL_FAILED, HOUR, HourCount
from bridge.domain.client import Client
from bridge.domain.expiry import DAY, RENEW_KEYS_AFTER, Expiry, soon
from bridge.domain.network import is_loopback
from bridge.manage.access import Actor, may
from bridge.ports.activity import ActivityLog
from bridge.ports.administrators import AdministratorStore
from bridge.ports.basics import Clock
from bridge.ports.clients import ClientStore
from bridge.ports.keys import SigningKeyStore
from bridge.settings import Settings

Unfinished = Literal[
    "no_application",
    "only_trials",
    "second_owner",
    "no_renewal",
    "plain_http",
    "simulator",
    "open_console",
    "no_alerts",
]
SHOWN_HOURS = 48
SHOWN_DAYS = 7  # of the reasons of failures
SOON = 60  # days in which what ends is shown
LOOKED_AT = 50  # applications that are looked at for one that is not on this machine
OPERATIONS = ("start", "exchange", "status", "refresh", "logout")


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the settings say that the overview judges."""

    secure: bool  # the issuer is https
    simulator: bool  # CamDigiKey is on this machine
    networks: bool  # the console is for some networks alone
    alerts: bool  # somebody is told when something ends or fails

    @classmethod
    def of(cls, settings: Settings, environment: str) -> "SetUp":
        """`environment`: the address of CamDigiKey."""
        return cls(
            secure=settings.secure,
            simulator=is_loopback(urlsplit(environment).hostname or ""),
            networks=bool(settings.admin.networks),
            alerts=bool(settings.alerts.webhook),
        )


@dataclass(frozen=True, slots=True)
class HourOfSignIns:
    """How many sign-ins came to their end in an hour, failed, or were refused. `hour` in epoch seconds."""

    hour: int
    logins: int
    failures: int
    rejections: int


@dataclass(frozen=True, slots=True)
class Latency:
    """How long CamDigiKey took for an operation in the last day, in milliseconds."""

    operation: str
    calls: int
    mean: int
    slowest: int
    failed: int


@dataclass(frozen=True, slots=True)
class Lately:
    """What happened lately. `reasons`: kind, reason and number of what failed or was refused, most first.

    `last_good`: by operation of CamDigiKey, the hour (epoch seconds) in which it last answered in 7 days.
    """

    hours: Sequence[HourOfSignIns]
    reasons: Sequence[tuple[str, str, int]]
    latencies: Sequence[Latency]
    last_good: Mapping[str, int]


class Overview:
    """What the first page shows. Each use case begins with may()."""

    def __init__(
        self,
        activity: ActivityLog,
        clients: ClientStore,
        administrators: AdministratorStore,
        signing_keys: SigningKeyStore,
        certificates: Sequence[Expiry],
        set_up: SetUp,
        environment: str,
        clock: Clock,
    ) -> None:
        self._activity, self._clients, self._administrators = activity, clients, administrators
        self._signing_keys, self._certificates, self._set_up = signing_keys, certificates, set_up
        self._environment, self._clock = environment, clock

    def unfinished(self, actor: Actor) -> Sequence[Unfinished]:
        """What is still to be done before the service is for everybody, the first thing first."""
        may(actor, "see service")
        clients = self._clients.page(limit=LOOKED_AT)
        people = self._administrators.all(self._environment)
        owners = [person for person in people if person.role == "owner" and person.active]
        late = int(self._clock()) - RENEW_KEYS_AFTER
        old = any(key.retired_at is None and key.created_at <= late for key in self._signing_keys.all())
        found: Mapping[Unfinished, bool] = {
            "no_application": not clients,
            "only_trials": bool(clients) and len(clients) < LOOKED_AT and all(map(_is_trial, clients)),
            "second_owner": len(owners) < 2,
            "no_renewal": old,
            "plain_http": not self._set_up.secure,
            "simulator": self._set_up.simulator,
            "open_console": self._set_up.secure and not self._set_up.networks,
            "no_alerts": self._set_up.secure and not self._set_up.alerts,
        }
        return [name for name, is_so in found.items() if is_so]

    def lately(self, actor: Actor) -> Lately:
        """Sign-ins by the hour, why some failed, and how fast CamDigiKey was."""
        may(actor, "see service")
        now = int(self._clock())
        this_hour = now - now % HOUR
        counts = self._activity.hours(this_hour - SHOWN_DAYS * DAY)
        first = this_hour - (SHOWN_HOURS - 1) * HOUR
        day = [count for count in counts if count.hour > this_hour - 24 * HOUR]
        return Lately(
            [_hour(counts, hour) for hour in range(first, this_hour + 1, HOUR)],
            _reasons(counts),
            [found for name in OPERATIONS if (found := _latency(day, name)) is not None],
            _last_good(counts),
        )

    def ends_soon(self, actor: Actor) -> Sequence[Expiry]:
        """What ends within SOON days, or has ended; the first to end first."""
        may(actor, "see service")
        return soon(expiries(self._certificates, self._signing_keys), int(self._clock()), SOON)


def expiries(certificates: Sequence[Expiry], signing_keys: SigningKeyStore) -> Sequence[Expiry]:
    """Everything that ends on a known day: certificates, and the day by which a signing key is renewed."""
    keys = [key for key in signing_keys.all() if key.retired_at is None]
    return [
        *certificates,
        *(Expiry("signing_key", key.kid, key.created_at + RENEW_KEYS_AFTER) for key in keys),
    ]


def _is_trial(client: Client) -> bool:
    """Whether it is on this machine alone, as the demo's are."""
    hosts = [urlsplit(uri).hostname or "" for uri in client.redirect_uris]
    return bool(hosts) and all(map(is_loopback, hosts))


def _hour(counts: Sequence[HourCount], hour: int) -> HourOfSignIns:
    numbers = {"login": 0, "failure": 0, "rejection": 0}
    for count in counts:
        if count.hour == hour and count.kind in numbers:
            numbers[count.kind] += count.number
    return HourOfSignIns(hour, numbers["login"], numbers["failure"], numbers["rejection"])


def _reasons(counts: Sequence[HourCount]) -> Sequence[tuple[str, str, int]]:
    found: dict[tuple[str, str], int] = {}
    for count in counts:
        if count.kind in ("failure", "rejection"):
            key = count.kind, count.reason
            found[key] = found.get(key, 0) + count.number
    return sorted(((*key, number) for key, number in found.items()), key=lambda row: (-row[2], row))


def _last_good(counts: Sequence[HourCount]) -> Mapping[str, int]:
    found = dict.fromkeys(OPERATIONS, 0)
    for count in counts:
        if count.kind == CALL and count.reason in found:
            found[count.reason] = max(found[count.reason], count.hour)
    return found


def _latency(counts: Sequence[HourCount], operation: str) -> Latency | None:
    mine = [count for count in counts if count.reason == operation and count.kind in (CALL, CALL_FAILED)]
    answered = [count for count in mine if count.kind == CALL]
    calls = sum(count.number for count in answered)
    failed = sum(count.number for count in mine if count.kind == CALL_FAILED)
    if not mine:
        return None
    mean = sum(count.milliseconds for count in answered) // calls if calls else 0
    return Latency(operation, calls, mean, max((count.slowest for count in answered), default=0), failed)
