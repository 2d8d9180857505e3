"""The whole walk with PostgreSQL under it, as in production."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.world import World, make_world


@pytest.fixture
def on_postgresql(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("postgresql")
    yield from make_world(folder, BRIDGE_DATABASE__URL=postgres_url)


def test_a_login_with_offline_access_works_on_postgresql(on_postgresql: World) -> None:
    world = on_postgresql
    person = world.person()
    tokens = world.tokens(world.sign_in(person, "spa", scope="openid profile offline_access"), "spa")
    assert tokens.status == 200, tokens.body
    status, claims = world.userinfo(tokens["access_token"])
    assert (status, claims["name"]) == (200, "SOPHEA CHAN")
    refreshed = world.token("spa", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refreshed.status == 200, refreshed.body
    assert refreshed["refresh_token"] != tokens["refresh_token"]
    # Signing out ends the access tokens, and leaves what was agreed to for the time when nobody is there.
    person.press(person.visit(world.issuer + "/logout"), "continue")
    assert world.userinfo(refreshed["access_token"])[0] == 401
    again = world.token("spa", grant_type="refresh_token", refresh_token=refreshed["refresh_token"])
    assert again.status == 200, again.body


def test_a_remembered_consent_is_not_asked_for_again_on_postgresql(on_postgresql: World) -> None:
    world = on_postgresql
    world.sign_in(world.person(), scope="openid email")
    person = world.person()
    page = world.approve(person, person.visit(world.authorize_url(scope="openid email")))
    assert page.params.get("code"), page.text
