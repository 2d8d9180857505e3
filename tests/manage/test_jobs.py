"""What can be seen of background jobs."""

from __future__ import annotations

import pytest

from bridge.domain.ids import ClientId, GrantId, Sid, Sub
from bridge.domain.outbox import logout_messages
from bridge.domain.session import LogoutNotice
from bridge.manage import OPERATOR, Actor, Forbidden
from bridge.ports.outbound import JobRun
from tests.manage.conftest import Office

NOW = 1_790_000_000


def test_every_job_is_listed_with_its_last_run(office: Office) -> None:
    jobs = office.administration().jobs
    assert [(job.name, job.every, job.last) for job in jobs.all(OPERATOR)] == [
        ("outbox", 1, None),
        ("purge", 3600, None),
    ]
    for run in (JobRun("purge", NOW, 5, "3"), JobRun("purge", NOW + 3600, 7, "KeyError", failed=True)):
        office.job_log.record(run)
        assert jobs.all(OPERATOR)[1].last == run


def test_messages_are_counted_by_state(office: Office) -> None:
    jobs = office.administration().jobs
    assert jobs.messages(OPERATOR) == {"waiting": 0, "done": 0, "dead": 0}
    notices = [
        LogoutNotice(GrantId("g"), ClientId("c"), Sub("s"), Sid(sid)) for sid in ("one", "two", "three")
    ]
    office.outbox.put(logout_messages(notices, NOW))
    first, second, _ = office.outbox.claim(NOW, limit=3, per_client=3, lease=60)
    office.outbox.done(first, NOW)
    office.outbox.give_up(second, NOW, "status 400")
    assert jobs.messages(OPERATOR) == {"waiting": 1, "done": 1, "dead": 1}


def test_a_stranger_may_see_nothing(office: Office) -> None:
    jobs, stranger = office.administration().jobs, Actor("somebody")
    for look in (jobs.all, jobs.messages):
        with pytest.raises(Forbidden):
            look(stranger)
