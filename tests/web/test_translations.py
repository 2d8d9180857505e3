"""Every word of the pages is there in Khmer, and the compiled catalogue is the one of the source."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from bridge.web.language import TRANSLATIONS

PO = TRANSLATIONS / "km" / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")
HOW = "bridge/web/translations.cfg says how the catalogues are brought up to date"
JARGON = re.compile(
    r"\b(clients?|scopes?|tokens?|authori[sz]\w*|redirect\w*|callback|oauth)\b", re.IGNORECASE
)
KHMER_RUN = re.compile(r"[\u1780-\u17d3]+")
MAX_RUN = 34  # characters of Khmer without a place where the line may be broken: about half a phone's line


def catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="km")


def messages() -> list[Message]:
    return [message for message in catalogue() if message.id]


def in_sources() -> set[str]:
    method_map = [("**.py", "python"), ("templates/**.html", "jinja2")]
    found = extract_from_dir(TRANSLATIONS.parent, method_map)
    return {message[2] if isinstance(message[2], str) else message[2][0] for message in found}


def first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def translations(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_the_catalogue_holds_exactly_the_words_of_the_sources() -> None:
    assert {first(message) for message in messages()} == in_sources(), HOW


@pytest.mark.parametrize("message", messages(), ids=lambda message: first(message)[:50])
def test_every_word_is_translated(message: Message) -> None:
    assert not message.fuzzy
    for text in translations(message):
        assert KHMER_RUN.search(text), HOW
        assert _places(text) == _places(first(message))


def _places(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s", text))


def test_the_compiled_catalogue_is_the_one_of_the_source() -> None:
    with MO.open("rb") as file:
        compiled = {first(message): translations(message) for message in read_mo(file) if message.id}
    assert compiled == {first(message): translations(message) for message in messages()}, HOW


@pytest.mark.parametrize("message", messages(), ids=lambda message: first(message)[:50])
def test_no_page_speaks_jargon(message: Message) -> None:
    assert not JARGON.search(" ".join((first(message), *translations(message))))


def test_long_khmer_can_be_broken_between_words() -> None:
    runs = {
        run for message in messages() for text in translations(message) for run in KHMER_RUN.findall(text)
    }
    assert not {run for run in runs if len(run) > MAX_RUN}


def test_no_text_has_a_percent_sign_of_its_own() -> None:
    """The templates' gettext always formats: a lone percent sign would break the page."""
    for message in messages():
        for text in (first(message), *translations(message)):
            assert "%" not in re.sub(r"%\(\w+\)s", "", text)
