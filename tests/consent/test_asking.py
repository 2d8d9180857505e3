"""When a person is asked what an application may have, and what their answer is good for."""

from __future__ import annotations

import pytest

from tests.support.pages import forget_consents, kind, press, visit
from tests.support.world import World


@pytest.fixture(autouse=True)
def nobody_agreed_yet(world: World) -> None:
    forget_consents(world)


def test_a_consent_is_remembered_and_asked_for_again_only_for_more(world: World) -> None:
    person = world.person()
    world.sign_in(person, scope="openid profile")
    assert kind(world, visit(world, person, world.authorize_url(scope="openid"))) == "code"
    wider = visit(world, person, world.authorize_url(scope="openid profile email"))
    assert kind(world, wider) == "consent"
    assert kind(world, press(world, person, wider)) == "code"
    assert kind(world, visit(world, person, world.authorize_url(scope="openid email profile"))) == "code"
    named = '{"userinfo": {"phone_number": null}}'
    assert kind(world, visit(world, person, world.authorize_url(claims=named))) == "consent"


def test_who_does_not_agree_goes_back_and_is_asked_again_the_next_time(world: World) -> None:
    person = world.person()
    page = world.approve(person, visit(world, person, world.authorize_url()))
    refused = press(world, person, page, "cancel")
    assert kind(world, refused) == "error access_denied"
    assert kind(world, visit(world, person, world.authorize_url())) == "consent"


def test_a_consent_page_cannot_be_answered_in_another_persons_session(world: World) -> None:
    """The page was shown to sophea; dara has signed in since: what sophea saw says nothing of dara."""
    person = world.person()
    page = world.approve(person, visit(world, person, world.authorize_url()))
    assert kind(world, page) == "consent"
    world.sign_in(person, "own", persona="dara", prompt="login")
    answer = press(world, person, page)
    assert kind(world, answer) == "csrf 403"
