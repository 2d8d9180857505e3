"""Refresh tokens that outlive the Session (OIDC Core §11), through a whole sign-in."""

from __future__ import annotations

import pytest

from tests.support.pages import forget_consents, kind, press, visit
from tests.support.world import World


@pytest.fixture(autouse=True)
def nobody_agreed_yet(world: World) -> None:
    forget_consents(world)


def test_offline_access_needs_a_word_and_outlives_the_session(world: World) -> None:
    """oidcc-refresh-token"""
    person = world.person()
    url = world.authorize_url("spa", scope="openid offline_access", prompt="consent")
    page = world.approve(person, visit(world, person, url))
    assert kind(world, page) == "consent"
    tokens = world.tokens(press(world, person, page), "spa")
    assert tokens["scope"] == "openid offline_access"
    press(world, person, visit(world, person, world.issuer + "/logout"))
    refreshed = world.token("spa", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refreshed.status == 200, refreshed.body
    assert refreshed.id_token["sub"] == tokens.id_token["sub"]
    assert refreshed.id_token["auth_time"] == tokens.id_token["auth_time"]


def test_a_client_without_the_grant_type_has_no_offline_access(world: World) -> None:
    tokens = world.tokens(world.sign_in(world.person(), "own", scope="openid offline_access"), "own")
    assert tokens["scope"] == "openid"
    assert "refresh_token" not in tokens.body
