"""The contract of the outbox and the jobs' log, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import Engine, event

from bridge.domain.ids import ClientId, GrantId, Sid, Sub
from bridge.domain.outbox import OutboxId, OutboxMessage, logout_messages
from bridge.domain.session import LogoutNotice
from bridge.ports.outbound import JobLog, JobRun, Outbox
from bridge.stores import sql as stores
from bridge.stores.sql.outbox import MAX_LOOKED_AT
from tests.stores.races import Racers

NOW = 1_790_000_000
DAY = 24 * 3600
LEASE = 30


def message(number: int = 0, client_id: str = "client-1", due: int = NOW) -> OutboxMessage:
    facts = {"sub": f"sub-{number}", "sid": f"sid-{number}", "grant_id": "g"}
    identifier = OutboxId(f"{client_id}-{number:04}")
    return OutboxMessage(identifier, "backchannel_logout", ClientId(client_id), facts, NOW, 0, due)


def claim_once(url: str) -> Callable[[int], Sequence[OutboxMessage]]:
    engine = stores.connect(url, timeout=60)
    return lambda _: stores.SqlOutbox(engine).claim(NOW, limit=2, per_client=2, lease=LEASE)


@pytest.fixture
def said(engine: Engine) -> list[str]:
    """The verbs of all statements so far, but for BEGIN, which waits for nothing."""
    verbs: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            verbs.append(statement.split()[0])

    event.listen(engine, "after_cursor_execute", note)
    return verbs


class TestOutbox:
    @pytest.fixture
    def outbox(self, engine: Engine) -> Outbox:
        return stores.SqlOutbox(engine)

    def claim(
        self,
        outbox: Outbox,
        now: int = NOW,
        limit: int = 10,
        per_client: int = 10,
        except_clients: Sequence[str] = (),
    ) -> list[OutboxMessage]:
        return list(
            outbox.claim(now, limit=limit, per_client=per_client, lease=LEASE, except_clients=except_clients)
        )

    def ids(self, messages: Sequence[OutboxMessage]) -> set[str]:
        return {message.id for message in messages}

    def test_a_due_message_comes_back_as_it_was_with_its_attempt_counted(self, outbox: Outbox) -> None:
        outbox.put([message()])
        assert self.claim(outbox) == [replace(message(), attempts=1, next_attempt_at=NOW + LEASE)]

    def test_many_are_put_in_one_statement(self, outbox: Outbox, said: list[str]) -> None:
        outbox.put([message(number) for number in range(20)])
        assert said == ["INSERT"]
        assert outbox.count() == {"waiting": 20, "done": 0, "dead": 0}

    def test_none_are_put_without_a_statement(self, outbox: Outbox, said: list[str]) -> None:
        outbox.put([])
        assert said == []

    def test_a_message_put_twice_is_one_and_stays_as_it_is(self, outbox: Outbox) -> None:
        outbox.put([message()])
        (claimed,) = self.claim(outbox)
        outbox.done(claimed, NOW)
        outbox.put([message(), message(1)])
        assert outbox.count() == {"waiting": 1, "done": 1, "dead": 0}

    def test_what_is_not_due_yet_stays(self, outbox: Outbox) -> None:
        outbox.put([message(due=NOW + 10)])
        assert self.claim(outbox, NOW + 9) == []
        assert len(self.claim(outbox, NOW + 10)) == 1

    def test_a_claimed_one_is_nobody_elses_until_its_lease_is_over(self, outbox: Outbox) -> None:
        outbox.put([message()])
        self.claim(outbox)
        assert self.claim(outbox, NOW + LEASE - 1) == []
        (again,) = self.claim(outbox, NOW + LEASE)
        assert again.attempts == 2

    def test_of_a_hundred_at_once_each_message_is_one_claimants(
        self, outbox: Outbox, sql_url: str, racers: Racers
    ) -> None:
        outbox.put([message(number, f"client-{number % 7}") for number in range(60)])
        claimed = [found.id for result in racers.run(claim_once, sql_url) for found in result]
        assert len(claimed) == len(set(claimed)) > 0

    def test_a_done_one_does_not_come_back(self, outbox: Outbox) -> None:
        outbox.put([message()])
        (claimed,) = self.claim(outbox)
        outbox.done(claimed, NOW + 1)
        assert self.claim(outbox, NOW + DAY) == []
        assert outbox.count()["done"] == 1

    def test_a_failed_one_comes_back_at_its_time(self, outbox: Outbox) -> None:
        outbox.put([message()])
        (claimed,) = self.claim(outbox)
        outbox.retry(claimed, NOW + 600, "timeout")
        assert self.claim(outbox, NOW + 599) == []
        (again,) = self.claim(outbox, NOW + 600)
        assert again.attempts == 2

    def test_a_dead_letter_does_not_come_back(self, outbox: Outbox) -> None:
        outbox.put([message()])
        (claimed,) = self.claim(outbox)
        outbox.give_up(claimed, NOW, "refused")
        assert self.claim(outbox, NOW + DAY) == []
        assert outbox.count() == {"waiting": 0, "done": 0, "dead": 1}

    def test_who_comes_late_with_a_failure_changes_nothing(self, outbox: Outbox) -> None:
        outbox.put([message()])
        (late,) = self.claim(outbox)
        (current,) = self.claim(outbox, NOW + LEASE)
        outbox.retry(late, NOW, "timeout")
        outbox.give_up(late, NOW, "refused")
        assert self.claim(outbox, NOW + LEASE) == []
        outbox.done(current, NOW)
        outbox.retry(current, NOW, "timeout")
        assert outbox.count() == {"waiting": 0, "done": 1, "dead": 0}

    def test_who_comes_late_with_a_success_is_believed(self, outbox: Outbox) -> None:
        outbox.put([message()])
        (late,) = self.claim(outbox)
        (current,) = self.claim(outbox, NOW + LEASE)
        outbox.give_up(current, NOW, "timeout")
        outbox.done(late, NOW)
        assert outbox.count() == {"waiting": 0, "done": 1, "dead": 0}

    def test_each_client_has_its_turn(self, outbox: Outbox) -> None:
        outbox.put([message(number, "many", NOW - 100 + number) for number in range(50)])
        outbox.put([message(0, "few"), message(1, "few"), message(0, "one")])
        claimed = self.claim(outbox, limit=4, per_client=2)
        assert self.ids(claimed) == {"many-0000", "few-0000", "one-0000", "many-0001"}

    def test_a_client_gets_no_more_than_its_share(self, outbox: Outbox) -> None:
        outbox.put([message(number) for number in range(5)])
        assert len(self.claim(outbox, per_client=2)) == 2
        assert len(self.claim(outbox, per_client=2)) == 2

    def test_excepted_clients_wait(self, outbox: Outbox) -> None:
        outbox.put([message(0, "busy"), message(0, "free")])
        assert self.ids(self.claim(outbox, except_clients=["busy"])) == {"free-0000"}
        assert self.ids(self.claim(outbox)) == {"busy-0000"}

    def test_a_backlog_of_one_client_hides_nobody_once_that_is_busy(self, outbox: Outbox) -> None:
        outbox.put([message(number, "many", NOW - 100) for number in range(MAX_LOOKED_AT + 10)])
        outbox.put([message(0, "late")])
        assert self.ids(self.claim(outbox, per_client=1)) == {"many-0000"}
        assert self.ids(self.claim(outbox, except_clients=["many"])) == {"late-0000"}

    def test_an_empty_outbox_is_only_read(self, outbox: Outbox, said: list[str]) -> None:
        assert self.claim(outbox) == []
        assert said == ["SELECT"]

    def test_what_is_over_is_purged_after_its_time_and_what_waits_is_not(
        self, outbox: Outbox, engine: Engine
    ) -> None:
        outbox.put([message(number) for number in range(3)])
        first, second, _third = self.claim(outbox)
        outbox.done(first, NOW)
        outbox.give_up(second, NOW, "refused")
        assert stores.purge(engine, NOW + DAY - 1) == 0
        assert stores.purge(engine, NOW + DAY) == 1
        assert outbox.count() == {"waiting": 1, "done": 0, "dead": 1}
        assert stores.purge(engine, NOW + 30 * DAY) == 1
        assert outbox.count() == {"waiting": 1, "done": 0, "dead": 0}


def notice(grant_id: str, client_id: str, sub: str, sid: str) -> LogoutNotice:
    return LogoutNotice(GrantId(grant_id), ClientId(client_id), Sub(sub), Sid(sid))


class TestLogoutMessages:
    def test_a_client_with_many_grants_of_a_session_hears_once(self) -> None:
        notices = [notice(f"g{number}", "client-1", "sub", "sid") for number in range(3)]
        (found,) = logout_messages(notices, NOW)
        assert found.facts == {"grant_id": "g0", "sub": "sub", "sid": "sid"}
        assert (found.client_id, found.created_at, found.next_attempt_at) == ("client-1", NOW, NOW)

    def test_the_same_session_has_the_same_message_whenever_it_ends(self) -> None:
        said = notice("g", "client-1", "sub", "sid")
        assert logout_messages([said], NOW)[0].id == logout_messages([said], NOW + 5)[0].id

    @pytest.mark.parametrize(
        "other",
        [
            notice("g", "client-2", "sub", "sid"),
            notice("g", "client-1", "sub-2", "sid"),
            notice("g", "client-1", "sub", "sid-2"),
        ],
    )
    def test_another_client_person_or_session_has_another(self, other: LogoutNotice) -> None:
        assert len(logout_messages([notice("g", "client-1", "sub", "sid"), other], NOW)) == 2

    def test_without_a_session_each_time_is_another(self) -> None:
        said = notice("g", "client-1", "sub", "")
        assert logout_messages([said], NOW)[0].id != logout_messages([said], NOW + 5)[0].id


class TestJobLog:
    @pytest.fixture
    def log(self, engine: Engine) -> JobLog:
        return stores.SqlJobLog(engine)

    def test_the_last_run_of_each_job_is_kept(self, log: JobLog) -> None:
        assert log.last() == {}
        log.record(JobRun("purge", NOW, 12, "3"))
        log.record(JobRun("outbox", NOW, 5, "1"))
        log.record(JobRun("purge", NOW + 60, 8, "OSError", failed=True))
        assert log.last() == {
            "purge": JobRun("purge", NOW + 60, 8, "OSError", failed=True),
            "outbox": JobRun("outbox", NOW, 5, "1"),
        }

    def test_a_long_result_is_cut(self, log: JobLog) -> None:
        log.record(JobRun("purge", NOW, 12, "x" * 1000))
        assert log.last()["purge"].result == "x" * 200
