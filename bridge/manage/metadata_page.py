"""Makes the page docs/client-metadata.md from the rows; `bridge client fields` prints it."""

from collections.abc import Iterator, Mapping

from bridge.domain.client_metadata import CLIENT_METADATA, OPTIONAL
from bridge.domain.metadata_field import GROUPS, Fixed, Kind, MetadataField

HEAD = """# Client metadata

What is registered of an application: the fields of RFC 7591 and its extensions by their own names, and beside
them those of this provider. This page is made from `bridge/domain/client_metadata.py`: write it anew with
`bridge client fields > docs/client-metadata.md`.
"""
COLUMNS = ("field", "label", "value", "option of `bridge client`", "defined by", "what it is")
KINDS: Mapping[Kind, str] = {
    "text": "text",
    "colour": "colour",
    "uri": "address",
    "uris": "addresses",
    "origins": "origins",
    "choice": "one of",
    "choices": "some of",
    "words": "words",
    "switch": "yes or no",
    "seconds": "seconds",
    "lifetimes": "seconds by name",
    "secrets": "a number is shown",
    "owner": "the file's set and what it leaves to others",
}
FIXED: Mapping[Fixed, str] = {
    "no": "",
    "once_set": "Once set it stays.",
    "at_registration": "Chosen at registration, for good.",
    "by_us": "Set by this provider.",
}


def client_metadata_page() -> str:
    """The whole page, in Markdown."""
    return "\n".join((HEAD, *_lines()))


def _lines() -> Iterator[str]:
    for group, label in GROUPS.items():
        yield f"## {label.en} ({label.km})\n"
        yield _table_row(*COLUMNS)
        yield _table_row(*["---"] * len(COLUMNS))
        yield from (_field(row) for row in CLIENT_METADATA.values() if row.group == group)
        yield ""


def _field(row: MetadataField) -> str:
    choices = ", ".join(f"`{choice}`" for choice in row.choices)
    value = f"{KINDS[row.kind]} {choices}".rstrip() + (", or nothing" if row.name in OPTIONAL else "")
    return _table_row(
        f"`{row.name}`",
        f"{row.label.en}<br>{row.label.km}",
        value,
        " ".join(f"`{option}`" for option in row.options),
        row.standard,
        f"{row.help} {FIXED[row.fixed]}".rstrip(),
    )


def _table_row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
