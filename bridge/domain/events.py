"""What is written down: a row for every event of the log, the audit trail and the trail of administration.

A test reads the code for names, so that none is written that is not a row here, and none stands here in vain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

Place = Literal[
    "log",  # a JSON line on standard error
    "audit",  # a row of SQL, written before the answer: rare, and grave
    "noted",  # a row of SQL, written within a second after the answer: what happens at every sign-in
    "chained",  # a row of the trail of administration, in the transaction of what it tells of
    "counted",  # in memory alone
]
Cause = Literal["person", "application", "operator", "camdigikey", "stranger", "machine"]
Kind = Literal[
    "start",  # a person was sent to CamDigiKey
    "login",  # an application was given a code for a person
    "session",  # a person's sign-in here began or ended
    "token",  # an application got tokens, or gave one back
    "failure",  # a sign-in did not come to its end
    "declined",  # the person went back instead
    "rejection",  # what an application or its browser asked was refused
    "warning",  # it may be an attack, or a fault of somebody's
]


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `cause`: who makes it happen; what strangers can cause is bounded, and has an end.

    `kind`: what it is to who looks at the activity of applications; the audit trail's events alone have one.
    """

    name: str
    places: tuple[Place, ...]
    cause: Cause
    meaning: str
    kind: Kind | None = None


