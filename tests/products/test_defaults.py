"""What a wizard begins with: a golden file of each field, and that it can be registered as it is."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from bridge.domain.client import Client
from bridge.manage.client_checks import check_client
from bridge.products import KINDS, PRODUCTS, Kind, Product, defaults_of
from tests.products.registered import examples, registered

GOLDEN = Path(__file__).parent / "golden" / "defaults.json"
ROWS = {**KINDS, **PRODUCTS}
each = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)


def every_default() -> dict[str, Any]:
    """All that is in the golden file, which `python -m tests.products.test_defaults` writes anew."""
    return {name: json.loads(json.dumps(dict(defaults_of(row, examples(row))))) for name, row in ROWS.items()}


def test_each_field_begins_as_the_golden_file_says() -> None:
    """A change here is a change for everybody who registers an application: look, then write it anew."""
    assert every_default() == json.loads(GOLDEN.read_text(encoding="utf-8"))


@each
def test_every_field_of_a_client_has_a_value(row: Kind | Product) -> None:
    assert list(defaults_of(row)) == [part.name for part in fields(Client)]


@each
def test_it_can_be_registered_as_it_is(row: Kind | Product) -> None:
    check_client(registered(row), (), "https://sso.example")


def test_no_kind_has_the_id_of_a_product() -> None:
    assert not KINDS.keys() & PRODUCTS.keys()


@each
def test_addresses_whose_place_is_not_known_are_left_out(row: Kind | Product) -> None:
    known = defaults_of(row, examples(row))
    for name, value in defaults_of(row).items():
        if value != known[name]:
            assert value == () and "https://" in str(known[name])
    assert "{" not in str(defaults_of(row)["redirect_uris"])


def test_an_address_is_taken_with_its_path_and_without_its_last_slash() -> None:
    found = defaults_of("grafana", {"base": " https://tools.example.gov.kh/grafana/ "})
    assert found["redirect_uris"] == ("https://tools.example.gov.kh/grafana/login/generic_oauth",)


def test_an_origin_has_no_path() -> None:
    found = defaults_of("single-page", {"base": "https://tools.example.gov.kh:8443/register/"})
    assert found["allowed_origins"] == ("https://tools.example.gov.kh:8443",)


def test_an_unknown_id_is_refused() -> None:
    with pytest.raises(KeyError):
        defaults_of("nothing")


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(json.dumps(every_default(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
