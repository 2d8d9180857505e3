"""The documents: every reference from code and pages leads somewhere, and every path that is named exists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
FOLDERS = ("bridge", "deploy", "docs", "migrations", "tests")
MADE_BY_COMMANDS = {"node_modules", "__pycache__"}
READ = {".py", ".md", ".html", ".js", ".css", ".json", ".toml", ".sh", ".cfg"}

# What the README's table has to tell. A new way in which the bridge grows gets its line here first.
KINDS_OF_CHANGE = {
    "claim",
    "authorize parameter",
    "client field",
    "endpoint",
    "grant type",
    "client authentication method",
    "response mode",
    "page",
    "page of the console",
    "what administrators may change",
    "operation of the administration API",
    "role or permission of administrators",
    "text",
    "setting",
    "stored record",
    "background job",
    "connector",
    "product",
    "cookie or header",
    "command",
    "what runs in production",
}


def files(*endings: str) -> Iterator[Path]:
    """What people write here, without this file: its examples lead nowhere on purpose."""
    within = chain.from_iterable((ROOT / folder).rglob("*") for folder in FOLDERS)
    for path in chain(ROOT.glob("*.md"), within):
        made = MADE_BY_COMMANDS.intersection(path.relative_to(ROOT).parts)
        if path.suffix in endings and path.is_file() and not made and path != Path(__file__):
            yield path


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# References in comments and pages


@dataclass(frozen=True, slots=True)
class Reference:
    """What a text says, and the page and anchor that it has to lead to."""

    words: str
    page: str
    anchor: str


NUMBERS = r"\d+(?:\.\d+)*"
# DESIGN §6.5, §6.15 · (§6.10) alone, where the design was named just before · DESIGN-6.14 in a test's id
DESIGN = re.compile(rf"DESIGN §{NUMBERS}(?:(?:, | and )§{NUMBERS})*|\(§{NUMBERS}\)|DESIGN-{NUMBERS}")
PROTOCOL = re.compile(r"PROTOCOL,? (§?)([A-Z][\w-]*(?: [a-z][\w-]*)*)(?=[):.;,`]|$)")
PARTNER_DOCUMENT = re.compile(rf"\b[Dd]ocument ((?:{NUMBERS}(?:, )?)+)(?![\w-])")
RELYING_PARTIES = re.compile(rf"RELYING_PARTIES §({NUMBERS})(?:, rules? ((?:\d+(?:, | and )?)+))?")

# Every mention of these words has to have one of the forms above, or a reference could go unseen.
MENTIONS = re.compile(r"\bDESIGN\b(?!\.md)|\bPROTOCOL\b|\bRELYING_PARTIES\b(?!\.md)")
KNOWN_MENTIONS = re.compile(
    rf"DESIGN §{NUMBERS}|DESIGN-{NUMBERS}|DESIGN's tree|PROTOCOL,? §?[A-Z]|RELYING_PARTIES §{NUMBERS}"
)


def flowing(text: str) -> str:
    """A text on one line: a reference may be broken across two, also of a comment."""
    return re.sub(r"\s*\n\s*(?:#\s+|> )?", " ", text)


def references(text: str) -> Iterator[Reference]:
    """What a text refers to, in the order of the pages."""
    text = flowing(text)
    for found in DESIGN.finditer(text):
        for number in re.findall(NUMBERS, found[0]):
            yield Reference(found[0], "design.md", number)
    for found in PROTOCOL.finditer(text):
        for name in found[2].split(" and "):
            yield Reference(found[0], "camdigikey-protocol.md", slug(name))
    for found in PARTNER_DOCUMENT.finditer(text):
        for number in re.findall(NUMBERS, found[1]):
            yield Reference(found[0], "camdigikey-protocol.md", f"document-{number}")
    for found in RELYING_PARTIES.finditer(text):
        yield Reference(found[0], "relying-parties.md", found[1])
        for rule in re.findall(r"\d+", found[2] or ""):
            yield Reference(found[0], "relying-parties.md", f"{found[1]}.{rule}")


def dangling(text: str) -> list[Reference]:
    return [reference for reference in references(text) if reference.anchor not in ids(DOCS / reference.page)]


def mentions_of_no_known_form(text: str) -> list[str]:
    """Mentions of a page by its name in capitals that `references` would pass over."""
    text = flowing(text)
    return [
        text[found.start() : found.end() + 20]
        for found in MENTIONS.finditer(text)
        if not KNOWN_MENTIONS.match(text, found.start())
    ]


def test_every_reference_in_code_and_pages_leads_to_an_anchor() -> None:
    found = {str(path.relative_to(ROOT)): dangling(text_of(path)) for path in files(*READ)}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_no_reference_hides_in_a_form_that_is_not_read() -> None:
    found = {str(path.relative_to(ROOT)): mentions_of_no_known_form(text_of(path)) for path in files(*READ)}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_references_are_found_at_all() -> None:
    """So that a pattern which matches nothing does not look like a house in order."""
    found = [reference.page for path in files(".py") for reference in references(text_of(path))]
    assert {"design.md", "camdigikey-protocol.md", "relying-parties.md"} <= set(found)
    assert len(found) > 100


@pytest.mark.parametrize(
    ("text", "anchors"),
    [
        ("(DESIGN §6.5, §6.15)", ["6.5", "6.15"]),
        ("(DESIGN §6.2), but what is over is over (§6.10).", ["6.2", "6.10"]),
        ("as DESIGN\n    # §9 says", ["9"]),
        ("DESIGN-6.14 state huge", ["6.14"]),
        ("(PROTOCOL, Envelope and signature).", ["envelope", "signature"]),
        ("(PROTOCOL, Token\n    signature)", ["token-signature"]),
        ("PROTOCOL, Calls: open", ["calls"]),
        ("(document 2.2.2, 2.5)", ["document-2.2.2", "document-2.5"]),
        ("RELYING_PARTIES §3, rules 1 and 3.", ["3", "3.1", "3.3"]),
        ("RFC 6749 §4.1.2 and OIDC Core §5.5", []),
    ],
)
def test_a_reference_is_read_in_each_of_its_forms(text: str, anchors: list[str]) -> None:
    assert [reference.anchor for reference in references(text)] == anchors


@pytest.mark.parametrize(
    "text",
    [
        "DESIGN §6.99",
        "DESIGN-6.140 state",
        "(PROTOCOL, Envelopes)",
        "document 2.9.1 says",
        "RELYING_PARTIES §3, rule 99",
    ],
)
def test_a_reference_that_leads_nowhere_is_seen(text: str) -> None:
    assert dangling(text)


@pytest.mark.parametrize(
    "text", ["DESIGN 6.4", "see DESIGN, rule 4", "PROTOCOL on calls", "RELYING_PARTIES 3"]
)
def test_a_reference_of_another_form_is_seen(text: str) -> None:
    assert mentions_of_no_known_form(text)


# Anchors and links


EXPLICIT = re.compile(r'<a id="([^"]+)"></a>')
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
OTHER_SITE = re.compile(r"[a-z][a-z0-9+.-]*:")


def slug(heading: str) -> str:
    """The id that GitHub gives a heading."""
    words = re.sub(r"\[([^]]*)]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def prose(path: Path) -> str:
    """A page without its fenced code: a comment in a shell's example is no heading."""
    return FENCE.sub("", text_of(path))


