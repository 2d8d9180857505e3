"""`bridge client snippet` and `guides`: ready configuration for an application, and the pages made of it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import click

from bridge.cli.console import config_option, settings_of
from bridge.cli.operator import operator
from bridge.domain.metadata_field import Label
from bridge.manage.provider_addresses import provider_addresses
from bridge.products import PRODUCTS, Snippet, Values, snippets
from bridge.products.guide import ISSUER, guides
from bridge.wiring.administration import administration

Language = Literal["en", "km"]


def _list_products(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        width = max(map(len, PRODUCTS))
        for row in PRODUCTS.values():
            click.echo(f"{row.id:<{width}}  {row.name.en}")
        ctx.exit()


@click.command()
@config_option
@click.option(
    "--list", is_flag=True, is_eager=True, expose_value=False, callback=_list_products, help="The products."
)
@click.option(
    "--secret-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Where the application's secret lies; without it a placeholder stands for it.",
)
@click.option("--part", type=click.IntRange(min=1), help="Only this text, where a product has several.")
@click.option("--language", type=click.Choice(("en", "km")), default="en", help="Of the steps.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
@click.argument("name")
@click.argument("product", type=click.Choice(tuple(PRODUCTS)))
def snippet(
    config_file: Path | None,
    secret_file: Path | None,
    part: int | None,
    language: Language,
    as_json: bool,
    name: str,
    product: str,
) -> None:
    """Print a product's configuration for an application, named by its id or its exact name."""
    settings = settings_of(config_file)
    with administration(settings) as admin:
        client = admin.clients.find(operator(), name)
    secret = None if secret_file is None else secret_file.read_text(encoding="utf-8").strip()
    values = Values(settings.issuer, provider_addresses(settings.issuer), client, secret)
    texts = _chosen(snippets(product, values), part)
    if as_json:
        click.echo(json.dumps([asdict(text) for text in texts], ensure_ascii=False, indent=2))
        return
    for text in texts:
        _say(text, language)


@click.command("guides")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def guides_command(folder: Path) -> None:
    """Write the pages of the documents, one for each product (Markdown)."""
    for file_name, page in guides(provider_addresses(ISSUER)).items():
        (folder / file_name).write_text(page, encoding="utf-8")


def _chosen(texts: Sequence[Snippet], part: int | None) -> Sequence[Snippet]:
    if part is None:
        return texts
    if part > len(texts):
        raise click.BadParameter(f"there are {len(texts)}", param_hint="--part")
    return (texts[part - 1],)


def _say(text: Snippet, language: Language) -> None:
    """The text alone on standard output, so that it can be kept as it is; the steps beside it."""

    def tell(label: Label) -> None:
        click.echo(f"# {getattr(label, language)}", err=True)

    for label in (text.title, *text.before, text.where):
        tell(label)
    if text.goes_to:
        click.echo(f"# → {text.goes_to}", err=True)
    click.echo(text.text, nl=False)
    for label in text.after:
        tell(label)
