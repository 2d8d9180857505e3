"""The table of events and the code name the same ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from bridge.domain import audit
from bridge.domain.events import EVENTS, Place

BRIDGE = Path(audit.__file__).parents[1]
LOG_METHODS = {"debug", "info", "warning", "error", "exception"}
LOGGERS = {"logger", "get_logger"}  # functions that give one
ATTRIBUTES: dict[str, Place] = {"_log": "log", "log": "log"}
AUDIT_METHODS: dict[str, Place] = {"record": "audit", "note": "noted"}


def written(tree: ast.AST, constants: dict[str, str]) -> Iterator[tuple[str, Place]]:
    """Each event that a module writes, and where."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "AuditEntry":
            for name in texts(node.args[2], constants):
                yield name, "chained"
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        place = place_of(node.func)
        if place is None:
            continue
        # The trail of administration says first who did it.
        first = node.args[1] if ends_with(node.func.value, "_trail") else node.args[0]
        for name in texts(first, constants):
            yield name, place


def place_of(called: ast.Attribute) -> Place | None:
    owner, method = called.value, called.attr
    if method in LOG_METHODS and (is_logger(owner) or ends_with(owner, *ATTRIBUTES)):
        return "log"
    if ends_with(owner, "_trail") and method == "entry":
        return "chained"
    if ends_with(owner, "_audit", "audit"):
        return AUDIT_METHODS.get(method)
    return "counted" if ends_with(owner, "_counters", "counters") and method == "add" else None


def is_logger(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ends_with(node.func, *LOGGERS)


def ends_with(node: ast.expr, *names: str) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr in names) or (
        isinstance(node, ast.Name) and node.id in names
    )


def texts(node: ast.expr, constants: dict[str, str]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Name(id=name) if name in constants:
            yield constants[name]
        case ast.IfExp(body=body, orelse=orelse):
            yield from texts(body, constants)
            yield from texts(orelse, constants)
        case ast.Name(id="event") | ast.Attribute(attr="event"):
            return  # handed on by administration's trail, which is looked at where it is called
        case _:
            raise AssertionError(f"an event without a name to be read: {ast.dump(node)}")


def all_written() -> set[tuple[str, Place]]:
    trees = [
        ast.parse(path.read_text(encoding="utf-8"))
        for path in BRIDGE.rglob("*.py")
        if not {"simulator", "camdigikey"} & set(path.relative_to(BRIDGE).parts[:-1])
    ]
    constants = {
        target.id: node.value.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }
    return {found for tree in trees for found in written(tree, constants)}


def test_every_event_is_a_row_and_every_row_is_written() -> None:
    rows = {(name, place) for name, event in EVENTS.items() for place in event.places}
    assert all_written() == rows


def test_each_row_says_what_it_means_and_names_are_given_once() -> None:
    assert len(EVENTS) == len({event.name for event in EVENTS.values()})
    assert all(event.meaning.endswith(".") and event.places for event in EVENTS.values())


def test_what_is_shown_as_activity_is_what_the_audit_trail_has() -> None:
    for event in EVENTS.values():
        assert (event.kind is not None) is bool({"audit", "noted"} & set(event.places)), event.name


def test_what_comes_often_has_an_end() -> None:
    """Strangers' rows, and those of every sign-in: the purge takes them away."""
    for event in EVENTS.values():
        if event.cause == "stranger" and {"audit", "noted"} & set(event.places):
            assert event.name in audit.EVENTS_OF_STRANGERS
        assert ("noted" in event.places) is (event.name in audit.NOTED_EVENTS)
