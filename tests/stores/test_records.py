"""What rests can be read by every later release, and is never told by the domain's classes."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bridge.domain.administrator import Administrator, Invitation
from bridge.domain.approval import Proposal
from bridge.domain.authorization_request import ClaimRequest
from bridge.domain.client import Client
from bridge.domain.client_people import ClientInvitation, ClientPerson
from bridge.domain.grant import Confirmation, Grant
from bridge.domain.interaction import GivenAnswer, Handoff, Interaction, PendingConfirmation
from bridge.domain.session import Session
from bridge.domain.token import AccessToken, AuthorizationCode
from bridge.stores import records
from bridge.stores.records import Record, RecordUnreadable
from tests.stores import golden_files
from tests.stores.golden_files import FOLDER, NEWEST, Golden

by_name = pytest.mark.parametrize("golden", NEWEST, ids=lambda golden: golden.name)
KEPT, SEALED = (
    sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob(f"*.{ending}"))
    for ending in ("json", "sealed")
)
RECORDS = {record.kind: record for record in records.ALL}


@by_name
def test_each_record_is_written_as_its_newest_golden_file(golden: Golden) -> None:
    assert golden.written == json.loads(golden.kept("json"))
    assert list(golden.written["body"]) == list(json.loads(golden.kept("json"))["body"])


@pytest.mark.parametrize("name", KEPT)
def test_each_version_ever_written_is_read(name: str) -> None:
    content = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert golden_files.record_of(content).load(content) == golden_files.read_as()[name]


@pytest.mark.parametrize("name", SEALED)
def test_each_sealed_text_ever_written_is_opened(name: str) -> None:
    record = golden_files.record_of((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    text = (FOLDER / f"{name}.sealed").read_text(encoding="utf-8").strip()
    assert golden_files.opened(record, text) == golden_files.read_as()[name]


def test_no_golden_file_has_gone() -> None:
    assert set(KEPT) == set(golden_files.read_as())
    assert set(KEPT) - set(SEALED) == {  # these rest as they are
        f"v1/{least}{kind}" for kind in ("client", "proposal") for least in ("", "least-")
    }
    assert {name.removeprefix("v1/") for name in KEPT if "least" not in name} >= set(RECORDS)


def test_each_version_that_is_read_has_a_golden_file() -> None:
    for record in records.ALL:
        assert record.version in record.readers
        for version in record.readers:
            assert (FOLDER / f"v{version}" / f"{record.kind}.json").exists()


# Every field of the domain's classes, whatever it holds: one that a record forgets does not come back.
json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=6,
)
objects = some.dictionaries(some.text(), json_values, max_size=3)
scalars = some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text()
confirmations = some.builds(Confirmation, some.text(), some.none() | some.text()) | some.none()
some.register_type_strategy(
    ClaimRequest, some.builds(ClaimRequest, some.booleans(), some.lists(scalars, max_size=3).map(tuple))
)
VALUES: dict[str, some.SearchStrategy[Any]] = {
    "interaction": some.from_type(Interaction),
    "handoff": some.from_type(Handoff),
    "pending_confirmation": some.from_type(PendingConfirmation),
    "given_answer": some.from_type(GivenAnswer),
    "session": some.from_type(Session),
    "grant": some.builds(
        Grant, authorization_details=some.lists(objects, max_size=2).map(tuple), cnf=confirmations
    ),
    "authorization_code": some.from_type(AuthorizationCode),
    "access_token": some.builds(AccessToken, claims=objects, cnf=confirmations),
    "client": some.from_type(Client),
    "proposal": some.from_type(Proposal),
    "client_person": some.from_type(ClientPerson),
    "client_invitation": some.from_type(ClientInvitation),
    "administrator": some.from_type(Administrator),
    "invitation": some.from_type(Invitation),
}


@pytest.mark.parametrize("kind", RECORDS)
@given(data=some.data())
def test_what_was_written_is_read(kind: str, data: some.DataObject) -> None:
    value = data.draw(VALUES[kind])
    assert RECORDS[kind].load(RECORDS[kind].dump(value)) == value


def whole(kind: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / "v1" / f"{kind}.json").read_text(encoding="utf-8"))
    return content


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    content = whole("session")
    change(content)
    return json.dumps(content)


UNREADABLE = {
    "nothing": ("", "json", ""),
    "no JSON": ('{"v": 1', "json", ""),
    "not UTF-8": (b"\xff", "json", ""),
    "too deep": ("[" * 100_000, "json", ""),
    "a list": ("[]", "kind", ""),
    "another kind": (json.dumps(whole("grant")), "kind", ""),
    "no kind": (changed(lambda record: record.pop("kind")), "kind", ""),
    "no version": (changed(lambda record: record.pop("v")), "version", ""),
    "a version to come": (changed(lambda record: record.update(v=99)), "version", ""),
    "a version that is true": (changed(lambda record: record.update(v=True)), "version", ""),
    "a list for a version": (changed(lambda record: record.update(v=[1])), "version", ""),
    "no body": (changed(lambda record: record.pop("body")), "type", "body"),
    "a missing field": (changed(lambda record: record["body"].pop("sid")), "missing", "sid"),
    "a missing part": (changed(lambda record: record["body"].pop("subject")), "missing", "subject"),
    "a number for a text": (changed(lambda record: record["body"].update(sid=1)), "type", "sid"),
    "a text for a number": (
        changed(lambda record: record["body"].update(auth_time="1")),
        "type",
        "auth_time",
    ),
    "true for a number": (changed(lambda record: record["body"].update(auth_time=True)), "type", "auth_time"),
    "null for a text": (changed(lambda record: record["body"].update(acr=None)), "type", "acr"),
    "a text for a list": (changed(lambda record: record["body"].update(amr="app")), "type", "amr"),
    "null for a list": (changed(lambda record: record["body"].update(amr=None)), "type", "amr"),
    "numbers in a list": (changed(lambda record: record["body"].update(amr=["a", 1])), "type", "amr"),
    "a text for a part": (changed(lambda record: record["body"].update(upstream="x")), "type", "upstream"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_says_why_and_nothing_of_its_content(case: str) -> None:
    content, why, field = UNREADABLE[case]
    with pytest.raises(RecordUnreadable) as caught:
        records.SESSION.load(content)
    assert (caught.value.kind, caught.value.why, caught.value.field) == ("session", why, field)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("interaction", "failure", "unheard_of"),
        ("interaction", "completion", 1),
        ("client", "grant_types", ["password"]),
        ("client", "require_pkce", 0),
        ("client", "lifetimes", {"code": "30"}),
        ("access_token", "claims", []),
        ("access_token", "token_type", None),
        ("grant", "authorization_details", ["x"]),
        ("grant", "origin", {"kind": "unheard_of", "id": "x"}),
        ("grant", "principal", {"type": "unheard_of"}),
        ("grant", "claims", {"userinfo": {"name": {"values": [["nested"]]}}}),
        ("grant", "claims", {"userinfo": {"name": None}}),
    ],
)
def test_a_value_that_is_none_of_the_choices_is_unreadable(kind: str, field: str, value: object) -> None:
    content = whole(kind)
    content["body"][field] = value
    with pytest.raises(RecordUnreadable) as caught:
        RECORDS[kind].load(json.dumps(content))
    assert caught.value.why == "type"


def test_a_flag_of_a_client_is_never_supposed() -> None:
    content = whole("client")
    del content["body"]["require_pkce"]
    with pytest.raises(RecordUnreadable, match="missing require_pkce"):
        records.CLIENT.load(json.dumps(content))


def test_a_reader_may_come_before_its_writer() -> None:
    first = Record("thing", 1, lambda value: {"a": value}, {1: lambda fields: fields.text("a")})
    both = Record("thing", 1, first.write, {**first.readers, 2: lambda fields: fields.text("b")})
    later = Record("thing", 2, lambda value: {"b": value}, both.readers)
    assert both.load(later.dump("x")) == later.load(first.dump("x")) == "x"
    with pytest.raises(RecordUnreadable):
        first.load(later.dump("x"))


FORBIDDEN = {
    "asdict",
    "astuple",
    "TypeAdapter",
    "getattr",
    "setattr",
    "vars",
    "dir",
    "inspect",
    "get_type_hints",
}
FORBIDDEN |= {"__dict__", "__dataclass_fields__", "__annotations__", "__slots__", "__match_args__"}
MODULES = sorted(Path(records.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_no_record_is_written_or_read_by_looking_into_a_class(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            own_slots = name == "__slots__" and isinstance(node.ctx, ast.Store)
            assert name not in FORBIDDEN or own_slots, f"{module.name}:{node.lineno} {name}"
        if isinstance(node, ast.Call):
            assert all(keyword.arg for keyword in node.keywords), f"{module.name}:{node.lineno} **"
        if isinstance(node, ast.ImportFrom) and node.module == "dataclasses":
            assert [alias.name for alias in node.names] == ["dataclass"]