@cache
def ids(path: Path) -> frozenset[str]:
    text = prose(path)
    return frozenset(EXPLICIT.findall(text)) | {slug(heading) for heading in HEADING.findall(text)}


def broken_link(page: Path, link: str) -> bool:
    """Whether a link within the project leads to no file, or to no place in its page."""
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.exists() or not target.is_relative_to(ROOT):
        return True
    return bool(anchor) and (target.suffix != ".md" or anchor not in ids(target))


def links(page: Path) -> list[str]:
    return [link for link in LINK.findall(prose(page)) if not OTHER_SITE.match(link)]


def test_every_link_between_pages_leads_to_its_file_and_anchor() -> None:
    pages = list(files(".md"))
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in links(page)
        if broken_link(page, link)
    ]
    assert broken == []
    assert sum(len(links(page)) for page in pages) > 30


@pytest.mark.parametrize(
    "link", ["docs/nothing.md", "docs/design.md#6.99", "docs#1", "../outside.md", "#no-such"]
)
def test_a_link_that_leads_nowhere_is_seen(link: str) -> None:
    assert broken_link(README, link)


def test_an_id_stands_once_on_its_page() -> None:
    for page in files(".md"):
        found = EXPLICIT.findall(prose(page))
        assert sorted(found) == sorted(set(found)), page


