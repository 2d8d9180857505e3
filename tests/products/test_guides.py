"""The pages of docs/guides are those of the catalogue, and their list names each."""

from __future__ import annotations

import re
import shlex

import pytest
from click.testing import CliRunner

from bridge.cli.client import client
from bridge.domain.client import Client
from bridge.products import PRODUCTS, Product, Values, snippets
from bridge.products.guide import ISSUER, example_fields, guides
from tests.products.registered import ENDPOINTS
from tests.support.tools import ROOT

GUIDES = ROOT / "docs" / "guides"
PAGES = guides(ENDPOINTS)
OF_NO_PRODUCT = {"alerts.md", "api.md", "apply.md", "conformance.md", "proxies.md"}
each = pytest.mark.parametrize("product", PRODUCTS.values(), ids=PRODUCTS)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_the_one_of_the_catalogue(name: str) -> None:
    assert (GUIDES / name).read_text(encoding="utf-8") == PAGES[name], "bridge client guides docs/guides"


def test_the_list_names_each_product_in_its_order() -> None:
    listed = re.findall(
        r"^- \[(.+)]\((.+)\)$", (GUIDES / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    expected = [(row.name.en, f"{row.id}.md") for row in PRODUCTS.values()]
    assert [entry for entry in listed if entry[1] not in OF_NO_PRODUCT] == expected


def test_no_page_outlives_its_product() -> None:
    assert {path.name for path in GUIDES.iterdir()} == PAGES.keys() | OF_NO_PRODUCT | {"README.md"}


@each
def test_a_page_shows_the_very_text_of_the_snippet(product: Product) -> None:
    fields = example_fields(product)
    for snippet in snippets(product, Values(ISSUER, ENDPOINTS, Client(**fields))):
        assert f"```{snippet.language}\n{snippet.text}```" in PAGES[f"{product.id}.md"]
        for step in (*snippet.before, snippet.where, *snippet.after):
            assert step.en in PAGES[f"{product.id}.md"] and step.km in PAGES[f"{product.id}.md"]


@each
def test_the_command_of_a_page_registers_the_defaults(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `bridge client add` is given makes the fields that the wizard begins with."""
    command = PAGES[f"{product.id}.md"].partition("```sh\nbridge client add ")[2].partition("\n```")[0]
    made: list[Client] = []
    monkeypatch.setattr("bridge.cli.client.settings_of", lambda _: None)
    monkeypatch.setattr("bridge.cli.client.administration", lambda _: _Recorder(made))
    CliRunner().invoke(client, ["add", *shlex.split(command.replace("\\\n", ""))])
    assert made == [Client(**example_fields(product))]


class _Recorder:
    """Stands for administration, and keeps what was to be registered."""

    def __init__(self, made: list[Client]) -> None:
        self.clients, self._made = self, made

    def __enter__(self) -> _Recorder:
        return self

    def __exit__(self, *_: object) -> None: ...

    def add(self, _: object, draft: Client, *, dry_run: bool, reason: str) -> None:
        self._made.append(draft)
