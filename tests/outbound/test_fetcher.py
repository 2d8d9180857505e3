"""The guarded fetcher, against receivers that behave and receivers that don't."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from bridge.errors import ConfigError
from bridge.outbound import resolver
from bridge.outbound.addresses import AllowedTargets
from bridge.outbound.fetcher import GuardedFetcher
from bridge.ports.outbound import Fetched, FetchError, FetchReason
from tests.outbound.receivers import NAME, Authority, Receiver, plain_receiver
from tests.support.socket_server import http

OPENED = AllowedTargets.of(networks=("127.0.0.0/8",))
JSON = ("application/json", "application/jwk-set+json")


class Names:
    """A resolver whose answers a test says, one list after the other; the last one stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def fetcher(
    authority: Authority, names: Names | None = None, allowed: AllowedTargets = OPENED, timeout: float = 5.0
) -> GuardedFetcher:
    return GuardedFetcher(
        allowed, timeout=timeout, ca_file=authority.file, resolve=names or Names(("127.0.0.1",))
    )


def failed(reason: FetchReason, call: partial[object]) -> None:
    with pytest.raises(FetchError) as caught:
        call()
    assert caught.value.reason == reason, caught.value


class TestPosting:
    def test_a_form_arrives_and_the_status_and_the_body_come_back(self, authority: Authority) -> None:
        with authority.receiver(answer=lambda _: http("202 Accepted", b"thanks")) as receiver:
            answer = fetcher(authority).post_form(receiver.url("/out?x=1"), {"logout_token": "a.b&c=ខ"})
        assert answer == Fetched(202, b"thanks")
        (request,) = receiver.requests
        head, _, body = request.partition(b"\r\n\r\n")
        assert head.startswith(b"POST /out?x=1 HTTP/1.1\r\n")
        assert b"Content-Type: application/x-www-form-urlencoded" in head
        assert f"Host: {NAME}:{receiver.port}".encode() in head
        assert body == b"logout_token=a.b%26c%3D%E1%9E%81"

    def test_a_body_arrives_as_it_is_with_its_headers(self, authority: Authority) -> None:
        with authority.receiver(answer=lambda _: http("204 No Content")) as receiver:
            headers = {"Content-Type": "application/json", "Bridge-Signature": "t=1,v1=ab"}
            assert fetcher(authority).post(receiver.url("/hook"), b'{"a":1}', headers) == Fetched(204)
        head, _, body = receiver.requests[0].partition(b"\r\n\r\n")
        assert head.startswith(b"POST /hook ") and body == b'{"a":1}'
        for line in (b"Content-Type: application/json", b"Bridge-Signature: t=1,v1=ab", b"Content-Length: 7"):
            assert line.lower() in head.lower()
        failed("address", partial(GuardedFetcher(AllowedTargets()).post, "http://[::1]/", b"", {}))

    def test_no_more_is_read_than_was_wanted(self, authority: Authority) -> None:
        sent = threading.Event()

        def endless(sock: socket.socket) -> None:
            sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            with contextlib.suppress(OSError):
                while True:
                    sock.sendall(b"x" * 65536)
            sent.set()

        with authority.receiver(answer=lambda _: endless) as receiver:
            answer = fetcher(authority).post_form(receiver.url(), {}, max_bytes=10)
            assert sent.wait(10)  # the connection was closed on it
        assert answer == Fetched(400, b"x" * 10)

    @pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
    def test_a_redirect_is_an_answer_and_not_followed(self, authority: Authority, status: str) -> None:
        with authority.receiver() as target:
            head = f"Location: {target.url('/elsewhere')}\r\n"
            with authority.receiver(answer=lambda _: http(status, head=head)) as receiver:
                assert fetcher(authority).post_form(receiver.url(), {}).status == int(status[:3])
        assert target.connections == 0

    def test_a_cookie_is_not_kept(self, authority: Authority) -> None:
        with authority.receiver(answer=lambda _: http(head="Set-Cookie: a=b\r\n")) as receiver:
            ours = fetcher(authority)
            for _ in range(2):
                ours.post_form(receiver.url(), {})
        assert len(receiver.requests) == 2
        assert not any(b"cookie" in request.lower() for request in receiver.requests)

    def test_a_proxy_of_the_environment_is_not_used(
        self, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with plain_receiver() as proxy, authority.receiver() as receiver:
            for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            assert fetcher(authority).post_form(receiver.url(), {}).status == 200
        assert proxy.connections == 0


class TestNamesAndCertificates:
    def test_the_connection_goes_to_the_address_that_was_checked_and_tls_asks_for_the_name(
        self, authority: Authority
    ) -> None:
        names = Names(("127.0.0.1",))
        with authority.receiver() as receiver:
            fetcher(authority, names).post_form(receiver.url(), {})
        assert names.asked == [(NAME, receiver.port)]
        assert receiver.server_names == [NAME]

    def test_a_name_that_answers_otherwise_a_moment_later_changes_nothing(self, authority: Authority) -> None:
        """DNS rebinding: good when checked, private when called."""
        names = Names(("127.0.0.1",), ("127.0.0.2",))
        allowed = AllowedTargets.of(networks=("127.0.0.1/32",))
        with authority.receiver() as receiver:
            assert fetcher(authority, names, allowed).post_form(receiver.url(), {}).status == 200
            assert len(names.asked) == 1
            failed("address", partial(fetcher(authority, names, allowed).post_form, receiver.url(), {}))
        assert receiver.connections == 1

    @pytest.mark.parametrize(
        "address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254"]
    )
    def test_a_name_of_a_private_address_is_not_called(self, authority: Authority, address: str) -> None:
        with authority.receiver() as receiver:
            call = partial(
                fetcher(authority, Names((address,)), AllowedTargets()).post_form, receiver.url(), {}
            )
            failed("address", call)
        assert receiver.connections == 0

    def test_a_private_address_among_public_ones_is_not_called_either(self, authority: Authority) -> None:
        names = Names(("127.0.0.1", "10.0.0.1"))
        with authority.receiver() as receiver:
            failed("address", partial(fetcher(authority, names).post_form, receiver.url(), {}))
        assert receiver.connections == 0

    def test_where_the_first_address_takes_no_connection_the_next_one_is_called(
        self, authority: Authority
    ) -> None:
        names = Names(("127.0.0.9", "127.0.0.1"))
        with authority.receiver() as receiver:
            assert fetcher(authority, names).post_form(receiver.url(), {}).status == 200

    def test_another_names_certificate_is_refused(self, authority: Authority) -> None:
        with authority.receiver("other.example") as receiver:
            failed("tls", partial(fetcher(authority).post_form, receiver.url(), {}))
        assert receiver.requests == []

    def test_an_unknown_authoritys_certificate_is_refused(self, authority: Authority, tmp_path: Path) -> None:
        with Authority(tmp_path).receiver() as receiver:
            failed("tls", partial(fetcher(authority).post_form, receiver.url(), {}))
        assert receiver.requests == []

    def test_no_tls_at_all_is_refused(self, authority: Authority) -> None:
        def speak_first(listener: socket.socket) -> None:
            with listener.accept()[0] as sock:
                sock.sendall(http())
                sock.recv(65536)

        with socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=speak_first, args=(listener,), daemon=True).start()
            address = f"https://{NAME}:{listener.getsockname()[1]}/"
            failed("tls", partial(fetcher(authority).post_form, address, {}))

    def test_an_ip_address_is_called_by_its_certificate_too(self, authority: Authority) -> None:
        with authority.receiver("127.0.0.1") as receiver:
            ours = GuardedFetcher(OPENED, ca_file=authority.file)
            assert ours.post_form(receiver.url(host="127.0.0.1"), {}).status == 200

    def test_plain_http_is_for_hosts_that_the_settings_name(self) -> None:
        with plain_receiver() as receiver:
            address = receiver.url(host="127.0.0.1")
            failed("address", partial(GuardedFetcher(OPENED).post_form, address, {}))
            assert receiver.connections == 0
            ours = GuardedFetcher(AllowedTargets.of(hosts=("127.0.0.1",)))
            assert ours.post_form(address, {}).status == 200

    def test_an_unknown_name_is_unresolved(self, authority: Authority) -> None:
        def unknown(_host: str, _port: int) -> Sequence[str]:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")

        ours = GuardedFetcher(OPENED, resolve=unknown)
        failed("unresolved", partial(ours.post_form, f"https://{NAME}/", {}))

    @pytest.mark.parametrize("content", [None, "no certificate"])
    def test_a_ca_file_of_no_use_is_a_fault_of_the_settings(
        self, tmp_path: Path, content: str | None
    ) -> None:
        file = tmp_path / "ca.pem"
        if content is not None:
            file.write_text(content)
        with pytest.raises(ConfigError, match=r"outbound\.ca_file"):
            GuardedFetcher(OPENED, ca_file=file)


