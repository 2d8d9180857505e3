"""The table of background jobs, on real stores: back-channel logout, missing keys, the purge."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import pytest
import structlog

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.client import Client
from bridge.domain.ids import ClientId, GrantId, Sid, Sub
from bridge.domain.outbox import logout_messages
from bridge.domain.session import LogoutNotice
from bridge.errors import ConfigError
from bridge.oidc.keys import Keys
from bridge.ops.counters import Counters
from bridge.outbound.fetcher import GuardedFetcher
from bridge.ports.outbound import FetchError
from bridge.settings import Settings
from bridge.settings.tree import Outbound
from bridge.stores import embedded, migrate, redis, sql
from bridge.stores.sealing import MasterSealer
from bridge.wiring.jobs import DAY, start_jobs
from bridge.wiring.outbound import fetcher_of
from tests.outbound.receivers import plain_receiver
from tests.support.socket_server import http
from tests.support.waiting import until

TABLE = {"outbox", "keys", "purge"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(data_dir=tmp_path)
    migrate.upgrade(settings.database_url)
    return settings


@pytest.fixture
def services(settings: Settings, tmp_path: Path) -> Iterator[Any]:
    """The part of Services that the jobs work with."""
    server = embedded.start(tmp_path / "redis")
    engine, kept, counters = sql.connect(settings.database_url), redis.connect(server.url), Counters()
    sealer = MasterSealer([b"m" * 32])
    sql.chain_with(engine, sealer)
    signing_keys = sql.SqlSigningKeys(engine, sealer)
    yield SimpleNamespace(
        clock=time.time,
        token_bytes=os.urandom,
        clients=sql.SqlClients(engine, counters),
        signing_keys=signing_keys,
        signer=Keys(signing_keys, time.time),
        outbox=sql.SqlOutbox(engine),
        fetcher=fetcher_of(settings),
        lease=redis.RedisLease(kept),
        job_log=sql.SqlJobLog(engine),
        trail=sql.SqlAdminAudit(engine, sealer),
        activity=sql.SqlActivity(engine),
        alert_states=sql.SqlAlertStates(engine),
        certificates=(),
        person_looks=sql.SqlPersonLooks(engine),
        counters=counters,
    )
    kept.close()
    engine.dispose()
    server.stop()


def test_a_client_hears_of_the_end_of_a_session_keys_are_made_and_what_is_over_goes(
    settings: Settings, services: Any
) -> None:
    with plain_receiver(lambda _: http()) as receiver:
        address = receiver.url("/logout", host="127.0.0.1")
        client = Client(ClientId("c"), "App", ("https://app.example/cb",), backchannel_logout_uri=address)
        services.clients.add(client)
        notice = LogoutNotice(GrantId("g"), client.client_id, Sub("sub-1"), Sid("sid-1"))
        services.outbox.put(logout_messages([notice], int(time.time())))
        jobs = start_jobs(settings, services)
        try:
            until(lambda: services.outbox.count()["done"] == 1, "it was not delivered")
            until(lambda: services.job_log.last().keys() == TABLE, "a job did not run")
        finally:
            assert jobs.stop(10)
    (request,) = receiver.requests
    token = parse_qs(request.partition(b"\r\n\r\n")[2].decode())["logout_token"][0]
    claims = services.signer.verify(token, "logout+jwt")
    assert (claims["iss"], claims["aud"], claims["sid"]) == (settings.issuer, "c", "sid-1")
    runs = services.job_log.last()
    assert runs["keys"].result.startswith("made ")
    assert len(services.signing_keys.all()) == 4
    assert runs["purge"].result == "0"


def test_the_head_of_the_trail_of_administration_is_logged_and_what_is_old_in_it_goes(
    settings: Settings, services: Any
) -> None:
    long_ago = int(time.time()) - (settings.admin.audit_days + 70) * DAY
    for at in (long_ago, long_ago + 40 * DAY):
        services.trail.record(AuditEntry(at, "command line", "client.edited", "portal"))
    with structlog.testing.capture_logs() as logged:
        jobs = start_jobs(settings, services)
        try:
            until(lambda: "audit.head" in [line["event"] for line in logged], "no head was logged")
            until(lambda: "purge" in services.job_log.last(), "nothing was purged")
        finally:
            assert jobs.stop(10)
    line = next(line for line in logged if line["event"] == "audit.head")
    assert services.trail.verify(line["head"]).faults == ()
    assert [row.entry.event for row in services.trail.page(limit=9)] == [
        "audit.pruned",
        "audit.opened",
        "client.edited",
        "audit.opened",
    ]
    assert services.job_log.last()["purge"].result == "2"


class TestFetcherOfSettings:
    def test_while_the_issuer_is_on_loopback_clients_there_are_called(self) -> None:
        with plain_receiver() as receiver:
            assert fetcher_of(Settings()).post_form(receiver.url(host="127.0.0.1"), {}).status == 200

    def test_a_public_issuer_calls_nobody_on_loopback(self) -> None:
        ours = fetcher_of(Settings(issuer="https://sso.example"))
        assert isinstance(ours, GuardedFetcher)
        with plain_receiver() as receiver:
            for address in (receiver.url(host="127.0.0.1"), f"https://127.0.0.1:{receiver.port}/"):
                with pytest.raises(FetchError, match="address"):
                    ours.post_form(address, {})
        assert receiver.connections == 0

    def test_a_network_that_is_none_is_a_fault_of_the_settings(self) -> None:
        with pytest.raises(ConfigError, match=r"outbound\.allowed_networks"):
            fetcher_of(Settings(outbound=Outbound(allowed_networks=("10.0.0.1/8",))))
