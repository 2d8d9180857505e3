"""Every word of the pages is there in Khmer, and the compiled catalogue is the one of the source."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from bridge import manage
from tests.web.catalogues import compiled, read, said_by, words

CATALOGUES = ("messages", "console")
HOW = "python -m tests.web.catalogues brings the catalogues up to date"
JARGON = re.compile(
    r"\b(clients?|scopes?|tokens?|authori[sz]\w*|redirect\w*|callback|oauth)\b", re.IGNORECASE
)
KHMER_RUN = re.compile(r"[\u1780-\u17d3]+")
PLACE = re.compile(r"%\(\w+\)s|\{\w+(?:!r)?\}")  # of gettext, and of domain.sentence
MAX_RUN = 34  # characters of Khmer without a place where the line may be broken: about half a phone's line


def messages(name: str) -> list[Message]:
    return [message for message in read(name) if message.id]


def first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def translations(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


ALL = [pytest.param(message, id=first(message)[:50]) for name in CATALOGUES for message in messages(name)]
of_each_catalogue = pytest.mark.parametrize("name", CATALOGUES)


@of_each_catalogue
def test_the_catalogue_holds_exactly_the_words_of_the_sources(name: str) -> None:
    assert {message.id for message in messages(name)} == words()[name], HOW


@pytest.mark.parametrize("message", ALL)
def test_every_word_is_translated(message: Message) -> None:
    assert not message.fuzzy
    for text in translations(message):
        assert KHMER_RUN.search(text), HOW
        assert _places(text) == _places(first(message))


def _places(text: str) -> list[str]:
    return sorted(PLACE.findall(text))


@of_each_catalogue
def test_the_compiled_catalogue_is_the_one_of_the_source(name: str) -> None:
    assert said_by(compiled(name)) == said_by(read(name)), HOW


@pytest.mark.parametrize(
    "message", [pytest.param(message, id=first(message)[:50]) for message in messages("messages")]
)
def test_no_page_speaks_jargon_to_citizens(message: Message) -> None:
    """Administrators know it; their catalogue may have it."""
    assert not JARGON.search(" ".join((first(message), *translations(message))))


@of_each_catalogue
def test_long_khmer_can_be_broken_between_words(name: str) -> None:
    texts = [text for message in messages(name) for text in translations(message)]
    assert not {run for text in texts for run in KHMER_RUN.findall(text) if len(run) > MAX_RUN}


@of_each_catalogue
def test_no_text_has_a_percent_sign_of_its_own(name: str) -> None:
    """The templates' gettext always formats: a lone percent sign would break the page.

    What domain.sentence makes is not formatted so.
    """
    for message in messages(name):
        for text in (first(message), *translations(message)):
            assert PLACE.match(text) or "%" not in re.sub(r"%\(\w+\)s", "", text)


def test_what_the_console_refuses_can_be_translated() -> None:
    """A sentence with values in it is made by domain.sentence. What commands alone ask for is English."""
    folder, of_commands = Path(manage.__file__).parent, {"master_keys.py", "hashing_keys.py"}
    found = [
        f"{path.name}:{node.lineno}"
        for path in folder.rglob("*.py")
        if path.name not in of_commands
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Refused", "Missing")
        and any(isinstance(argument, ast.JoinedStr) for argument in node.args)
    ]
    assert found == []
