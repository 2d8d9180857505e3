"""The table of client metadata: a row for each field of Client, and what is made from it."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import get_args

import click
import pytest

from bridge.cli.client_options import add_options, edit_options
from bridge.domain.client import Client
from bridge.domain.client_metadata import CLIENT_METADATA, as_metadata
from bridge.domain.ids import ClientId
from bridge.domain.metadata_field import GROUPS, Group, MetadataField
from bridge.manage.metadata_page import FIXED, KINDS, client_metadata_page
from tests.support.tools import ROOT

KHMER = re.compile(r"[\u1780-\u17d3]")
rows = pytest.mark.parametrize("row", CLIENT_METADATA.values(), ids=CLIENT_METADATA)


def test_every_field_has_a_row_and_every_row_a_field() -> None:
    assert list(CLIENT_METADATA) == [part.name for part in fields(Client)]


@rows
def test_a_row_has_its_name_in_both_languages(row: MetadataField) -> None:
    assert KHMER.search(row.label.km) and row.label.en.isascii() and row.label.en
    assert row.help.endswith(".")


def test_every_group_has_its_name_in_both_languages_and_something_in_it() -> None:
    assert set(GROUPS) == set(get_args(Group)) == {row.group for row in CLIENT_METADATA.values()}
    assert all(KHMER.search(label.km) and label.en.isascii() for label in GROUPS.values())


@rows
def test_choices_are_those_of_a_choice(row: MetadataField) -> None:
    assert bool(row.choices) is (row.kind in ("choice", "choices"))


@rows
def test_what_an_administrator_decides_has_an_option_and_nothing_else_has(row: MetadataField) -> None:
    assert bool(row.options) is (row.fixed != "by_us")


def option_names(command: click.Command) -> set[str]:
    return {parameter.name or "" for parameter in command.params}


def test_the_commands_have_an_option_for_every_row_that_they_can_set() -> None:
    adding = option_names(click.command("add")(add_options(lambda: None)))
    editing = option_names(click.command("edit")(edit_options(lambda: None)))
    assert adding == {row.name for row in CLIENT_METADATA.values() if row.fixed != "by_us"}
    assert adding - editing == {"client_id"}


def test_no_two_rows_share_an_option() -> None:
    words = [word for row in CLIENT_METADATA.values() for option in row.options for word in option.split("/")]
    assert len(words) == len(set(words))


def test_metadata_is_as_rfc_7591_writes_it_and_tells_no_secret() -> None:
    client = Client(ClientId("app"), "App", ("https://a.example/cb",), secret_hashes=("h1", "h2"))
    metadata = as_metadata(client)
    assert metadata["scope"] == "openid profile email phone"
    assert metadata["redirect_uris"] == ["https://a.example/cb"]
    assert metadata["live_secrets"] == 2 and "h1" not in str(metadata)
    assert set(metadata) == (set(CLIENT_METADATA) - {"secret_hashes"}) | {"live_secrets"}


def test_the_page_of_the_documents_is_the_one_of_the_rows() -> None:
    page = (ROOT / "docs" / "client-metadata.md").read_text(encoding="utf-8")
    assert page == client_metadata_page(), "bridge client fields > docs/client-metadata.md"
    assert all(f"| `{name}` |" in page for name in CLIENT_METADATA)


def test_the_page_has_words_for_every_kind() -> None:
    assert {row.kind for row in CLIENT_METADATA.values()} <= set(KINDS)
    assert {row.fixed for row in CLIENT_METADATA.values()} <= set(FIXED)
