"""The rows of the catalogue: each fact is there, in both languages, and fits the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

import pytest

from bridge.domain.claims import SUPPORTED_CLAIMS
from bridge.domain.client_metadata import CLIENT_METADATA
from bridge.domain.metadata_field import Label
from bridge.products import KINDS, PRODUCTS, Kind, Product, defaults_of, product, snippets
from bridge.products.product import LOGOUT, PKCE, READS, Logout, Pkce, Reads
from tests.products.registered import examples, registered, values

KHMER = re.compile(r"[\u1780-\u17d3]")
ROWS = {**KINDS, **PRODUCTS}
each = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
each_product = pytest.mark.parametrize("row", PRODUCTS.values(), ids=PRODUCTS)


def sentences(row: Kind | Product) -> Iterator[Label]:
    """All that is said of a row in sentences; names of products are the same in every language."""
    yield row.about
    if isinstance(row, Product):
        yield from row.quirks
        for template in row.templates:
            yield from (*template.before, template.where, *template.after)


@each
def test_every_sentence_is_there_in_both_languages(row: Kind | Product) -> None:
    for sentence in sentences(row):
        assert KHMER.search(sentence.km) and sentence.km.endswith("។"), sentence
        assert not KHMER.search(sentence.en) and sentence.en.endswith("."), sentence
        assert re.findall("`[^`]+`", sentence.km) or "`" not in sentence.km


@each
def test_fields_are_those_of_a_client(row: Kind | Product) -> None:
    assert row.fields.keys() <= CLIENT_METADATA.keys()
    own = KINDS[row.kind].fields if isinstance(row, Product) else {}
    usual = defaults_of("web")
    for name, value in row.fields.items():
        assert value != own.get(name, usual[name]), f"{name} is the kind's anyway"


@each_product
def test_its_places_are_those_of_its_addresses(row: Product) -> None:
    named = set(re.findall(r"\{(\w+)}", str(row.fields))) - {"origin"}
    assert named <= {place.name for place in row.places}
    assert {place.name for place in row.places} - named <= {"base"}
    assert row.places[0].name == "base" and row.places[0].example.startswith("https://")
    for place in row.places:
        assert KHMER.search(place.label.km) and place.label.en


@each_product
def test_it_asks_for_the_scopes_of_the_claims_that_it_uses(row: Product) -> None:
    assert set(row.claims) <= set(SUPPORTED_CLAIMS)
    assert row.user_name is None or row.user_name in row.claims
    scope = defaults_of(row)["scope"]
    assert ("email" in row.claims) <= ("email" in scope)
    assert not {"name", "preferred_username", "given_name"} & set(row.claims) or "profile" in scope


@each_product
def test_who_reads_the_id_token_alone_gets_claims_there(row: Product) -> None:
    if row.reads == "id_token":
        assert defaults_of(row)["claims_in_id_token"]


@each_product
def test_who_signs_people_out_here_has_an_address_to_come_back_to(row: Product) -> None:
    if "rp_initiated" in row.logout:
        assert registered(row).post_logout_redirect_uris


@each_product
def test_pkce_is_switched_on_where_it_is_off_by_itself(row: Product) -> None:
    """PKCE is required of every application, so a configuration without it would sign nobody in."""
    said = " ".join(snippet.text for snippet in snippets(row, values(row)))
    switches = ("pkce", "code_challenge", "S256")
    assert row.pkce == "by_itself" or any(word.lower() in said.lower() for word in switches)


@each_product
def test_quirks_name_what_is_off_by_default(row: Product) -> None:
    assert row.quirks


def test_words_are_there_for_each_fact() -> None:
    for literal, words in ((Pkce, PKCE), (Reads, READS), (Logout, LOGOUT)):
        assert set(get_args(literal)) == set(words)
        assert all(label.km and label.en for label in words.values())


def test_a_product_is_found_by_its_id() -> None:
    assert product("grafana") is PRODUCTS["grafana"]
    assert [row.id for row in ROWS.values()] == list(ROWS)
    assert examples(KINDS["web"]).keys() == {"base"}


def test_own_secrets_are_written_where_they_are_given_and_placeholders_else() -> None:
    for row in PRODUCTS.values():
        for name in row.own_secrets:
            assert any(f"<{name}>" in snippet.text for snippet in snippets(row, values(row)))
            assert any(name in step.en for text in row.templates for step in text.before), "how to make it"