class TestTime:
    """A call ends when its time is over, wherever the receiver hangs."""

    def ends_in_time(self, call: partial[object]) -> None:
        began = time.monotonic()
        failed("timeout", call)
        assert time.monotonic() - began < 2.5

    def test_no_answer(self, authority: Authority) -> None:
        with authority.receiver() as receiver:
            receiver.answer = lambda _: lambda _sock: _hang(receiver)
            self.ends_in_time(partial(fetcher(authority, timeout=0.5).post_form, receiver.url(), {}))

    @pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
    def test_a_byte_now_and_then_does_not_keep_it_open(self, authority: Authority, before: bytes) -> None:
        def drip(sock: socket.socket) -> None:
            sock.sendall(before)
            while not receiver.over.wait(0.05):
                sock.sendall(b"H")

        with authority.receiver(answer=lambda _: drip) as receiver:
            self.ends_in_time(partial(fetcher(authority, timeout=0.6).post_form, receiver.url(), {}))

    def test_no_handshake(self, authority: Authority) -> None:
        """Connections are taken by the system and never spoken to."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            address = f"https://{NAME}:{listener.getsockname()[1]}/"
            self.ends_in_time(partial(fetcher(authority, timeout=0.5).post_form, address, {}))

    def test_no_answer_of_the_resolver(self, authority: Authority) -> None:
        over = threading.Event()

        def hanging(_host: str, _port: int) -> Sequence[str]:
            over.wait(20)
            return ()

        ours = GuardedFetcher(OPENED, timeout=0.3, resolve=hanging)
        try:
            self.ends_in_time(partial(ours.post_form, f"https://{NAME}/", {}))
        finally:
            over.set()

    def test_look_ups_that_hang_are_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(resolver, "MAX_UNDER_WAY", 1)
        over, started = threading.Event(), threading.Semaphore(0)

        def hanging(_host: str, _port: int) -> Sequence[str]:
            started.release()
            over.wait(20)
            return ("127.0.0.1",)

        names = resolver.Resolver(hanging)
        try:
            failed("timeout", partial(names.addresses, NAME, 443, 0.05))
            began = time.monotonic()
            failed("timeout", partial(names.addresses, NAME, 443, 10))
            assert time.monotonic() - began < 5  # refused at once
        finally:
            over.set()
        assert started.acquire(timeout=5)
        assert not started.acquire(blocking=False)


class TestBrokenReceivers:
    def test_nobody_listens(self, authority: Authority) -> None:
        with authority.receiver() as receiver:
            pass
        failed("unreachable", partial(fetcher(authority).post_form, receiver.url(), {}))

    @pytest.mark.parametrize(
        "answer",
        [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 2"],
        ids=["closed", "short", "not-http", "cut"],
    )
    def test_an_answer_that_is_none(self, authority: Authority, answer: bytes) -> None:
        with authority.receiver(answer=lambda _: answer) as receiver:
            failed("broken", partial(fetcher(authority).post_form, receiver.url(), {}))

    def test_endless_headers_are_not_read_to_their_end(self, authority: Authority) -> None:
        def endless(sock: socket.socket) -> None:
            sock.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                sock.sendall(b"X-Y: " + b"x" * 8000 + b"\r\n")

        with authority.receiver(answer=lambda _: endless) as receiver:
            failed("broken", partial(fetcher(authority).post_form, receiver.url(), {}))


class TestGetting:
    def get(self, authority: Authority, answer: bytes, max_bytes: int = 100) -> bytes:
        with authority.receiver(answer=lambda _: answer) as receiver:
            return fetcher(authority).get(receiver.url("/jwks"), content_types=JSON, max_bytes=max_bytes)

    @pytest.mark.parametrize("kind", ["application/json", "Application/JWK-Set+JSON; charset=utf-8"])
    def test_content_of_a_wanted_type_comes_whole(self, authority: Authority, kind: str) -> None:
        body = b"x" * 100
        assert self.get(authority, http(body=body, head=f"Content-Type: {kind}\r\n")) == body

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (http(body=b"{}", head="Content-Type: text/html\r\n"), "content_type"),
            (http(body=b"{}"), "content_type"),
            (
                http(body=b"x", head="Content-Type: application/json\r\nContent-Encoding: gzip\r\n"),
                "content_type",
            ),
            (http(body=b"x" * 101, head="Content-Type: application/json\r\n"), "too_large"),
            (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + b"x" * 101, "too_large"),
            (http("404 Not Found", b"{}", "Content-Type: application/json\r\n"), "status"),
            (http("302 Found", b"", "Location: /other\r\n"), "status"),
        ],
    )
    def test_what_was_not_asked_for_is_refused(
        self, authority: Authority, answer: bytes, reason: FetchReason
    ) -> None:
        failed(reason, partial(self.get, authority, answer))

    def test_it_says_what_it_takes(self, authority: Authority) -> None:
        answer = http(body=b"{}", head="Content-Type: application/json\r\n")
        with authority.receiver(answer=lambda _: answer) as receiver:
            fetcher(authority).get(receiver.url("/jwks"), content_types=JSON, max_bytes=9)
        (request,) = receiver.requests
        assert request.startswith(b"GET /jwks HTTP/1.1\r\n")
        assert b"Accept: application/json, application/jwk-set+json\r\n" in request
        assert b"Accept-Encoding: identity\r\n" in request


def test_an_error_tells_nothing_of_the_address_or_the_form(authority: Authority) -> None:
    with authority.receiver() as receiver:
        pass
    with pytest.raises(FetchError) as caught:
        fetcher(authority).post_form(receiver.url("/secret-path"), {"logout_token": "secret-token"})
    assert "secret" not in f"{caught.value!r} {caught.value.detail}"
    assert caught.value.__cause__ is None


def _hang(receiver: Receiver) -> None:
    receiver.over.wait(20)
