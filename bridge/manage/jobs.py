"""The work in the background, to look at: what each job did last, and what waits to be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bridge.domain.outbox import OutboxState
from bridge.manage.access import Actor, may
from bridge.ports.outbound import JobLog, JobRun, Outbox


@dataclass(frozen=True, slots=True)
class JobState:
    """A job of ours. `last`: the last run that did something or failed; None: there was none yet."""

    name: str
    every: float  # seconds
    last: JobRun | None


class JobAdministration:
    """What can be seen of background jobs. Each use case begins with may()."""

    def __init__(self, job_log: JobLog, outbox: Outbox, every: Mapping[str, float]) -> None:
        """`every`: the jobs that there are, and how many seconds lie between two runs of each."""
        self._job_log, self._outbox, self._every = job_log, outbox, every

    def all(self, actor: Actor) -> Sequence[JobState]:
        """Every job, in the order in which they are set up."""
        may(actor, "see jobs")
        last = self._job_log.last()
        return [JobState(name, every, last.get(name)) for name, every in self._every.items()]

    def messages(self, actor: Actor) -> Mapping[OutboxState, int]:
        """How many messages to applications are in each state; the dead ones were given up."""
        may(actor, "see messages")
        return self._outbox.count()
