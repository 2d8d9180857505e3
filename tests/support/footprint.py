"""In which files something is spelled out: for tests/test_where_to_change.py."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TEXTS = {".html", ".js", ".css", ".po", ".cfg", ".mako", ".j2"}


def footprint(folders: tuple[Path, ...], words: tuple[str, ...]) -> set[Path]:
    """The files that spell one of the words out, or have it for a name. Prose in comments does not count."""
    files = (path for folder in folders for path in folder.rglob("*"))
    return {path for path in files if path.is_file() and spells(path, words)}


def spells(path: Path, words: tuple[str, ...]) -> bool:
    if path.suffix == ".py":
        return path.stem in words or python_spells(source_of(path), words)
    if path.suffix in TEXTS:
        return path.stem in words or whole(words).search(source_of(path)) is not None
    return False


@cache
def source_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def python_spells(source: str, words: tuple[str, ...]) -> bool:
    """Names count for every word; strings for those that can stand on the wire, as no class's name can."""
    if not whole(words).search(source):  # most files, without being read as Python
        return False
    tree = ast.parse(source)
    on_the_wire = tuple(word for word in words if word.islower())
    return any(whole(words).search(name) for name in names(tree)) or bool(
        on_the_wire and any(whole(on_the_wire).search(text) for text in strings(tree))
    )


@cache
def whole(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")


def names(tree: ast.AST) -> Iterator[str]:
    """What is defined, imported, read, written or handed over by a name."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.alias(name=name):
                yield name
            case ast.ImportFrom(module=str(name)) | ast.keyword(arg=str(name)):
                yield name


def strings(tree: ast.AST) -> Iterator[str]:
    """Texts and bytes, without docstrings: a string that is a statement of its own says nothing to Python."""
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in prose:
            if isinstance(node.value, str):
                yield node.value
            elif isinstance(node.value, bytes):
                yield node.value.decode("utf-8", "replace")
