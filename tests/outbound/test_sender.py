"""Back-channel logout from the outbox to real receivers."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from sqlalchemy import text

from bridge.domain.ids import ClientId
from bridge.domain.outbox import OutboxMessage
from bridge.errors import StoreUnavailable
from bridge.oidc.keys import Keys
from bridge.outbound.addresses import AllowedTargets
from bridge.outbound.backchannel_logout import BackchannelLogout
from bridge.outbound.delivery import DELIVERED, RETRY_PAUSES, Delivery
from bridge.outbound.fetcher import GuardedFetcher
from bridge.outbound.sender import Sender, SenderLimits
from bridge.stores import sql as stores
from tests.outbound import house
from tests.outbound.house import StandIn, message
from tests.outbound.receivers import Authority
from tests.support.databases import sqlite_with_tables
from tests.support.socket_server import Answer, http
from tests.support.waiting import until


@pytest.fixture(scope="module")
def keys() -> Keys:
    return house.keys()


class Post:
    """An outbox on SQLite, clients that a test registers, and a sender with a clock that a test moves."""

    def __init__(self, url: str, authority: Authority, keys: Keys) -> None:
        self.engine = stores.connect(url)
        self.outbox = stores.SqlOutbox(self.engine)
        self.clients: dict[str, StandIn] = {}
        self.keys = keys
        self.now = time.time() + 60  # messages of "now" are due, whatever the second
        self.log = house.Log()
        self.counts = house.Counts()
        fetcher = GuardedFetcher(
            AllowedTargets.of(networks=("127.0.0.0/8",)),
            timeout=60,  # no test is about it, and a busy machine is slow
            ca_file=authority.file,
            resolve=lambda _host, _port: ("127.0.0.1",),
        )
        jtis = itertools.count()
        self.logout = BackchannelLogout(
            house.ISSUER, self._client, keys, fetcher, lambda: self.now, lambda: f"jti-{next(jtis)}"
        )
        self.sender = self.made(SenderLimits())

    def made(self, limits: SenderLimits) -> Sender:
        deliver = {"backchannel_logout": self.logout.deliver}
        return Sender(self.outbox, deliver, lambda: self.now, self.log, self.counts, limits)  # type: ignore[arg-type]  # -- a dict

    def _client(self, client_id: ClientId) -> StandIn | None:
        return self.clients.get(client_id)

    def register(self, uri: str | None, client_id: str = "client-1", **fields: object) -> None:
        self.clients[client_id] = StandIn(ClientId(client_id), uri, **fields)  # type: ignore[arg-type]  # -- as given

    def send(self) -> int | None:
        """Run once, and wait for what was begun."""
        started = self.sender.run()
        assert self.sender.wait_until_idle(60)
        return started

    def state(self) -> Mapping[str, int]:
        return {state: number for state, number in self.outbox.count().items() if number}

    def why(self) -> str | None:
        with self.engine.connect() as connection:
            found: str | None = connection.execute(text("SELECT why FROM outbox")).scalar_one()
            return found


@pytest.fixture
def post(tmp_path: Path, authority: Authority, keys: Keys) -> Iterator[Post]:
    url = sqlite_with_tables(tmp_path / "bridge.db")
    post = Post(url, authority, keys)
    yield post
    assert post.sender.wait_until_idle(60)
    post.engine.dispose()


def claims_of(request: bytes, keys: Keys) -> dict[str, object]:
    form = parse_qs(request.partition(b"\r\n\r\n")[2].decode())
    assert form.keys() == {"logout_token"}
    return keys.verify(form["logout_token"][0], "logout+jwt")


class TestDelivery:
    def test_a_client_hears_of_the_end_of_a_session(
        self, post: Post, authority: Authority, keys: Keys
    ) -> None:
        with authority.receiver() as receiver:
            post.register(receiver.url("/backchannel?tenant=1"))
            post.outbox.put([message(now=int(post.now))])
            assert post.send() == 1
        assert post.state() == {"done": 1}
        (request,) = receiver.requests
        assert request.startswith(b"POST /backchannel?tenant=1 ")
        claims = claims_of(request, keys)
        assert (claims["iss"], claims["aud"]) == (house.ISSUER, "client-1")
        assert (claims["sub"], claims["sid"]) == ("sub-0", "sid-0")
        assert post.send() is None

    @pytest.mark.parametrize("status", ["200 OK", "204 No Content"])
    def test_these_answers_mean_that_it_was_heard(
        self, post: Post, authority: Authority, status: str
    ) -> None:
        with authority.receiver(answer=lambda _: http(status)) as receiver:
            post.register(receiver.url())
            post.outbox.put([message()])
            post.send()
        assert post.state() == {"done": 1}

    def test_a_client_that_refuses_is_asked_no_more(self, post: Post, authority: Authority) -> None:
        """§2.8: 400 says that the token was read and is not wanted."""
        with authority.receiver(answer=lambda _: http("400 Bad Request", b"{}")) as receiver:
            post.register(receiver.url())
            post.outbox.put([message()])
            post.send()
        assert (post.state(), post.why()) == ({"dead": 1}, "status 400")

    @pytest.mark.parametrize(
        "status", ["201 Created", "302 Found", "401 Unauthorized", "404 Not Found", "500 Oh", "503 Away"]
    )
    def test_all_other_answers_may_pass(self, post: Post, authority: Authority, status: str) -> None:
        with authority.receiver(answer=lambda _: http(status)) as receiver:
            post.register(receiver.url())
            post.outbox.put([message()])
            post.send()
        assert (post.state(), post.why()) == ({"waiting": 1}, f"status {status[:3]}")

    def test_it_is_tried_six_times_over_seven_hours_with_a_fresh_token_each_time(
        self, post: Post, authority: Authority, keys: Keys
    ) -> None:
        start = post.now
        tried: list[float] = []
        with authority.receiver(answer=lambda _: http("503 Away")) as receiver:
            post.register(receiver.url())
            post.outbox.put([message(now=int(post.now))])
            for pause in (0, *RETRY_PAUSES):
                if pause:
                    post.now += pause - 1
                    assert post.send() is None
                    post.now += 1
                assert post.send() == 1
                tried.append(post.now - start)
        assert tried == [0, 10, 70, 670, 4270, 25870]
        assert (post.state(), post.why()) == ({"dead": 1}, "status 503")
        tokens = [claims_of(request, keys) for request in receiver.requests]
        assert len({token["jti"] for token in tokens}) == 6
        assert [int(str(token["iat"])) - int(start) for token in tokens] == [0, 10, 70, 670, 4270, 25870]
        assert post.log.named("outbox.dead") == [
            {"kind": "backchannel_logout", "client_id": "client-1", "attempts": 6, "why": "status 503"}
        ]

    def test_the_client_is_the_one_that_is_registered_now(self, post: Post, authority: Authority) -> None:
        with authority.receiver(answer=lambda _: http("503 Away")) as before, authority.receiver() as now:
            post.register(before.url())
            post.outbox.put([message()])
            post.send()
            post.register(now.url())
            post.now += RETRY_PAUSES[0]
            post.send()
        assert (before.connections, now.connections) == (1, 1)
        assert post.state() == {"done": 1}

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({"enabled": False}, "no address"),
            ({"uri": None}, "no address"),
            ({"created_at": 2**40}, "not registered"),  # another client of the same id, made since
            (None, "not registered"),
        ],
    )
    def test_who_is_not_there_any_more_is_not_told(
        self, post: Post, authority: Authority, fields: dict[str, object] | None, why: str
    ) -> None:
        with authority.receiver() as receiver:
            if fields is not None:
                post.register(**{"uri": receiver.url()} | fields)  # type: ignore[arg-type]  # -- as given
            post.outbox.put([message()])
            post.send()
        assert receiver.connections == 0
        assert (post.state(), post.why()) == ({"dead": 1}, why)

    @pytest.mark.parametrize(("required", "state"), [(True, {"dead": 1}), (False, {"done": 1})])
    def test_a_client_that_needs_a_session_gets_no_token_without(
        self, post: Post, authority: Authority, required: bool, state: dict[str, int]
    ) -> None:
        with authority.receiver() as receiver:
            post.register(receiver.url(), backchannel_logout_session_required=required)
            post.outbox.put([message(sid="")])
            post.send()
        assert post.state() == state

    def test_a_private_address_is_tried_again_later_and_not_called(
        self, post: Post, authority: Authority
    ) -> None:
        """Later, since the name's address may change, and so may the settings."""
        with authority.receiver() as receiver:
            post.register(f"https://10.0.0.1:{receiver.port}/")
            post.logout.fetcher._resolver._resolve = lambda _host, _port: ("10.0.0.1",)  # type: ignore[attr-defined]  # -- this test's own
            post.outbox.put([message()])
            post.send()
        assert (post.state(), post.why()) == ({"waiting": 1}, "address")

    def test_nobody_there_is_tried_again(self, post: Post, authority: Authority) -> None:
        with authority.receiver() as receiver:
            pass
        post.register(receiver.url())
        post.outbox.put([message()])
        post.send()
        assert (post.state(), post.why()) == ({"waiting": 1}, "unreachable")

    def test_no_log_line_tells_the_person_the_session_or_the_token(
        self, post: Post, authority: Authority
    ) -> None:
        answers = iter(["503 Away", "400 No", "200 OK"])
        with authority.receiver(answer=lambda _: http(next(answers))) as receiver:
            post.register(receiver.url("/path-of-theirs"))
            for number in range(3):
                post.outbox.put([message(number)])
                post.send()
        assert [name for name, _ in post.log.events] == ["outbox.again", "outbox.dead", "outbox.delivered"]
        before = "outbox_attempts backchannel_logout"
        assert post.counts == {f"{before} {outcome}": 1 for outcome in ("again", "dead", "delivered")}
        said = repr(post.log.events)
        assert not any(word in said for word in ("sub-", "sid-", "eyJ", "path-of-theirs", "receiver.example"))


