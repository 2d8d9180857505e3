"""How a value is written in each format: a row each. Where a format has no form for it, it is refused.

Every value of a template passes through its format's `write`, so that nothing in an application's name,
addresses or secret can end the text that it stands in. A template puts no quotes around a value.
"""

import json
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

Value = str | bool | tuple[str, ...]
# C0 and C1 controls, separators that some parsers take for the end of a line, and what is no character.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
IN_NO_FORMAT = re.compile("[\x00\ud800-\udfff]")  # lone surrogates are not Unicode, NUL ends texts


class Unwritable(ValueError):
    """The reason why a value has no form in a format, as the end of a sentence; never the value itself."""


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `write` raises Unwritable."""

    name: str
    language: str  # for highlighting
    text: Callable[[str], str]
    switch: Callable[[bool], str] = lambda value: "true" if value else "false"
    brackets: tuple[str, str] | None = None  # of a list; None: a list can't be written

    def write(self, value: Value) -> str:
        """A value as this format writes it, quotes and all."""
        if isinstance(value, bool):
            return self.switch(value)
        if isinstance(value, tuple):
            return self._list(value)
        text = str(value)  # an undefined name raises here
        if IN_NO_FORMAT.search(text):
            raise Unwritable("holds a character that no configuration can")
        return self.text(text)

    def _list(self, value: tuple[str, ...]) -> str:
        if self.brackets is None:
            raise Unwritable("is a list")
        opening, closing = self.brackets
        return opening + ", ".join(map(self.write, value)) + closing


def refusing(pattern: str, reason: str, write: Callable[[str], str]) -> Callable[[str], str]:
    """`write`, but for texts that hold what the product itself would take for an instruction."""
    wrong = re.compile(pattern)

    def checked(text: str) -> str:
        if wrong.search(text):
            raise Unwritable(reason)
        return write(text)

    return checked


def single_line(write: Callable[[str], str]) -> Callable[[str], str]:
    """`write`, but for control characters, line breaks among them."""
    return refusing(UNPRINTABLE.pattern, "holds a line break or a control character", write)


def _escaped(text: str) -> str:
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def quoted(text: str) -> str:
    """In double quotes as JSON has it, which YAML, TOML, Python and JavaScript read alike."""
    return _escaped(json.dumps(text, ensure_ascii=False))


def _backquoted(text: str) -> str:
    """For Grafana: bare where that is plain, else in backquotes, between which nothing is special."""
    return text if re.fullmatch(r"[\w./:@-]+(?: [\w./:@-]+)*", text, re.ASCII) else f"`{text}`"


def _plain(text: str) -> str:
    return text


def _nothing(text: str) -> str:
    raise Unwritable("has no place there")


def _ruby(text: str) -> str:
    """In single quotes, where a backslash and the quote alone are special: #{…} is not filled in."""
    return "'" + re.sub(r"(['\\])", r"\\\1", text) + "'"


def _apache(text: str) -> str:
    """In double quotes, as httpd's ap_getword_conf reads them."""
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _property(text: str) -> str:
    """As java.util.Properties reads it; Spring Boot reads the file as ISO-8859-1, hence UTF-16 escapes."""
    kept = re.sub(r"\\", r"\\\\", text)
    kept = re.sub(r"^[ ]", r"\\ ", kept)
    return re.sub(r"[^ -~]", lambda found: _utf16_escapes(found[0]), kept)


def _utf16_escapes(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


LISTS = ("[", "]")
NO_PLACEHOLDER = (r"\$\{", "holds ${, which Spring takes for a placeholder")

_ROWS = (
    Format("plain", "text", single_line(_plain)),
    Format("fixed java", "java", _nothing),
    Format("json", "json", quoted, brackets=LISTS),
    Format("spring yaml", "yaml", refusing(*NO_PLACEHOLDER, quoted), brackets=LISTS),
    Format("spring properties", "properties", refusing(*NO_PLACEHOLDER, _property)),
    Format("toml", "toml", quoted, brackets=LISTS),
    Format(
        "grafana",
        "ini",
        # Grafana fills in $__env{NAME}, ${NAME} and %(key)s wherever they stand.
        refusing(
            r"`|\$\{|\$__|%\(",
            "holds a backquote, ${, $__ or %(, which Grafana has a meaning for",
            single_line(_backquoted),
        ),
    ),
    Format("shell", "sh", single_line(shlex.quote)),
    Format("ruby", "ruby", single_line(_ruby), brackets=LISTS),
    Format(
        "apache",
        "apache",
        # httpd fills in ${NAME}; mod_auth_openidc runs what stands behind exec:.
        refusing(
            r"\$\{|\Aexec:",
            "holds ${ or begins with exec:, which Apache has a meaning for",
            single_line(_apache),
        ),
    ),
    Format("python", "python", quoted, lambda value: str(value), LISTS),
    Format("javascript", "javascript", quoted, brackets=LISTS),
)
FORMATS: Mapping[str, Format] = MappingProxyType({row.name: row for row in _ROWS})