_ROWS = (
    # People and their applications.
    Event("session.opened", ("log", "noted"), "person", "Somebody signed in with CamDigiKey.", "session"),
    Event("session.ended", ("log", "noted"), "person", "A sign-in ended.", "session"),
    Event(
        "session.ended_upstream",
        ("audit",),
        "camdigikey",
        "CamDigiKey says that a sign-in is over.",
        "session",
    ),
    Event("grant.opened", ("noted",), "person", "An application was given a code.", "login"),
    Event(
        "session.not_checked",
        ("noted",),
        "camdigikey",
        "CamDigiKey's answer about a sign-in can't be.",
        "warning",
    ),
    Event(
        "consent.given", ("audit",), "person", "A person agreed to what an application is given.", "session"
    ),
    Event("tokens.issued", ("noted",), "application", "An application got tokens.", "token"),
    Event(
        "code.replayed", ("audit",), "application", "A code came twice: all that it gave is dead.", "warning"
    ),
    Event(
        "refresh_token.reused",
        ("audit",),
        "application",
        "A rotated token came again: its Grant ended.",
        "warning",
    ),
    Event(
        "refresh_token.revoked",
        ("audit",),
        "application",
        "An application gave a refresh token back.",
        "token",
    ),
    Event(
        "grant.ended",
        ("noted",),
        "application",
        "Somebody who may use an application no more was refused.",
        "rejection",
    ),
    Event(
        "upstream.logout_failed",
        ("audit",),
        "camdigikey",
        "A sign-out failed at CamDigiKey alone.",
        "warning",
    ),
    # Refusals.
    Event(
        "authorize.refused",
        ("log", "noted"),
        "stranger",
        "An authorization request was refused.",
        "rejection",
    ),
    Event(
        "client.refused", ("log", "noted"), "stranger", "A call of an application was refused.", "rejection"
    ),
    Event("page.refused", ("log", "noted"), "stranger", "A person was shown an error page.", "rejection"),
    Event("request.misdirected", ("log",), "stranger", "A request came by another host than the issuer's."),
    Event("proxy.suspect", ("log",), "stranger", "The proxy before us is set up wrongly, and its cure."),
    Event("handoff.started", ("noted",), "person", "A person was sent to CamDigiKey.", "start"),
    Event("login.declined", ("noted",), "stranger", "A person went back without signing in.", "declined"),
    Event("handoff.not_started", ("audit",), "stranger", "CamDigiKey gave no login token.", "failure"),
    Event(
        "handoff.token_spent_elsewhere",
        ("audit",),
        "stranger",
        "An auth token was spent before its own sign-in came: stolen, or Redis failed in between.",
        "warning",
    ),
    Event("login.not_started", ("log",), "camdigikey", "A sign-in could not start: operation, code, class."),
    Event("login.failed", ("log",), "camdigikey", "A sign-in could not finish: operation, code, class."),
    Event("login.refused", ("log",), "camdigikey", "The error callback: its code, the message's class."),
    Event("handoff.failed", ("audit",), "stranger", "CamDigiKey did not confirm who came back.", "failure"),
    Event(
        "handoff.refused", ("audit",), "stranger", "CamDigiKey's error callback ended a sign-in.", "failure"
    ),
    Event(
        "callback.unsolicited",
        ("audit",),
        "stranger",
        "An auth token came to who had not asked for it.",
        "warning",
    ),
    Event(
        "callback.unsolicited_not_ended",
        ("audit",),
        "stranger",
        "Its person could not be signed out.",
        "warning",
    ),
    Event("callback.unsolicited_unrecorded", ("counted",), "stranger", "More such than are written down."),
    # Operators.
    Event("client.added", ("chained",), "operator", "An application was registered."),
    Event("client.edited", ("chained",), "operator", "An application's registration was changed."),
    Event("client.secret_rotated", ("chained",), "operator", "An application got a new secret."),
    Event("client.secret_deleted", ("chained",), "operator", "An application's secret was ended."),
    Event("client.enabled", ("chained",), "operator", "An application was let in again."),
    Event("client.disabled", ("chained",), "operator", "An application was kept out."),
    Event("client.deleted", ("chained",), "operator", "An application was deleted."),
    Event("approval.proposed", ("chained",), "operator", "A change awaits approval."),
    Event("approval.approved", ("chained",), "operator", "A second administrator approved a change."),
    Event(
        "approval.approved_locally",
        ("chained",),
        "operator",
        "The command line approved a change by itself: there was no second administrator.",
    ),
    Event("approval.rejected", ("chained",), "operator", "A proposed change was rejected."),
    Event("client.tested", ("chained",), "operator", "An administrator tried an application themselves."),
    Event("client.people_seen", ("chained",), "operator", "Somebody looked who may use an application."),
    Event("client.person_invited", ("chained",), "operator", "Somebody was invited to an application."),
    Event("client.person_joined", ("chained",), "person", "An invitation to an application was accepted."),
    Event("client.person_approved", ("chained",), "operator", "Somebody was let in to an application."),
    Event("client.person_roles_changed", ("chained",), "operator", "Somebody got other roles there."),
    Event("client.person_removed", ("chained",), "operator", "Somebody may use an application no more."),
    Event("client.restored", ("chained",), "operator", "A deleted application was restored."),
    Event("person.seen", ("chained",), "operator", "Somebody looked at a person, in one application."),
    Event("person.seen_everywhere", ("chained",), "operator", "Somebody looked at all of a person, and why."),
    Event("person.session_ended", ("chained",), "operator", "A person's sign-in was ended."),
    Event("person.grants_ended", ("chained",), "operator", "What an application had of a person was ended."),
    Event("person.consent_withdrawn", ("chained",), "operator", "A person's consent was withdrawn."),
    Event("person.ended_everywhere", ("chained",), "operator", "All of a person was ended, and why."),
    Event("administrator.invited", ("chained",), "operator", "Somebody was invited to administer."),
    Event("administrator.accepted", ("chained",), "operator", "An invitation to administer was accepted."),
    Event("administrator.confirmed", ("chained",), "operator", "A waiting administrator was let in."),
    Event("administrator.changed", ("chained",), "operator", "An administrator got another role."),
    Event("administrator.removed", ("chained",), "operator", "An administrator was removed."),
    Event("console.signed_in", ("chained",), "operator", "An administrator signed in to the console."),
    Event("console.signed_out", ("chained",), "operator", "An administrator signed out of the console."),
    Event(
        "console.refused",
        ("audit",),
        "stranger",
        "Somebody without a role signed in to the console.",
        "warning",
    ),
    Event("break_glass.opened", ("chained", "log"), "operator", "The console was opened in an emergency."),
    Event("break_glass.entered", ("chained",), "operator", "The link of that console was used."),
    Event("break_glass.closed", ("chained",), "operator", "The console of an emergency was closed."),
    Event("break_glass.seen", ("chained",), "operator", "An owner has seen that it was opened."),
    Event("key.rotated", ("chained",), "operator", "A signing key has a successor."),
    Event("key.removed", ("chained",), "operator", "A signing key was removed."),
    Event("master_key.used", ("chained",), "operator", "Another master key seals."),
    Event(
        "master_key.resealed", ("chained",), "operator", "What earlier master keys sealed was sealed anew."
    ),
    Event("activity.exported", ("chained",), "operator", "Sign-ins and refusals were taken along."),
    Event("hashing_key.renewed", ("chained",), "operator", "A key of hashes has a successor."),
    # The machine.
    Event("audit.opened", ("chained",), "machine", "A month of this list begins, or a new master key."),
    Event("audit.pruned", ("chained",), "machine", "What was older than is kept was deleted."),
    Event(
        "audit.not_pruned", ("log",), "machine", "The trail of administration does not verify, and is kept."
    ),
    Event("audit.head", ("log",), "machine", "The last row of the trail of administration, signed."),
    Event("clock.differs", ("log",), "machine", "This machine's clock is not the database's."),
    Event("signing_key.unreadable", ("log",), "machine", "A signing key can't be opened here, and why."),
    Event("request", ("log",), "stranger", "A request was answered."),
    Event("request.failed", ("log",), "machine", "A request failed below the application."),
    Event("body.failed", ("log",), "machine", "A request's body could not be read for a fault of ours."),
    Event("bodies.look_failed", ("log",), "machine", "Late bodies could not be looked for."),
    Event("ready", ("log",), "machine", "A process can serve again."),
    Event("not_ready", ("log",), "machine", "A process can't serve, and why."),
    Event("readiness.failed", ("log",), "machine", "The look whether it can serve failed."),
    Event("store_failures", ("counted",), "machine", "Failures of Redis and SQL."),
    Event("unavailable", ("log",), "machine", "A store or CamDigiKey was away: the answer was 503."),
    Event("internal", ("log",), "machine", "A fault of ours: the answer was 500."),
    Event(
        "record.unreadable",
        ("log", "counted"),
        "machine",
        "What rests can't be opened.",
    ),
    Event("audit.waits", ("log",), "machine", "Rows of the audit trail wait until SQL is back."),
    Event("audit.unrecorded", ("log", "counted"), "machine", "More rows waited than are kept."),
    Event("worker.failed", ("log",), "machine", "A worker could not start."),
    Event("worker.revived", ("log",), "machine", "A worker died, and another took its place."),
    Event("valkey.revived", ("log",), "machine", "The bundled Valkey died, and was started again."),
    Event("job.done", ("log",), "machine", "A background job did something."),
    Event("job.failed", ("log",), "machine", "A background job failed, and will be tried again."),
    Event("job.waits", ("log",), "machine", "A background job waits for a store that is away."),
    Event("job.goes_on", ("log",), "machine", "It is back."),
    Event("job_runs", ("counted",), "machine", "Runs of background jobs."),
    Event("alert.raised", ("log",), "machine", "Operators are told that something ends soon, or fails."),
    Event("alert.over", ("log",), "machine", "They are told that it is over."),
    Event(
        "outbox.delivered",
        ("log",),
        "machine",
        "An application heard of a sign-out, or operators of an alert.",
    ),
    Event("outbox.again", ("log",), "machine", "It did not hear, and is told again."),
    Event("outbox.dead", ("log",), "machine", "It never heard, and is told no more."),
    Event("outbox.waits", ("log",), "machine", "The outbox waits for SQL."),
    Event("outbox.failed", ("log",), "machine", "A message could not be sent for a fault of ours."),
    Event("outbox_attempts", ("counted",), "machine", "Attempts to tell applications."),
)
EVENTS: Mapping[str, Event] = MappingProxyType({row.name: row for row in _ROWS})


KINDS: tuple[Kind, ...] = get_args(Kind)
# What the activity of applications shows: the audit trail's events, each of its kind.
ACTIVITY_EVENTS: Mapping[str, Kind] = MappingProxyType({row.name: row.kind for row in _ROWS if row.kind})
CHAINED_EVENTS = tuple(row.name for row in _ROWS if "chained" in row.places)


def audited(*, noted: bool = False, cause: Cause | None = None) -> frozenset[str]:
    """The names of events of the audit trail: the noted ones or the others, of that cause or of any."""
    place: Place = "noted" if noted else "audit"
    return frozenset(row.name for row in _ROWS if place in row.places and cause in (None, row.cause))