class Held:
    """A receiver's answer that waits until the test lets go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.max_present = 0
        self.present = 0
        self._lock = threading.Lock()

    def __call__(self, _request: bytes) -> Answer:
        return self._answer

    def _answer(self, sock: socket.socket) -> None:
        with self._lock:
            self.present += 1
            self.max_present = max(self.max_present, self.present)
        self.go.wait(10)
        with self._lock:
            self.present -= 1
        sock.sendall(http())


class TestManyAtOnce:
    def test_a_slow_receiver_delays_nobody_else(self, post: Post, authority: Authority) -> None:
        held = Held()
        with authority.receiver(answer=held) as slow, authority.receiver() as quick:
            post.register(slow.url(), "slow")
            post.register(quick.url(), "quick")
            post.outbox.put([message(number, "slow") for number in range(50)])
            post.outbox.put([message(number, "quick") for number in range(10)])
            post.sender.run()
            until(lambda: post.state().get("done") == 10, "the quick one did not hear all")
            assert post.sender.in_flight() == 2  # the slow one's
            held.go.set()

    def test_a_call_does_not_wait_for_slow_receivers(self, post: Post, authority: Authority) -> None:
        held = Held()
        sender = post.made(SenderLimits(budget=0.2))
        with authority.receiver(answer=held) as slow:
            post.register(slow.url(), "slow")
            post.outbox.put([message(number, "slow") for number in range(3)])
            assert sender.run() == 2  # it comes back, although nobody has answered
            assert sender.run() is None  # its two places are taken
            held.go.set()
            assert sender.wait_until_idle(60)

    def test_a_client_is_never_called_by_more_than_two_at_a_time(
        self, post: Post, authority: Authority
    ) -> None:
        held = Held()
        with authority.receiver(answer=held) as receiver:
            post.register(receiver.url())
            post.outbox.put([message(number) for number in range(8)])
            post.sender.run()
            until(lambda: held.present == 2, "two are called")
            held.go.set()

            def all_done() -> bool:
                post.sender.run()
                return post.state() == {"done": 8}

            until(all_done, "all are told")
        assert held.max_present == 2

    def test_all_together_are_bounded_too(self, post: Post, authority: Authority) -> None:
        held = Held()
        sender = post.made(SenderLimits(in_flight=3, budget=0.2))
        with authority.receiver(answer=held) as receiver:
            for number in range(6):
                post.register(receiver.url(), f"client-{number}")
                post.outbox.put([message(0, f"client-{number}")])
            assert sender.run() == 3
            assert sender.in_flight() == 3
            assert sender.run() is None
            held.go.set()
            assert sender.wait_until_idle(60)
            assert sender.run() == 3
            assert sender.wait_until_idle(60)
        assert post.state() == {"done": 6}

    def test_quick_receivers_make_place_for_the_next_at_once(self, post: Post, authority: Authority) -> None:
        sender = post.made(SenderLimits(budget=20))
        with authority.receiver() as receiver:
            post.register(receiver.url())
            post.outbox.put([message(number) for number in range(30)])
            assert sender.run() == 30
            assert sender.wait_until_idle(60)
        assert post.state() == {"done": 30}

    def test_a_call_ends_with_its_time_however_much_is_due(self, post: Post) -> None:
        sender = Sender(
            post.outbox,
            {"backchannel_logout": lambda _message: DELIVERED},
            lambda: post.now,
            post.log,
            post.counts,
            SenderLimits(budget=0.2),
        )
        post.outbox.put([message(number) for number in range(2000)])
        began = time.monotonic()
        started = sender.run()
        assert time.monotonic() - began < 2
        assert started is not None
        assert started < 2000
        assert sender.wait_until_idle(60)

    def test_no_thread_stays(self, post: Post, authority: Authority) -> None:
        with authority.receiver() as receiver:
            post.register(receiver.url())
            post.outbox.put([message(number) for number in range(5)])
            post.send()

        def ours() -> list[threading.Thread]:
            return [thread for thread in threading.enumerate() if thread.name == "outbox"]

        until(lambda: not ours(), "threads stayed")


class TestFaultsOfOurs:
    def sender(self, post: Post, deliver: Callable[[OutboxMessage], Delivery]) -> Sender:
        return Sender(post.outbox, {"backchannel_logout": deliver}, lambda: post.now, post.log, post.counts)

    @pytest.mark.parametrize("error", [StoreUnavailable("SQL"), ZeroDivisionError("secret")])
    def test_an_error_on_the_way_is_a_failed_attempt(self, post: Post, error: Exception) -> None:
        def broken(_message: OutboxMessage) -> Delivery:
            raise error

        post.outbox.put([message()])
        sender = self.sender(post, broken)
        assert sender.run() == 1
        assert sender.wait_until_idle(60)
        assert (post.state(), post.why()) == ({"waiting": 1}, type(error).__name__)
        assert "secret" not in repr(post.log.events)

    def test_a_kind_that_is_unknown_here_is_left_for_later(self, post: Post) -> None:
        post.outbox.put([message()])
        sender = Sender(post.outbox, {}, lambda: post.now, post.log, post.counts)
        sender.run()
        assert sender.wait_until_idle(60)
        assert (post.state(), post.why()) == ({"waiting": 1}, "unknown kind")

    def test_a_result_that_could_not_be_written_comes_back_with_its_lease(self, post: Post) -> None:
        def gone(_message: OutboxMessage) -> Delivery:
            with post.engine.begin() as connection:
                connection.execute(text("ALTER TABLE outbox RENAME TO away"))
            return DELIVERED

        post.outbox.put([message()])
        sender = self.sender(post, gone)
        with suppress(StoreUnavailable):  # a look for more comes before or after the table goes
            sender.run()
        assert sender.wait_until_idle(60)
        with post.engine.begin() as connection:
            connection.execute(text("ALTER TABLE away RENAME TO outbox"))
        assert [name for name, _ in post.log.events] == ["outbox.waits"]
        assert sender.run() is None
        post.now += 60
        again = self.sender(post, lambda _message: DELIVERED)
        assert again.run() == 1
        assert again.wait_until_idle(60)
        assert post.state() == {"done": 1}


def test_a_client_is_not_forgotten_where_the_system_gives_no_thread(
    post: Post, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with authority.receiver() as receiver:
        post.register(receiver.url())
        post.outbox.put([message(now=int(post.now))])
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refused)
            with pytest.raises(RuntimeError):
                post.sender.run()
        assert post.sender.in_flight() == 0
        post.now += SenderLimits().lease + 1
        assert post.send() == 1
        assert len(receiver.requests) == 1
