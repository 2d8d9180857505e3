"""Makes the products' pages of docs/guides, with example values; `bridge client guides` writes them."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from bridge.domain.client import Client
from bridge.domain.client_metadata import CLIENT_METADATA
from bridge.domain.ids import ClientId
from bridge.domain.metadata_field import Label, MetadataField
from bridge.products.catalogue import PRODUCTS
from bridge.products.defaults import defaults_of
from bridge.products.product import LOGOUT, PKCE, READS, Product
from bridge.products.rendering import Snippet, snippets
from bridge.products.values import Values

ISSUER = "https://sso.example.gov.kh"
OF_NO_PRODUCT = ("https://application.example.gov.kh/callback",)  # where a product has no address of its own
MADE = (
    "This page is made from `bridge/products/`; `bridge client guides docs/guides` writes it anew. "
    "Its addresses, `client_id` and secret are examples: `bridge client snippet NAME {id}` prints this "
    "with those of your application."
)


def guides(endpoints: Mapping[str, str]) -> dict[str, str]:
    """The pages by their file names. `endpoints`: those of ISSUER, by their names in discovery."""
    return {f"{row.id}.md": guide(row, endpoints) for row in PRODUCTS.values()}


def guide(product: Product, endpoints: Mapping[str, str]) -> str:
    """One page, in Markdown."""
    fields = example_fields(product)
    texts = snippets(product, Values(ISSUER, endpoints, Client(**fields)))
    parts = (_head(product), _registration(product, fields), _facts(product, fields), _quirks(product))
    return "\n".join(line for part in (*parts, _set_up(texts)) for line in part)


def example_fields(product: Product) -> dict[str, Any]:
    """The fields of an application of that product at its example address."""
    fields = dict(defaults_of(product, {place.name: place.example for place in product.places}))
    fields["redirect_uris"] = fields["redirect_uris"] or OF_NO_PRODUCT
    return {**fields, "client_id": ClientId(product.id), "client_name": product.name.en}


def _head(product: Product) -> Iterator[str]:
    yield f"# {product.name.en}\n"
    yield f"{_both(product.about)}\n"
    yield f"{MADE.format(id=product.id)}\n"


def _registration(product: Product, fields: Mapping[str, Any]) -> Iterator[str]:
    yield "## Register it (ចុះបញ្ជី)\n"
    yield "```sh"
    yield " \\\n  ".join(("bridge client add", *_options(fields)))
    yield "```\n"


def _options(fields: Mapping[str, Any]) -> Iterator[str]:
    """The options of `bridge client add` for what differs from the defaults of Client."""
    usual = Client(ClientId(""), "", ())
    for name, row in CLIENT_METADATA.items():
        if row.options and fields[name] != getattr(usual, name):
            yield from _option(row, fields[name])


def _option(row: MetadataField, value: Any) -> Iterator[str]:
    if row.kind == "switch":
        on, off = row.options[0].split("/")
        yield on if value else off
        return
    for part in value if row.many else (value,):
        yield f"{row.options[0]} {shlex.quote(part)}"


def _facts(product: Product, fields: Mapping[str, Any]) -> Iterator[str]:
    yield "## What it is like (លក្ខណៈ)\n"
    yield "| | |"
    yield "| --- | --- |"
    for name, value in _fact_rows(product, fields):
        yield f"| {_both(name, '<br>')} | {value} |"
    yield ""


def _fact_rows(product: Product, fields: Mapping[str, Any]) -> Iterator[tuple[Label, str]]:
    yield (
        Label("អាសយដ្ឋានត្រឡប់", "comes back at"),
        _codes(product.fields.get("redirect_uris", ()), "the address that it names"),
    )
    yield (
        Label("អាសយដ្ឋានក្រោយចាកចេញ", "after signing out"),
        _codes(product.fields.get("post_logout_redirect_uris", ()), "none"),
    )
    yield Label("របៀបផ្ទៀងផ្ទាត់កម្មវិធី", "proves itself by"), f"`{fields['token_endpoint_auth_method']}`"
    yield Label("PKCE", "PKCE"), _both(PKCE[product.pkce], "<br>")
    yield Label("scope", "scopes"), _codes(fields["scope"], "its own")
    yield Label("អានព័ត៌មានពី", "reads claims from"), _both(READS[product.reads], "<br>")
    yield Label("ព័ត៌មានដែលប្រើ", "makes use of"), _codes(product.claims, "what it asks for")
    yield Label("ឈ្មោះអ្នកប្រើ", "user name"), f"`{product.user_name}`" if product.user_name else "its choice"
    yield Label("ការចាកចេញ", "signing out"), "<br>".join(_both(LOGOUT[way], "<br>") for way in product.logout)
    yield Label("ត្រូវការអ៊ីមែល", "needs an e-mail address"), _email(product)
    yield Label("ជំនាន់ដែលបានសាក", "seen with"), product.version or "its documentation alone, not tried"


def _email(product: Product) -> str:
    if not product.email_needed:
        return "no"
    return "yes, and some people have none: `--email-fallback`"


def _codes(values: tuple[str, ...], otherwise: str) -> str:
    return "<br>".join(f"`{value}`" for value in values) or otherwise


def _quirks(product: Product) -> Iterator[str]:
    yield "## What to mind (អ្វីដែលត្រូវប្រយ័ត្ន)\n"
    yield from (f"- {_both(quirk, '<br>')}" for quirk in product.quirks)
    yield ""


def _set_up(texts: tuple[Snippet, ...]) -> Iterator[str]:
    yield "## Set it up (រៀបចំ)"
    number = 0
    for snippet in texts:
        yield f"\n### {snippet.title.en} ({snippet.title.km})\n"
        for step in (*snippet.before, snippet.where):
            number += 1
            yield f"{number}. {_both(step, '<br>')}"
        yield from ("", *([f"`{snippet.goes_to}`:\n"] if snippet.goes_to else []))
        yield f"```{snippet.language}\n{snippet.text}```"
        if snippet.after:
            yield ""
        for step in snippet.after:
            number += 1
            yield f"{number}. {_both(step, '<br>')}"
    yield ""


def _both(label: Label, between: str = " ") -> str:
    return label.en if label.km == label.en else f"{label.en}{between}{label.km}"
