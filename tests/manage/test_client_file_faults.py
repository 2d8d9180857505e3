"""Files of applications that are refused: all faults at once, each with its place, and nothing is done."""

from __future__ import annotations

import pytest

from bridge.manage import OPERATOR, Administration
from bridge.manage.client_files.faults import FileFaults
from bridge.manage.client_files.plan import PlanOptions
from bridge.manage.client_files.secrets import SecretMissing, SecretReference
from bridge.manage.client_files.text import MAX_BYTES, read_text
from bridge.manage.client_files.wanted import client_file
from tests.manage.conftest import Office
from tests.manage.conftest import told as told_by
from tests.manage.file_cases import CASES, FILES, HEAD, LINE, SECRETS, Case


def read_secret(reference: SecretReference) -> str:
    if reference.name not in SECRETS:
        raise SecretMissing(f"There is no {reference.name} here.")
    return SECRETS[reference.name]


def refused(admin: Administration, text: str, name: str = "apps.yaml") -> FileFaults:
    with pytest.raises(FileFaults) as raised:
        file = client_file(read_text(name, text.encode()))
        admin.client_files.plan(OPERATOR, file, PlanOptions(), read_secret)
    return raised.value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.line)
def test_what_a_file_may_not_say_is_told_with_its_application_field_and_line(
    admin: Administration, office: Office, case: Case
) -> None:
    faults = refused(admin, f"{HEAD}    {case.line}\n").faults
    (fault,) = [found for found in faults if found.field == case.field]
    assert case.told in fault.sentence and fault.application == "portal"
    if case.field == case.line.partition(":")[0]:
        assert fault.line == LINE
    told = "\n".join(map(str, faults))
    assert "hunter2" not in told and not any(len(text) > 3 and text in told for text in SECRETS.values())
    assert list(office.clients.all()) == [] and told_by(office.trail) == []


@pytest.mark.parametrize(("text", "application", "told"), FILES.values(), ids=FILES)
def test_a_file_that_is_none_is_told(
    admin: Administration, office: Office, text: str, application: str, told: str
) -> None:
    faults = refused(admin, text).faults
    assert any(fault.application == application and told in fault.sentence for fault in faults), faults
    assert list(office.clients.all()) == []


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.json", '{"set": "a", "set": "b", "applications": []}', "there twice"),
        ("a.json", '{"applications": [{"client_id": "a", "client_id": "b"}]}', "there twice"),
        ("a.json", "{'applications': []}", "This is no JSON"),
        ("a.json", '{"applications": NaN}', "a number is none"),
        ("a.json", '{"applications": ' + "9" * 5000 + "}", "too long"),
        ("a.json", "[" * 200_000, "nested deeper"),
        ("a.json", '{"applications": [{"client_id": "a", "client_name": null}]}', "has no value"),
        ("a.toml", 'set = "a"\nset = "b"\n', "Cannot overwrite"),
        ("a.toml", "applications = 1979-05-27\n", "list of applications"),
        ("a.toml", '[[applications]]\nclient_id = "a"\nclient_name = 1979-05-27\n', "It is a text"),
        ("a.toml", "applications = [", "This is no TOML"),
        ("a.toml", "a = " + "[" * 200_000, "nested deeper"),
        ("a.ini", "[applications]", "ends in one of .yaml"),
        ("APPS.YAML", "set: a", "list of applications"),
        ("a.yaml", "#" * (MAX_BYTES + 1), "more than 4 MiB"),
    ],
    ids=lambda text: text[:40],
)
def test_the_other_formats_are_as_strict(admin: Administration, name: str, text: str, told: str) -> None:
    assert told in str(refused(admin, text, name))


def test_a_file_that_is_not_written_in_utf_8_is_told() -> None:
    with pytest.raises(FileFaults, match="UTF-8"):
        read_text("a.yaml", "set: café".encode("latin-1"))


def test_all_faults_of_a_file_are_told_at_once_in_their_order(admin: Administration) -> None:
    other = (
        "  - client_id: b\n    client_name: ''\n    redirect_uris: [http://b.example/cb]\n    popup: true\n"
    )
    faults = refused(admin, HEAD + "    popups: yes\n    scope: everything\n" + other).faults
    places = [(fault.line, fault.application, fault.field) for fault in faults]
    assert places == [
        (6, "portal", "popups"),
        (7, "portal", "scope"),
        (7, "portal", "scope"),
        (9, "b", "client_name"),
        (10, "b", "redirect_uris"),
        (11, "b", "popup"),
    ]
