"""Writes a product's templates with an application's values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError

from bridge.domain.metadata_field import Label
from bridge.products.catalogue import product as product_of
from bridge.products.formats import FORMATS, Format, Unwritable
from bridge.products.product import Product, Template
from bridge.products.values import SnippetFault, Values, names_for

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Snippet:
    """One text, ready to be put where it goes, with the steps before and after."""

    title: Label
    goes_to: str  # the file or screen that takes it
    where: Label  # where that is, in a sentence
    language: str  # for highlighting
    text: str = field(repr=False)  # may hold the secret
    before: tuple[Label, ...] = ()
    after: tuple[Label, ...] = ()


def snippets(product: Product | str, values: Values) -> tuple[Snippet, ...]:
    """The configuration of a product for one application.

    Raises SnippetFault where a value is missing or has no form in the product's format; its words name the
    value and never hold it. Raises KeyError for an id that there is no product of.
    """
    entry = product_of(product) if isinstance(product, str) else product
    names = names_for(entry, values)
    return tuple(_snippet(entry, template, names) for template in entry.templates)


def _snippet(product: Product, template: Template, names: Mapping[str, Any]) -> Snippet:
    return Snippet(
        title=template.title,
        goes_to=template.goes_to,
        where=template.where,
        language=FORMATS[template.format].language,
        text=_text(product, template, names),
        before=template.before,
        after=template.after,
    )


def _text(product: Product, template: Template, names: Mapping[str, Any]) -> str:
    writer = FORMATS[template.format]
    try:
        return _environment(template.format).get_template(f"{template.file}.j2").render(names)
    except UndefinedError as missing:
        raise SnippetFault(
            f"{product.name.en} needs what this application lacks: {missing.message}."
        ) from None
    except Unwritable as reason:
        faulty = sorted(name for name, value in names.items() if not _writable(writer, value))
        raise SnippetFault(f"{product.name.en} can't be given {', '.join(faulty)}: it {reason}.") from None


def _writable(writer: Format, value: Any) -> bool:
    """Whether a value can be written, or each of its parts where it has several."""
    parts = value if isinstance(value, tuple) else () if isinstance(value, Mapping) else (value,)
    try:
        for part in parts:
            writer.write(part)
    except Unwritable:
        return False
    return True


@cache
def _environment(format_name: str) -> Environment:
    """Templates of one format: each value is written as it has it, and every name has to be known."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        finalize=FORMATS[format_name].write,
        autoescape=False,  # noqa: S701 -- the format's own escaping is `finalize`; none of this is HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