def test_the_design_has_an_id_for_each_section_rule_and_habit() -> None:
    """Numbered through, so that one that was taken out leaves a sentence behind rather than a gap."""
    text = prose(DOCS / "design.md")
    sections = [int(number) for number in re.findall(r"^## (\d+)\. ", text, re.MULTILINE)]
    assert sections == list(range(1, len(sections) + 1))
    for section, at_least in (("6", 26), ("10", 12)):
        numbered = re.findall(rf'<a id="{section}\.(\d+)"></a>\*\*\1\.\*\*', text)
        assert [int(number) for number in numbered] == list(range(1, max(at_least, len(numbered)) + 1))
    assert {str(section) for section in sections} <= set(EXPLICIT.findall(text))


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached, ahead = set[Path](), [README]
    while ahead:
        page = ahead.pop()
        if page not in reached:
            reached.add(page)
            targets = ((page.parent / link.partition("#")[0]).resolve() for link in links(page))
            ahead += [target for target in targets if target.suffix == ".md"]
    assert sorted(str(page) for page in set(DOCS.rglob("*.md")) - reached) == []


# Decisions


def decisions() -> list[Path]:
    return sorted(path for path in (DOCS / "decisions").glob("*.md") if path.name != "README.md")


def test_every_decision_is_dated_and_listed_by_its_date_under_its_own_title() -> None:
    listed = re.findall(r"^- (\S+): \[(.+)]\((\S+)\)$", text_of(DOCS / "decisions/README.md"), re.MULTILINE)
    titles = {path.name: text_of(path).partition("\n")[0].removeprefix("# ") for path in decisions()}
    assert {name: title for _, title, name in listed} == titles
    assert [date for date, _, _ in listed] == sorted(name[:10] for _, _, name in listed)
    for date, _, name in listed:
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}-[a-z0-9-]+\.md", name), name
        assert name.startswith(date)


def test_where_a_decision_overrules_another_both_say_so() -> None:
    said = re.compile(r"[Oo]verrule[sd][^.]*?\]\(([^)]+)\)")
    pairs = {(page.name, link) for page in decisions() for link in said.findall(flowing(text_of(page)))}
    assert pairs
    assert pairs == {(link, name) for name, link in pairs}


# Where do I change …?


def rows() -> dict[str, list[str]]:
    """The README's table: what changes, and the paths in their order."""
    table = text_of(README).partition("## Where do I change")[2].partition("\n## ")[0]
    found = re.findall(r"^\| (?!what \||---)(.+?) \| (.+) \|$", table, re.MULTILINE)
    return {what: re.findall(r"`([^`]+)`", where) for what, where in found}


def kind(what: str) -> str:
    """`a stored record in SQL` is a stored record."""
    return re.sub(r"^an? | in (?:Redis|SQL)$", "", what)


def test_the_readme_says_where_each_kind_of_change_is_made() -> None:
    assert KINDS_OF_CHANGE - {kind(what) for what in rows()} == set()


def test_every_path_in_the_readmes_table_exists() -> None:
    missing = [
        f"{what}: {path}" for what, paths in rows().items() for path in paths if not (ROOT / path).exists()
    ]
    assert missing == []


def test_each_kind_of_change_names_its_set_of_files_and_a_test() -> None:
    named: dict[str, Callable[[str], bool]] = {
        "code": lambda path: path.startswith(("bridge/", "migrations/")),
        "a test": lambda path: path.startswith("tests/"),
    }
    for what, paths in rows().items():
        for name, fits in named.items():
            assert any(fits(path) for path in paths), f"{what} names no file of {name}"
        assert len(paths) == len(set(paths)) >= 3, what
