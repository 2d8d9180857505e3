"""Administrators sign in with CamDigiKey, through the provider itself."""

from __future__ import annotations

from tests.console.conftest import Console


def test_whoever_accepts_an_invitation_comes_to_the_list_of_applications(console: Console) -> None:
    person = console.administrator()
    page = console.page(person, "/admin")
    assert page.status == 200
    assert "console-applications" in page.text


def test_nobody_else_gets_in(console: Console) -> None:
    person = console.world.person()
    page = console.page(person, "/admin/applications")
    assert "console-sign_in" in page.text
    page = console.through_camdigikey(person, page, "sophea")
    assert page.status == 403
    assert "console-refused" in page.text
