"""Drafts of copies: what they keep, and where their addresses lead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.domain.client import Client, FileOwner
from bridge.domain.client_metadata import CLIENT_METADATA
from bridge.domain.ids import ClientId
from bridge.manage.client_files.export import as_yaml, export_document
from bridge.manage.client_files.faults import FileFaults
from bridge.manage.copies import ADDRESSES, addresses_of, draft_of, drafts_in, moved, remapped

PILOT = Client(
    ClientId("pilot"),
    "Pilot ក្រសួង",
    ("https://pilot.example/cb", "https://pilot.example:8443/cb"),
    secret_hashes=("a", "b"),
    sector_identifier="pilot.example",
    post_logout_redirect_uris=("https://pilot.example/",),
    allowed_origins=("https://pilot.example",),
    client_uri="https://www.example/",
    enabled=False,
    managed_by=FileOwner("ministry"),
    client_id_issued_at=9,
    lifetimes={"code": 30},
)


def test_every_field_that_holds_addresses_is_moved() -> None:
    """A field of a kind that is new has to be told apart."""
    named = {row.name for row in CLIENT_METADATA.values() if row.name.endswith(("uri", "uris", "origins"))}
    assert {row.name for row in ADDRESSES} == named


def test_a_copy_is_a_new_application() -> None:
    draft = draft_of(PILOT)
    assert draft == replace(
        PILOT,
        client_id="",
        secret_hashes=(),
        sector_identifier=None,
        enabled=True,
        managed_by=None,
        client_id_issued_at=0,
    )


@pytest.mark.parametrize(
    ("client", "sector"),
    [
        (replace(PILOT, sector_identifier="people.example"), "people.example"),
        (replace(PILOT, redirect_uris=("http://127.0.0.1/cb",), sector_identifier="pilot"), None),
        (replace(PILOT, redirect_uris=("http://127.0.0.1/cb",), sector_identifier="chosen"), "chosen"),
    ],
    ids=["chosen", "its own id, as it is on loopback (RFC 8252 §7.3)", "chosen, on loopback"],
)
def test_a_sector_that_was_chosen_stays_and_one_that_followed_follows_again(
    client: Client, sector: str | None
) -> None:
    assert draft_of(client).sector_identifier == sector


def test_a_file_gives_back_what_was_exported() -> None:
    text = as_yaml(export_document([replace(PILOT, managed_by=None)]))
    (draft,) = drafts_in(text)
    assert draft == replace(draft_of(PILOT), client_id="pilot")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: b",
        "applications: 1",
        "applications: [{client_id: a, no_such: 1}]",
        "applications: [{client_id: a, client_id: b}]",
        "applications: &a [*a]",
        "applications: [{client_id: a, client_name: !!python/object:os.system x}]",
        "applications: [{client_id: a, client_name: n, secret: abc}]",
        "{",
        "\0",
        "[" * 5000,
    ],
)
def test_a_file_with_a_fault_gives_nothing(text: str) -> None:
    with pytest.raises(FileFaults):
        drafts_in(text)


def test_addresses_are_named_once_in_their_order() -> None:
    assert addresses_of([PILOT, PILOT]) == (
        "https://pilot.example/cb",
        "https://pilot.example:8443/cb",
        "https://pilot.example/",
        "https://pilot.example",
        "https://www.example/",
    )


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://pilot.example/cb?a=1", "https://real.example/cb?a=1"),
        ("https://pilot.example", "https://real.example"),
        ("https://pilot.example:8443/cb", "https://pilot.example:8443/cb"),
        ("https://pilot.example.evil/cb", "https://pilot.example.evil/cb"),
        ("http://pilot.example/cb", "http://pilot.example/cb"),
        ("com.example.app:/cb", "com.example.app:/cb"),
        ("https://[", "https://["),
        ("", ""),
    ],
)
def test_an_address_is_moved_by_its_whole_origin(address: str, expected: str) -> None:
    """RFC 6454 §4: a prefix of a host, or another port, is another origin."""
    assert moved(address, {"https://pilot.example": "https://real.example"}) == expected


def test_a_replacement_holds_for_every_field_and_an_empty_one_leaves_out() -> None:
    replacements = {
        "https://pilot.example/cb": "https://real.example/cb",
        "https://pilot.example:8443/cb": "https://real.example/cb",
        "https://pilot.example/": "",
        "https://www.example/": "",
    }
    copy = remapped(PILOT, replacements)
    assert copy.redirect_uris == ("https://real.example/cb",)
    assert (copy.post_logout_redirect_uris, copy.client_uri) == ((), None)
    assert copy.allowed_origins == ("https://pilot.example",)
