"""The catalogues of Khmer words and where the words of each come from.

`messages` has those of the pages that citizens see, `console` those of administration that are not there.
`python -m tests.web.catalogues` adds what is new, takes out what is gone, and compiles both; what it adds has
to be translated by hand, and then it is run once more.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from bridge.domain.client_metadata import CLIENT_METADATA
from bridge.domain.events import CHAINED_EVENTS, EVENTS
from bridge.manage import administrators, console_sign_in
from bridge.web.console import signing_in
from bridge.web.language import TRANSLATIONS

FOLDER = TRANSLATIONS / "km" / "LC_MESSAGES"
WEB = TRANSLATIONS.parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
Id = str | tuple[str, ...]


def words() -> dict[str, set[Id]]:
    """The words of each catalogue, as the sources have them."""
    messages, console = set[Id](), set[Id]()
    for path, _, message, _, _ in extract_from_dir(WEB, METHODS):
        (console if "console" in Path(path).parts else messages).add(message)
    return {"messages": messages, "console": (console | set(_said_by_rows_and_use_cases())) - messages}


def _said_by_rows_and_use_cases() -> Iterable[str]:
    """What the console shows that stands elsewhere: of a field's row, and why something is refused."""
    yield from (
        row.help
        for row in CLIENT_METADATA.values()
        if row.kind not in ("secrets", "owner") and row.name != "enabled"
    )
    yield from (EVENTS[name].meaning for name in CHAINED_EVENTS)
    yield from (administrators.LAST_OWNER, console_sign_in.NOT_ADMINISTRATOR)
    yield from (console_sign_in.OTHER_BROWSER, console_sign_in.OVER)
    for module in (administrators, console_sign_in, signing_in):
        with Path(module.__file__).open("rb") as file:
            for _, message, _, _ in extract("python", file, keywords={"Refused": None}):
                yield message if isinstance(message, str) else message[0]


def read(name: str) -> Catalog:
    """A catalogue as it is written."""
    with (FOLDER / f"{name}.po").open("rb") as file:
        return read_po(file, locale="km")


def compiled(name: str) -> Catalog:
    """A catalogue as it is read by the pages."""
    with (FOLDER / f"{name}.mo").open("rb") as file:
        return read_mo(file)


def said_by(catalogue: Catalog) -> dict[str, tuple[str, ...]]:
    """What a catalogue says for each of its texts, by the singular."""
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (
            (message.string,) if isinstance(message.string, str) else tuple(message.string)
        )
        for message in catalogue
        if message.id
    }


def main() -> None:
    for name, found in words().items():
        catalogue = read(name)
        gone = [message.id for message in catalogue if message.id and message.id not in found]
        new = [message_id for message_id in found if message_id not in catalogue]
        for message_id in gone:
            catalogue.delete(message_id)
        for message_id in new:
            catalogue.add(message_id)
        if gone or new:
            with (FOLDER / f"{name}.po").open("wb") as file:
                write_po(file, catalogue, width=110, sort_output=True, ignore_obsolete=True)
        if gone or new or said_by(compiled(name)) != said_by(catalogue):  # its header has the time in it
            with (FOLDER / f"{name}.mo").open("wb") as file:
                write_mo(file, catalogue)


if __name__ == "__main__":
    main()
