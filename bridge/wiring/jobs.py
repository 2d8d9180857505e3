"""The background jobs of a worker process: the table of them."""

from math import ceil

from bridge.domain.encoding import random_text
from bridge.domain.outbox import ALERT, BACKCHANNEL_LOGOUT
from bridge.manage.overview import expiries
from bridge.oidc.keys import Keys
from bridge.ops import logs
from bridge.ops.jobs import Job, Jobs
from bridge.outbound.alerts import AlertDelivery, AlertRules, AlertWatch
from bridge.outbound.backchannel_logout import BackchannelLogout
from bridge.outbound.sender import Sender, SenderLimits
from bridge.ports.audit import AdminAudit
from bridge.ports.services import Services
from bridge.settings import Settings
from bridge.stores import sql
from bridge.stores.sealing import MasterSealer
from bridge.wiring.database import engine_of
from bridge.wiring.job_table import EVERY

DAY = 24 * 3600  # seconds


def start_jobs(settings: Settings, services: Services) -> Jobs:
    """Start the background jobs; to be called in the process that runs them, after any fork."""
    table = (
        Job("outbox", EVERY["outbox"], _sender(settings, services).run),
        Job("keys", EVERY["keys"], lambda: _look_after_keys(settings, services)),
        Job("audit", EVERY["audit"], lambda: _log_audit_head(services.trail)),
        Job("alerts", EVERY["alerts"], _alert_watch(settings, services).run),
        Job("purge", EVERY["purge"], lambda: _purge(settings, services), limit=120),
    )
    jobs = Jobs(
        table,
        services.lease,
        services.job_log,
        services.clock,
        services.token_bytes,
        logs.logger(),
        services.counters,
    )
    jobs.start()
    return jobs


def _sender(settings: Settings, services: Services) -> Sender:
    logout = BackchannelLogout(
        issuer=settings.issuer,
        client=services.clients.get,
        signer=services.signer,
        fetcher=services.fetcher,
        clock=services.clock,
        new_jti=lambda: random_text(services.token_bytes, 16),
    )
    deliver = {BACKCHANNEL_LOGOUT: logout.deliver, ALERT: _alert_delivery(settings, services).deliver}
    # An attempt is a call, and SQL before and after it: a worker that was killed in one delays nobody long.
    limits = SenderLimits(lease=ceil(2 * settings.outbound.timeout) + 5)
    return Sender(services.outbox, deliver, services.clock, logs.logger(), services.counters, limits)


def _alert_delivery(settings: Settings, services: Services) -> AlertDelivery:
    return AlertDelivery(
        settings.issuer,
        settings.alerts.webhook,
        settings.alerts.secret.get_secret_value().encode(),
        services.fetcher,
        services.clock,
    )


def _alert_watch(settings: Settings, services: Services) -> AlertWatch:
    said = settings.alerts
    return AlertWatch(
        AlertRules(said.days, said.failures, said.window, called=bool(said.webhook)),
        lambda: expiries(services.certificates, services.signing_keys),
        services.activity.failures,
        services.alert_states,
        services.outbox,
        services.clock,
        logs.logger(),
    )


def _look_after_keys(settings: Settings, services: Services) -> str | None:
    """Make signing keys whose row was deleted, before a request needs them, and seal anew what has to be."""
    made = Keys(services.signing_keys, services.clock).ensure()
    rows = _sealed_anew(settings)
    done = ([f"made {', '.join(made)}"] if made else []) + ([f"sealed {rows} rows anew"] if rows else [])
    return ", ".join(done) or None


def _sealed_anew(settings: Settings) -> int:
    """Have the master key in use seal what earlier ones sealed, so that those can go; how many rows."""
    engine = engine_of(settings)
    try:
        in_use = sql.SqlMasterKeys(engine).in_use()
        if in_use is None:
            return 0
        sealer = MasterSealer(settings.keys())
        return sql.SqlResealing(engine, sealer).reseal() if sealer.use(in_use) else 0
    finally:
        engine.dispose()


def _log_audit_head(trail: AdminAudit) -> None:
    """Say in the log what the last row of the trail is: whoever keeps the log sees if rows were cut off."""
    head = trail.head()
    if head is not None:
        logs.logger().info("audit.head", sequence=head.sequence, head=head.text)


def _purge(settings: Settings, services: Services) -> int:
    """Delete what has expired, on a connection of its own: the job runs once an hour."""
    engine, now = engine_of(settings), int(services.clock())
    try:
        expired = sql.purge(engine, now, settings.admin.activity_days * DAY)
    finally:
        engine.dispose()
    return expired + services.trail.prune(now - settings.admin.audit_days * DAY, now)
