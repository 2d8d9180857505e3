"""In one process: a form outlives the key that it was made with, and two clocks ten minutes apart are one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

import pytest

from bridge.app import create_app
from bridge.domain.lasting_keys import HANDOVER
from bridge.ports.services import Services
from bridge.stores.hashes import LastingHashes
from bridge.stores.sealing import MasterSealer
from bridge.wiring.services import build
from tests.support.person import Person
from tests.support.world import World, finish


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


def _moved(by: float) -> float:
    return time.time() + by


@pytest.fixture
def two_clocks(world: World) -> Iterator[tuple[Services, Services]]:
    """Two instances on the stores of a world, whose machines are ten minutes apart."""
    ahead, behind = (build(world.settings, partial(_moved, by)) for by in (300.0, -300.0))
    yield ahead, behind
    ahead.close()
    behind.close()


def test_a_form_counts_for_an_hour_after_its_key_was_renewed(world: World) -> None:
    services = build(world.settings)
    app, clock = create_app(world.settings, services), Clock()
    secrets, sealer = services.secrets, services.sealer
    assert isinstance(sealer, MasterSealer)
    hashes = LastingHashes(secrets, clock)  # type: ignore[arg-type]  # -- of SQL, which renews too
    before = len(secrets.listed("forms"))  # type: ignore[attr-defined]  # -- the same
    try:
        hashes.read()
        sealer.hash_by(hashes)
        clock.now += before * 10 * (HANDOVER + 3600)  # whatever was renewed before is settled
        person = Person(app, world.issuer, {})
        page = person.visit(world.authorize_url(), until="https://")
        secrets.renew("forms", b"f" * 32, int(clock.now))  # type: ignore[attr-defined]  # -- the same
        hashes.read()
        for later, status in ((HANDOVER - 1, 303), (HANDOVER + 3598, 303), (HANDOVER + 3600, 403)):
            made, clock.now = clock.now, clock.now + later
            assert person.press(page, "continue").status == status, later
            clock.now = made
    finally:
        sealer.hash_by(LastingHashes(secrets, services.clock))  # type: ignore[arg-type]  # -- the same
        services.close()


def test_what_one_writes_is_neither_expired_nor_longer_lived_for_the_other(
    world: World, two_clocks: tuple[Services, Services]
) -> None:
    ahead, behind = two_clocks
    assert abs(ahead.clock() - behind.clock()) < 1
    assert abs(ahead.clock() - world.services.clock()) < 1
    for first, second in (two_clocks, two_clocks[::-1]):
        here = World(create_app(world.settings, first), world.settings, first, world.simulator, world.secrets)
        there = World(
            create_app(world.settings, second), world.settings, second, world.simulator, world.secrets
        )
        page = here.sign_in(here.person())
        code = page.params["code"]
        now = int(second.clock())
        taken = second.codes.take(code, "web", now + 61)  # type: ignore[arg-type]  # -- a client's id
        assert taken is None  # its minute is a minute at the other too
        person = here.person()
        tokens = there.tokens(here.sign_in(person))
        assert tokens.status == 200
        record = first.tokens.access_token(tokens["access_token"], int(first.clock()))
        assert record is not None
        assert 480 < record.expires_at - first.clock() <= 601  # minutes off if a clock of their own counted
        assert second.tokens.access_token(tokens["access_token"], int(second.clock()) + 601) is None
        refreshed = here.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        assert refreshed.status == 200
        again = finish(person, person.visit(there.authorize_url(max_age="30"), until="https://"), "https://")
        assert again.params.get("code"), again.text
