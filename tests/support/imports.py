"""Reads a package's import statements from its source, without running it: for tests/test_import_rules.py."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, as written in the module `by`: `target` is dotted and absolute."""

    by: str
    target: str
    line: int
    in_function: bool

    def __str__(self) -> str:
        return f"{self.by}:{self.line} imports {self.target}"


def modules(package: Path) -> dict[str, Path]:
    """Every module of the package's folder by its dotted name; a package goes by the name of its folder."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(package: Path) -> list[Import]:
    """All import statements of a package; `from a import b` counts as a.b where that is a module of it."""
    known = modules(package)
    return [
        Import(name, target, node.lineno, in_function)
        for name, path in known.items()
        for node, in_function in statements(ast.parse(path.read_text(encoding="utf-8"), str(path)))
        for target in targets(node, name, path, known)
    ]


def statements(
    node: ast.AST, in_function: bool = False
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, in_function
        yield from statements(child, in_function or isinstance(child, FUNCTIONS))


def targets(
    node: ast.Import | ast.ImportFrom, name: str, path: Path, known: dict[str, Path]
) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    base = node.module or ""
    if node.level:  # relative: one dot is the package that the module lies in
        package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
        base = ".".join([*package[: len(package) - node.level + 1], *([base] if base else [])])
    inside = {f"{base}.{alias.name}" for alias in node.names} & known.keys()
    yield from sorted(inside)
    if len(inside) < len(node.names):
        yield base


def cycle(edges: dict[str, set[str]]) -> list[str]:
    """The modules of one circle of imports in order, the first again at the end; empty if there is none."""
    done: set[str] = set()

    def walk(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in done:
            return []
        found = next(
            (ring for other in sorted(edges.get(name, ())) if (ring := walk(other, [*trail, name]))), []
        )
        done.add(name)
        return found

    return next((ring for name in sorted(edges) if (ring := walk(name, []))), [])
