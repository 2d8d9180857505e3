"""An application that is paused, with a text of its own in both languages."""

from __future__ import annotations

import pytest

from tests.support.pages import changed, kind, visit
from tests.support.world import World

KM, EN = "ផ្អាក​រហូតដល់​ថ្ងៃចន្ទ 100%", "Back on Monday, <b>100%</b> sure"


def test_people_read_its_text_in_their_language(world: World) -> None:
    with changed(world, "web", enabled=False, pause_km=KM, pause_en=EN):
        page = visit(world, world.person(), world.authorize_url() + "&hl=en")
        assert kind(world, page) == "paused 403"
        assert "Back on Monday, &lt;b&gt;100%&lt;/b&gt; sure" in page.text and KM not in page.text
        assert KM in visit(world, world.person(), world.authorize_url() + "&hl=km").text
        assert page.has("again") and not page.has("continue"), "nobody is led to what is kept out"


@pytest.mark.parametrize("given", ["pause_km", "pause_en"])
def test_a_text_in_one_language_stands_for_both(world: World, given: str) -> None:
    with changed(world, "web", enabled=False, **{given: "ABC"}):
        for spoken in ("km", "en"):
            assert "ABC" in visit(world, world.person(), f"{world.authorize_url()}&hl={spoken}").text


def test_a_sign_in_under_way_reads_it_too(world: World) -> None:
    person = world.person()
    page = visit(world, person, world.authorize_url())
    with changed(world, "web", enabled=False, pause_en=EN):
        assert kind(world, person.press(page, "continue")) == "paused 403"
    assert kind(world, visit(world, person, page.url)) == "sign_in"


def test_a_text_changes_nothing_while_it_is_not_paused(world: World) -> None:
    with changed(world, "web", pause_km=KM, pause_en=EN):
        page = visit(world, world.person(), world.authorize_url())
    assert kind(world, page) == "sign_in" and KM not in page.text
