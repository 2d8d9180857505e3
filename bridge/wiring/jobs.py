"""The background work of a worker process: the table of its jobs."""

from bridge.domain.encoding import random_text
from bridge.domain.policy import Policy
from bridge.ops import logs
from bridge.ops.jobs import Job, Jobs
from bridge.outbound.backchannel_logout import BackchannelLogout
from bridge.outbound.sender import Sender
from bridge.ports.services import Services

OUTBOX_EVERY, KEYS_EVERY, PURGE_EVERY = 1.0, 60.0, 3600.0  # seconds


def start_jobs(services: Services, policy: Policy) -> Jobs:
    """Begin the background work in this process."""
    jobs = Jobs(
        jobs_of(services, policy),
        services.lease,
        services.job_log,
        services.clock,
        services.token_bytes,
        logs.logger(),
    )
    jobs.start()
    return jobs


def jobs_of(services: Services, policy: Policy) -> tuple[Job, ...]:
    """What has to be done again and again, by one process of all."""
    logout = BackchannelLogout(
        issuer=policy.issuer,
        client=services.clients.get,
        signer=services.signer,
        fetcher=services.fetcher,
        clock=services.clock,
        new_jti=lambda: random_text(services.token_bytes, 16),
    )
    deliveries = {"backchannel_logout": logout.deliver}
    sender = Sender(services.outbox, deliveries, services.clock, logs.logger())

    def purge() -> str | None:
        rows = services.purge(int(services.clock()))
        return f"{rows} rows" if rows else None

    def watch_keys() -> str | None:
        made = services.signer.ensure()
        return f"made {len(made)}" if made else None

    return (
        Job("outbox", OUTBOX_EVERY, sender.run),
        Job("keys", KEYS_EVERY, watch_keys),
        Job("purge", PURGE_EVERY, purge, limit=60.0),
    )
