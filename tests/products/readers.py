"""Reads configuration as the products do: a reader for each format, which gives each value by its place.

Where Python has a parser it is taken; the others are small and follow the product's own reader.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

Leaves = dict[str, Any]


def flat(value: Any, place: str = "") -> Leaves:
    """A tree as its leaves; a list of texts is a leaf, a list of anything else a branch."""
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list) and not all(isinstance(part, str) for part in value):
        children = list(enumerate(value))
    else:
        return {place: value}
    return {
        name: leaf
        for key, part in children
        for name, leaf in flat(part, f"{place}.{key}".lstrip(".")).items()
    }


def grafana(text: str) -> Leaves:
    """As gopkg.in/ini.v1 reads a file: backquotes up to the last of the line, else comments are cut off."""
    found, section = {}, ""
    for line in filter(None, text.split("\n")):
        if line.startswith("["):
            section = line.strip("[]")
            continue
        key, _, value = line.partition("=")
        value = value.strip()
        if value.startswith("`"):
            value = value[1 : value.rindex("`", 1)]
        else:
            value = re.split("[#;]", value)[0].strip()
        assert not re.search(r"\$\{|\$__|%\(", value), "Grafana would fill it in"
        found[f"{section}.{key.strip()}"] = value
    return found


def properties(text: str) -> Leaves:
    """As java.util.Properties reads a file."""
    found = {}
    for line in filter(None, re.split("[\r\n]+", text)):
        key, _, value = line.partition("=")
        assert "${" not in value, "Spring would fill it in"
        units = re.sub(r"\\(u[0-9a-f]{4}|.)", lambda escape: _java_escape(escape[1]), value.lstrip(" \t\f"))
        found[key] = units.encode("utf-16-be", "surrogatepass").decode("utf-16-be")
    return found


def _java_escape(what: str) -> str:
    if len(what) == 5:
        return chr(int(what[1:], 16))
    return {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}.get(what, what)


def shell(text: str) -> Leaves:
    """Each word of each command; an option with = by its name."""
    found = {}
    for number, command in enumerate(filter(None, text.replace("\\\n", "").split("\n"))):
        for position, word in enumerate(shlex.split(command)):
            option, equals, value = word.partition("=")
            named = equals and option.startswith("--")
            found[f"{number}.{option if named else position}"] = value if named else word
    return found


RUBY_TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)


def ruby(text: str) -> Leaves:
    """Texts in single quotes, by the key before them and their number; what is around them is a leaf too."""
    found: Leaves = {"around": RUBY_TEXT.sub("''", text)}
    for number, match in enumerate(RUBY_TEXT.finditer(text)):
        key = re.findall(r"\w+", text[: match.start()])[-1] if number else ""
        if text[: match.start()].endswith(f"{key}: "):
            found[key] = re.sub(r"\\(['\\])", r"\1", match[1])
    return found


APACHE_WORD = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|(\S+))')


def apache(text: str) -> Leaves:
    """A directive a line, its arguments as ap_getword_conf takes them."""
    found = {}
    for number, line in enumerate(filter(None, text.split("\n"))):
        assert "${" not in line, "httpd would fill it in"
        name, _, rest = line.strip().partition(" ")
        if name.startswith("<"):
            rest = rest.removesuffix(">")
        words = [
            re.sub(r'\\(["\\])', r"\1", quoted) if word == "" else word
            for quoted, word in APACHE_WORD.findall(rest)
        ]
        assert not any(word.startswith("exec:") for word in words), "mod_auth_openidc would run it"
        found[name if name.startswith("OIDC") else f"{number}.{name}"] = " ".join(words)
    return found


def python(text: str) -> Leaves:
    """Assigned, handed over by a keyword, in a dictionary, or in a decorator; and all that is around."""
    tree = ast.parse(text)
    found = dict(_python_leaves(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return found | {"around": ast.dump(tree)}


def _python_leaves(tree: ast.AST) -> Iterator[tuple[str, Any]]:
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value)):
                yield name, value
            case ast.Assign(
                targets=[ast.Subscript(slice=ast.Constant(value=name))], value=ast.Constant(value=value)
            ):
                yield str(name), value
            case ast.keyword(arg=str(name), value=ast.Constant(value=value)):
                yield name, value
            case ast.Dict(keys=keys, values=parts):
                yield from (
                    (str(key.value), part.value)
                    for key, part in zip(keys, parts, strict=True)
                    if isinstance(key, ast.Constant) and isinstance(part, ast.Constant)
                )
            case ast.FunctionDef(name=name, decorator_list=[ast.Call(args=[ast.Constant(value=value)])]):
                yield name, value


def plain(text: str) -> Leaves:
    """A name, padded to 30 columns, and its value; a name that comes again counts up."""
    found: Leaves = {}
    for line in filter(None, text.split("\n")):
        name = line[:30].strip()
        found[f"{name} {sum(known.startswith(f'{name} ') for known in found)}"] = line[31:]
    return found


def javascript(evaluate: Callable[[str], Any]) -> Callable[[str], Leaves]:
    """The settings as Node evaluates them, and all that is around."""

    def read(text: str) -> Leaves:
        before, rest = text.split("export const settings = ", 1)
        settings, end, after = rest.partition("\n}\n")
        return flat(evaluate(f"({settings}{end})")) | {"around": before + after}

    return read


READERS: Mapping[str, Callable[[str], Leaves]] = {
    "json": lambda text: flat(json.loads(text)),
    "toml": lambda text: flat(tomllib.loads(text)),
    "spring yaml": lambda text: flat(yaml.safe_load(text)),
    "spring properties": properties,
    "grafana": grafana,
    "shell": shell,
    "ruby": ruby,
    "apache": apache,
    "python": python,
    "plain": plain,
}
