"""Applications from a file: what it plans and does, whose they are, their secrets, and pruning."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.claims import CLAIMS, SCOPES
from bridge.domain.client import AUTH_METHODS, SIGNING_ALGS, SUBJECT_TYPES, Client, FileOwner
from bridge.domain.client_metadata import MAX_LIFETIMES
from bridge.domain.consent import Consent
from bridge.domain.ids import ClientId, SubjectId
from bridge.domain.metadata_field import GROUPS, Group
from bridge.manage import OPERATOR, Actor, ClientFaults, Forbidden, Refused
from bridge.manage.client_checks import check_client
from bridge.manage.client_files.administration import Stale
from bridge.manage.client_files.export import as_yaml, export_document
from bridge.manage.client_files.faults import FileFaults
from bridge.manage.client_files.plan import Plan, PlanOptions
from bridge.manage.client_files.prune import DAY, DELETED_AFTER
from bridge.manage.client_files.saved_plan import check_same, opened, saved
from bridge.manage.client_files.secrets import SecretReference
from bridge.manage.client_files.text import read_text
from bridge.manage.client_files.wanted import client_file
from bridge.manage.managed import ManagedByFile
from bridge.manage.register import AwaitsApproval
from bridge.oidc.client_auth.secrets import SECRET
from bridge.stores import sql
from tests.manage.conftest import CONNECTORS, ISSUER, Office
from tests.manage.conftest import told as told_by
from tests.manage.file_cases import SECRETS

NOW = 1_800_000_000
PORTAL: dict[str, Any] = {
    "client_id": "portal",
    "client_name": "Portal",
    "redirect_uris": ["https://portal.example/cb"],
}
SENSITIVE = {"scope": "openid national_id", "national_id_purpose": "Taxes"}
FIRST = {"version": 1, "from": "env:GOOD"}
SECOND = {"version": 2, "from": "env:BETTER"}


class Bureau:
    """Administration whose time stands still, and what a file does there."""

    def __init__(self, office: Office) -> None:
        self.office, self.now = office, NOW
        office.clock = lambda: self.now
        self.asked: list[str] = []
        self.forgotten = 0
        self.admin = office.administration()

    def read_secret(self, reference: SecretReference) -> str:
        self.asked.append(reference.name)
        return SECRETS[reference.name]

    def plan(self, *applications: dict[str, Any], set_name: str | None = "ministry", **options: bool) -> Plan:
        document = {"applications": list(applications)} | ({"set": set_name} if set_name else {})
        file = client_file(read_text("a.json", json.dumps(document).encode()))
        return self.admin.client_files.plan(OPERATOR, file, PlanOptions(**options), self.read_secret)

    def apply(self, *applications: dict[str, Any], reason: str = "", **how: Any) -> Plan:
        plan = self.plan(*applications, **how)
        self.admin.client_files.apply(OPERATOR, plan, reason=reason)
        return plan

    def faults(self, *applications: dict[str, Any], **how: Any) -> str:
        before = list(self.office.clients.all())
        with pytest.raises(FileFaults) as raised:
            self.apply(*applications, **how)
        assert list(self.office.clients.all()) == before
        return str(raised.value)

    def client(self, client_id: str = "portal") -> Client:
        found = self.office.clients.get(client_id)
        assert found is not None
        return found

    def entries(self) -> list[AuditEntry]:
        """What the trail tells since `forget`."""
        return told_by(self.office.trail)[self.forgotten :]

    def events(self) -> list[str]:
        return [entry.event for entry in self.entries()]

    def forget(self) -> None:
        self.forgotten += len(self.entries())


@pytest.fixture
def bureau(office: Office) -> Bureau:
    return Bureau(office)


def told(plan: Plan) -> dict[str, dict[str, tuple[Any, Any]]]:
    return {
        f"{entry.action} {entry.client_id}": {diff.name: (diff.before, diff.after) for diff in entry.diffs}
        for entry in plan.entries
    }


class TestPlanning:
    def test_what_is_new_is_registered_and_is_the_sets(self, bureau: Bureau) -> None:
        plan = bureau.plan(PORTAL)
        assert told(plan)["add portal"]["managed_by"] == (None, "ministry")
        assert list(bureau.office.clients.all()) == []  # a plan does nothing
        bureau.apply(PORTAL)
        client = bureau.client()
        assert client.managed_by == FileOwner("ministry")
        assert (client.sector_identifier, client.client_id_issued_at) == ("portal.example", NOW)
        assert bureau.events() == ["client.added"]

    def test_the_same_file_again_has_nothing_to_do(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL)
        bureau.forget()
        plan = bureau.apply(PORTAL)
        assert told(plan) == {"unchanged portal": {}} and bureau.events() == []

    def test_a_file_owns_its_applications_whole(self, bureau: Bureau) -> None:
        """What it names no more is the default again."""
        bureau.apply(
            PORTAL | {"popups": True, "client_uri": "https://portal.example/", "lifetimes": {"code": 30}}
        )
        plan = bureau.apply(PORTAL | {"scope": "openid"})
        assert told(plan)["change portal"] == {
            "scope": ("openid profile email phone", "openid"),
            "popups": (True, False),
            "client_uri": ("https://portal.example/", None),
            "lifetimes": ({"code": 30}, {}),
        }
        assert bureau.client().client_uri is None
        facts = bureau.entries()[-1].facts
        assert facts["fields"] == "scope popups client_uri lifetimes" and facts["set"] == "ministry"

    def test_what_the_provider_knows_stays(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL | {"sector_identifier": "people"})
        secret = bureau.admin.clients.rotate_secret(OPERATOR, "portal").client.secret_hashes
        bureau.now += 5
        bureau.apply(PORTAL | {"redirect_uris": ["https://other.example/cb"]})
        client = bureau.client()
        assert (client.sector_identifier, client.client_id_issued_at) == ("people", NOW)
        assert client.secret_hashes == secret
        assert "no longer be known" in bureau.faults(PORTAL | {"sector_identifier": "other"})

    def test_who_was_kept_out_stays_out_unless_the_file_says_otherwise(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL)
        bureau.admin.clients.set_enabled(OPERATOR, "portal", False)
        bureau.apply(PORTAL | {"client_name": "Other"})
        assert not bureau.client().enabled
        bureau.apply(PORTAL | {"enabled": True})
        assert bureau.client().enabled
        bureau.apply(PORTAL | {"enabled": False})
        assert not bureau.client().enabled
        assert bureau.events()[-4:] == ["client.edited", "client.enabled", "client.edited", "client.disabled"]

    def test_one_that_gets_no_secret_says_so(self, bureau: Bureau) -> None:
        (entry,) = bureau.plan(PORTAL).entries
        assert "rotate-secret portal" in entry.notes[0]
        (entry,) = bureau.plan(PORTAL | {"token_endpoint_auth_method": "none"}).entries
        assert entry.notes == ()

    def test_another_subject_type_is_told(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL | {"secret": FIRST})
        (entry,) = bureau.plan(PORTAL | {"subject_type": "public"}).entries
        assert "another sub" in entry.notes[0]

    def test_nothing_is_done_where_one_application_is_wrong(self, bureau: Bureau) -> None:
        wrong = PORTAL | {"client_id": "other", "redirect_uris": ["http://other.example/cb"]}
        assert "other, redirect_uris" in bureau.faults(PORTAL, wrong)

    def test_an_application_that_stays_as_it_is_is_not_judged_anew(self, bureau: Bureau) -> None:
        """A check that grew stricter stops nobody who changes something else."""
        old = Client(
            ClientId("old"), "Old", ("http://old.example/cb",), sector_identifier="old.example",
            managed_by=FileOwner("ministry"),
        )  # fmt: skip
        bureau.office.clients.add(old)
        same = {"client_id": "old", "client_name": "Old", "redirect_uris": ["http://old.example/cb"]}
        assert set(told(bureau.apply(PORTAL, same))) == {"add portal", "unchanged old"}

    def test_all_is_done_in_one_step_or_nothing(self, bureau: Bureau) -> None:
        """Somebody registers the second one between the look and the change."""
        other = PORTAL | {"client_id": "other"}
        plan = bureau.plan(PORTAL, other)
        bureau.apply(other)
        bureau.forget()
        with pytest.raises(Stale):
            bureau.admin.client_files.apply(OPERATOR, plan)
        assert [client.client_id for client in bureau.office.clients.all()] == ["other"]
        assert bureau.events() == []


class TestOwners:
    def register(self, bureau: Bureau, owner: FileOwner | None = None) -> None:
        client = Client(ClientId("portal"), "Portal", ("https://portal.example/cb",))
        bureau.office.clients.add(replace(client, sector_identifier="portal.example", managed_by=owner))

    @pytest.mark.parametrize("owner", [None, FileOwner("other")], ids=["nobody's", "another set's"])
    def test_what_is_not_the_sets_is_taken_over_only_when_told(
        self, bureau: Bureau, owner: FileOwner | None
    ) -> None:
        self.register(bureau, owner)
        assert "--take-over makes it" in bureau.faults(PORTAL)
        plan = bureau.apply(PORTAL, take_over=True)
        assert told(plan)["change portal"]["managed_by"] == (owner and "other", "ministry")
        assert bureau.client().managed_by == FileOwner("ministry")

    def test_a_file_without_a_set_leaves_the_owner(self, bureau: Bureau) -> None:
        self.register(bureau)
        bureau.apply(PORTAL | {"popups": True}, set_name=None)
        assert bureau.client().managed_by is None and bureau.client().popups

    def test_a_file_without_a_set_changes_nothing_that_another_owns(self, bureau: Bureau) -> None:
        self.register(bureau, FileOwner("other", unmanaged=("look",)))
        assert "portal, popups: It belongs to the set other" in bureau.faults(
            PORTAL | {"popups": True}, set_name=None
        )
        look = PORTAL | {"client_uri": "https://portal.example/"}
        bureau.apply(look, set_name=None)
        assert bureau.client().managed_by == FileOwner("other", unmanaged=("look",))
        bureau.apply(look | {"popups": True}, set_name=None, take_over=True)
        assert bureau.client().managed_by is None

    def test_others_change_what_the_file_gave_up_and_nothing_else(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL | {"unmanaged": ["look"]})
        edit = bureau.admin.clients.edit
        edit(OPERATOR, "portal", {"client_uri": "https://portal.example/"})
        with pytest.raises(ManagedByFile, match=r"the set ministry: change popups there"):
            edit(OPERATOR, "portal", {"client_uri": None, "popups": True})
        assert told(bureau.apply(PORTAL | {"unmanaged": ["look"]})) == {"unchanged portal": {}}
        assert bureau.client().client_uri == "https://portal.example/"
        assert told(bureau.apply(PORTAL))["change portal"] == {
            "client_uri": ("https://portal.example/", None),
            "unmanaged": (["look"], None),
        }

    def test_whoever_takes_over_ends_the_files_hold(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL)
        taken = bureau.admin.clients.edit(OPERATOR, "portal", {"popups": True}, take_over=True)
        assert taken.managed_by is None
        assert bureau.entries()[-1].facts["fields"] == "managed_by popups"
        assert "--take-over" in bureau.faults(PORTAL)

    def test_a_dry_run_changes_nothing(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL)
        before, clients = bureau.client(), bureau.admin.clients
        bureau.forget()
        clients.edit(OPERATOR, "portal", {"popups": True}, take_over=True, dry_run=True)
        clients.delete(OPERATOR, "portal", dry_run=True)
        clients.add(OPERATOR, replace(before, client_id=ClientId("new"), managed_by=None), dry_run=True)
        assert list(bureau.office.clients.all()) == [before] and bureau.events() == []


class TestSecrets:
    def hashes(self, bureau: Bureau, *names: str) -> tuple[str, ...]:
        return tuple(bureau.office.sealer.mac(SECRET, SECRETS[name]) for name in names)

    def test_a_new_version_is_set_and_the_one_before_works_on(self, bureau: Bureau) -> None:
        plan = bureau.apply(PORTAL | {"secret": FIRST})
        assert told(plan)["add portal"]["secret_version"] == (None, 1)
        assert bureau.client().secret_hashes == self.hashes(bureau, "GOOD")
        bureau.apply(PORTAL | {"secret": SECOND})
        assert bureau.client().secret_hashes == self.hashes(bureau, "BETTER", "GOOD")
        assert bureau.events() == [
            "client.added", "client.secret_rotated", "client.edited", "client.secret_rotated",
        ]  # fmt: skip

    def test_two_live_at_a_time(self, bureau: Bureau) -> None:
        for version, name in enumerate(("GOOD", "BETTER", "BEST"), 1):
            bureau.apply(PORTAL | {"secret": {"version": version, "from": f"env:{name}"}})
        assert bureau.client().secret_hashes == self.hashes(bureau, "BEST", "BETTER")

    def test_the_number_of_another_sets_version_says_nothing(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL | {"secret": FIRST}, set_name="other")
        bureau.apply(PORTAL | {"secret": {"version": 1, "from": "env:BETTER"}}, take_over=True)
        assert bureau.client().secret_hashes == self.hashes(bureau, "BETTER", "GOOD")

    def test_only_the_version_changes_it(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL | {"secret": FIRST})
        before, bureau.asked = bureau.client(), []
        other_place = {"version": 1, "from": "env:BETTER"}
        gone = {"version": 1, "from": "env:NOWHERE"}
        for secret in (FIRST, other_place, gone, "", "***", {}, None):
            bureau.apply(PORTAL | {"secret": secret})
        for masked in ("", "***"):
            bureau.apply(PORTAL | {"client_secret": masked})
        bureau.apply(PORTAL)
        assert bureau.client() == before and bureau.asked == []

    def test_a_version_only_grows(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL | {"secret": SECOND})
        assert "a version only grows" in bureau.faults(PORTAL | {"secret": FIRST})

    def test_the_secret_that_it_has_is_not_set_twice(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL | {"secret": FIRST})
        bureau.apply(PORTAL | {"secret": {"version": 2, "from": "env:GOOD"}})
        assert bureau.client().secret_hashes == self.hashes(bureau, "GOOD")

    def test_one_that_cannot_be_read_stops_all(self, bureau: Bureau) -> None:
        other = PORTAL | {"client_id": "other", "secret": {"version": 1, "from": "env:SHORT"}}
        assert "other, secret" in bureau.faults(PORTAL, other)

    def test_an_application_that_becomes_public_has_none(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL | {"secret": FIRST})
        bureau.apply(PORTAL | {"token_endpoint_auth_method": "none"})
        assert bureau.client().secret_hashes == ()
        bureau.apply(PORTAL | {"secret": FIRST})
        assert bureau.client().secret_hashes == self.hashes(bureau, "GOOD")

    def test_no_plan_trail_or_error_has_anything_of_it(self, bureau: Bureau) -> None:
        plan = bureau.plan(PORTAL | {"secret": FIRST})
        bureau.apply(PORTAL | {"secret": FIRST})
        everything = f"{plan!r} {json.dumps(plan.as_json())} {bureau.entries()}"
        assert SECRETS["GOOD"] not in everything and self.hashes(bureau, "GOOD")[0] not in everything


class TestApproval:
    def test_what_is_sensitive_needs_a_reason_on_the_command_line(self, bureau: Bureau) -> None:
        with pytest.raises(AwaitsApproval, match="portal") as raised:
            bureau.apply(PORTAL | SENSITIVE, PORTAL | {"client_id": "other"})
        assert raised.value.clients == ("portal",)
        assert list(bureau.office.clients.all()) == []
        bureau.forget()
        bureau.apply(PORTAL | SENSITIVE, reason="Decree 12")
        assert bureau.events() == ["approval.approved_locally", "client.added"]
        for entry in bureau.entries():
            assert (entry.facts["sensitive"], entry.facts["reason"]) == ("national_id", "Decree 12")

    @pytest.mark.parametrize(
        ("change", "sensitive"),
        [
            ({"redirect_uris": ["https://portal.example/other"]}, ("redirect_uris",)),
            ({"skip_consent": True, "client_uri": "https://portal.example"}, ("skip_consent",)),
            ({"secret": FIRST}, ("secret_hashes",)),
            ({"scope": "openid national_id camdigikey_id"}, ("camdigikey_id",)),
            ({"client_uri": "https://portal.example"}, ()),
            ({"scope": "openid"}, ()),
        ],
        ids=str,
    )
    def test_it_is_judged_by_what_comes_of_it(
        self, bureau: Bureau, change: dict[str, Any], sensitive: tuple[str, ...]
    ) -> None:
        bureau.apply(PORTAL | SENSITIVE, reason="Decree 12")
        (entry,) = bureau.plan(PORTAL | SENSITIVE | change).entries
        assert entry.action == "change" and entry.sensitive == sensitive

    def test_nobody_else_applies_it_with_or_without_a_reason(self, bureau: Bureau) -> None:
        plan = bureau.plan(PORTAL | SENSITIVE)
        with pytest.raises(AwaitsApproval, match="command line"):
            bureau.admin.client_files.apply(Actor("administrator:a", "owner"), plan, reason="Decree 12")
        assert list(bureau.office.clients.all()) == []

    @pytest.mark.parametrize("reason", ["x" * 201, "two\nlines", "\x1b[2J"])
    def test_a_reason_is_a_line(self, bureau: Bureau, reason: str) -> None:
        with pytest.raises(Exception, match="printable"):
            bureau.apply(PORTAL | SENSITIVE, reason=reason)

    @pytest.mark.parametrize(
        "actor",
        [
            Actor("somebody"),
            Actor("auditor", "auditor"),
            Actor("maintainer", "maintainer", frozenset({"other"})),
            Actor("maintainer", "maintainer", frozenset({"portal"})),
        ],
        ids=["a stranger", "an auditor", "another's maintainer", "a maintainer, who adds none"],
    )
    def test_who_may_not_change_an_application_may_not_by_a_file(self, bureau: Bureau, actor: Actor) -> None:
        plan = bureau.plan(PORTAL)
        file = client_file(read_text("a.json", json.dumps({"applications": [PORTAL]}).encode()))
        with pytest.raises(Forbidden):
            bureau.admin.client_files.plan(actor, file, PlanOptions(), bureau.read_secret)
        with pytest.raises(Forbidden):
            bureau.admin.client_files.apply(actor, plan)
        assert list(bureau.office.clients.all()) == []

    def test_nobody_learns_of_an_application_by_a_fault_in_a_file(self, bureau: Bureau) -> None:
        """That it is registered, or whose it is."""
        bureau.apply(PORTAL, set_name="other")
        document = {"set": "ministry", "applications": [PORTAL]}
        file = client_file(read_text("a.json", json.dumps(document).encode()))
        with pytest.raises(Forbidden):
            bureau.admin.client_files.plan(
                Actor("maintainer", "maintainer", frozenset({"mine"})),
                file,
                PlanOptions(),
                bureau.read_secret,
            )


class TestPruning:
    def test_without_it_what_is_gone_from_the_file_is_named_alone(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL)
        plan = bureau.apply()
        assert (plan.left, plan.changes) == (("portal",), ()) and bureau.client().enabled

    def test_it_disables_first_and_deletes_a_week_later(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL)
        assert told(bureau.apply(prune=True))["disable portal"] == {"enabled": (True, False)}
        assert not bureau.client().enabled
        bureau.now += DELETED_AFTER - 1
        plan = bureau.apply(prune=True)
        assert told(plan) == {"unchanged portal": {}} and "deletes it" in plan.entries[0].notes[0]
        bureau.now += 1
        assert set(told(bureau.apply(prune=True))) == {"delete portal"}
        assert list(bureau.office.clients.all()) == []
        assert bureau.events() == ["client.added", "client.disabled", "client.deleted"]
        back = bureau.admin.deleted_clients.restore(OPERATOR, "portal").client
        assert back.managed_by == FileOwner("ministry")
        assert told(bureau.apply(prune=True)) == {"disable portal": {}}  # as at first: not deleted again

    def test_an_id_that_was_deleted_is_not_given_by_a_file(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL)
        bureau.admin.clients.delete(OPERATOR, "portal")
        with pytest.raises(Refused, match="bridge client restore portal"):
            bureau.apply(PORTAL, PORTAL | {"client_id": "second"})
        assert list(bureau.office.clients.all()) == []

    def test_one_that_is_in_the_file_again_is_let_in_again(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL)
        bureau.apply(prune=True)
        bureau.apply(PORTAL, prune=True)
        assert bureau.client().enabled and bureau.client().managed_by == FileOwner("ministry")

    def test_one_that_somebody_disabled_is_not_deleted_at_the_first_prune(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL)
        bureau.admin.clients.set_enabled(OPERATOR, "portal", False)
        bureau.now += 2 * DELETED_AFTER
        assert set(told(bureau.apply(prune=True))) == {"disable portal"}

    def test_one_that_somebody_let_in_again_begins_anew(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL)
        bureau.apply(prune=True)
        bureau.admin.clients.set_enabled(OPERATOR, "portal", True)
        bureau.now += 2 * DELETED_AFTER
        assert set(told(bureau.apply(prune=True))) == {"disable portal"}

    def test_it_touches_its_own_set_alone(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL | {"client_id": "theirs"}, set_name="other")
        bureau.apply(PORTAL | {"client_id": "nobodys"}, set_name=None)
        bureau.apply(PORTAL)
        assert set(told(bureau.apply(prune=True))) == {"disable portal"}
        assert "Only a file with a set" in bureau.faults(prune=True, set_name=None)

    def test_more_than_five_are_pruned_only_when_told(self, bureau: Bureau) -> None:
        many = [PORTAL | {"client_id": f"portal-{number}"} for number in range(6)]
        bureau.apply(*many)
        assert "6 applications would be" in bureau.faults(prune=True)
        assert len(bureau.plan(many[0], prune=True).changes) == 5
        assert len(bureau.apply(prune=True, prune_many=True).changes) == 6

    def test_what_people_used_lately_is_pruned_only_when_told(
        self, bureau: Bureau, office: Office, tmp_path: Path
    ) -> None:
        engine = sql.connect(f"sqlite:///{tmp_path / 'bridge.db'}")
        bureau.apply(PORTAL)
        agreed = Consent(SubjectId("s"), ClientId("portal"), frozenset(), frozenset(), NOW - 29 * DAY)
        sql.SqlConsents(engine).save(agreed)
        engine.dispose()
        assert "portal: People used it in the last 30 days" in bureau.faults(prune=True)
        assert set(told(bureau.plan(prune=True, prune_many=True))) == {"disable portal"}
        bureau.now += 2 * DAY
        assert set(told(bureau.apply(prune=True))) == {"disable portal"}


class TestSavedPlans:
    def save(self, bureau: Bureau, *applications: dict[str, Any], **options: bool) -> bytes:
        document = json.dumps({"set": "ministry", "applications": list(applications)}).encode()
        file, how = client_file(read_text("a.json", document)), PlanOptions(**options)
        return saved(file, bureau.admin.client_files.plan(OPERATOR, file, how, bureau.read_secret)).encode()

    def apply(self, bureau: Bureau, content: bytes) -> Plan:
        file, options, planned = opened(content)
        plan = bureau.admin.client_files.plan(OPERATOR, file, options, bureau.read_secret)
        check_same(plan, planned)
        bureau.admin.client_files.apply(OPERATOR, plan)
        return plan

    def test_it_is_applied_later_as_it_was(self, bureau: Bureau) -> None:
        bureau.apply(PORTAL | {"client_id": "gone"})
        content = self.save(bureau, PORTAL | {"secret": FIRST}, prune=True)
        assert SECRETS["GOOD"].encode() not in content
        bureau.now += 3 * DAY
        assert set(told(self.apply(bureau, content))) == {"add portal", "disable gone"}
        assert bureau.client().secret_hashes and not bureau.client("gone").enabled

    @pytest.mark.parametrize(
        "meanwhile",
        [
            lambda bureau: bureau.admin.clients.edit(
                OPERATOR, "portal", {"client_uri": "https://portal.example/"}
            ),
            lambda bureau: bureau.admin.clients.rotate_secret(OPERATOR, "portal"),
            lambda bureau: bureau.admin.clients.delete(OPERATOR, "portal"),
            lambda bureau: bureau.apply(PORTAL | {"unmanaged": ["look"]}, PORTAL | {"client_id": "second"}),
            lambda bureau: bureau.admin.clients.set_enabled(OPERATOR, "portal", False),
        ],
        ids=[
            "edited, though nothing of the plan",
            "a new secret",
            "deleted",
            "another of the set",
            "disabled",
        ],
    )
    def test_it_is_refused_where_something_changed(
        self, bureau: Bureau, meanwhile: Callable[[Bureau], Any]
    ) -> None:
        bureau.apply(PORTAL | {"unmanaged": ["look"]})
        content = self.save(bureau, PORTAL | {"unmanaged": ["look"], "popups": True}, prune=True)
        meanwhile(bureau)
        before = list(bureau.office.clients.all())
        with pytest.raises(Stale):
            self.apply(bureau, content)
        assert list(bureau.office.clients.all()) == before

    @pytest.mark.parametrize(
        "content", [b"", b"{}", b"[]", b"set: ministry", b'{"kind": "bridge client plan", "v": 2}', b"\xff"]
    )
    def test_what_is_no_saved_plan_is_told(self, content: bytes) -> None:
        with pytest.raises(Exception, match="no saved plan"):
            opened(content)

    def test_one_that_somebody_rewrote_is_checked_like_a_file(self, bureau: Bureau) -> None:
        content = self.save(bureau, PORTAL).replace(b"https://portal.example/cb", b"http://evil.example/cb")
        with pytest.raises(FileFaults, match="https"):
            self.apply(bureau, content)
        moved = self.save(bureau, PORTAL)
        moved = moved.replace(b"portal.example/cb", b"evil.example/cb", 1)  # the file, not what was shown
        with pytest.raises(Stale, match="portal"):
            self.apply(bureau, moved)


# Any text that a field may hold, with what other readers of YAML take for something else.
TEXTS = st.one_of(
    st.sampled_from(
        ["yes", "no", "~", "null", "true", "0x10", "010", "1:30", "1e3", "5", "2026-01-01", "<<"]
    ),
    st.sampled_from(
        [
            "- a",
            "a: b",
            "a #b",
            "'",
            '"',
            "&a",
            "*a",
            "!a",
            "|",
            "ខ្មែរ",
            "a\nb",
            " a ",
            "\u2028",
            "\x85",
            "a\r\nb ",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
)
NAMES = TEXTS.filter(lambda text: bool(text.strip()) and text.isprintable())
ADDRESSES = st.sampled_from([f"https://portal.example/{page}" for page in ("", "cb", "a?b=%20", "c&d")])
ORIGINS = st.sampled_from(["https://portal.example", "https://other.example:8443"])


def some(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(values, unique=True, max_size=3).map(tuple)


GIVEN_UP: st.SearchStrategy[tuple[Group, ...]] = st.sets(st.sampled_from(list(GROUPS))).map(
    lambda chosen: tuple(group for group in GROUPS if group in chosen)
)
OWNERS = st.builds(
    FileOwner, st.just("ministry"), unmanaged=GIVEN_UP, secret_version=st.none() | st.integers(1, 9)
)
CLIENTS = st.builds(
    Client,
    client_id=st.from_regex(r"\A[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,20}\Z").map(ClientId),
    client_name=NAMES,
    redirect_uris=st.lists(ADDRESSES, unique=True, min_size=1).map(tuple),
    token_endpoint_auth_method=st.sampled_from(AUTH_METHODS),
    grant_types=st.sampled_from([("authorization_code",), ("refresh_token", "authorization_code")]),
    scope=some(st.sampled_from(sorted(SCOPES))).map(lambda words: tuple(dict.fromkeys(("openid", *words)))),
    claims=st.none() | some(st.sampled_from(sorted(CLAIMS))),
    require_pkce=st.booleans(),
    skip_consent=st.booleans(),
    skip_login_page=st.booleans(),
    popups=st.booleans(),
    subject_type=st.sampled_from(SUBJECT_TYPES),
    sector_identifier=st.none() | NAMES,
    id_token_signed_response_alg=st.sampled_from(SIGNING_ALGS),
    claims_in_id_token=st.booleans(),
    email_fallback_domain=st.none() | st.just("people.example"),
    name_locale=st.sampled_from(["en", "km"]),
    national_id_purpose=st.none() | TEXTS,
    post_logout_redirect_uris=some(ADDRESSES),
    backchannel_logout_uri=st.none() | ADDRESSES,
    backchannel_logout_session_required=st.booleans(),
    form_action_origins=some(ORIGINS),
    allowed_origins=some(ORIGINS),
    client_uri=st.none() | ADDRESSES,
    initiate_login_uri=st.none() | ADDRESSES,
    default_max_age=st.none() | st.integers(0, 10**6),
    connector=st.none() | st.sampled_from(CONNECTORS),
    enabled=st.booleans(),
    client_id_issued_at=st.integers(0, NOW),
    lifetimes=st.dictionaries(st.sampled_from(sorted(MAX_LIFETIMES)), st.integers(1, 600)),
    managed_by=st.none() | OWNERS,
)


def as_registered(client: Client) -> Client:
    """With what the fields ask of one another."""
    owner = client.managed_by
    if owner and client.public:
        owner = replace(owner, secret_version=None)
    refreshed = ("authorization_code", "refresh_token")
    return replace(
        client,
        require_pkce=client.require_pkce or client.public,
        grant_types=refreshed if "offline_access" in client.scope else client.grant_types,
        national_id_purpose="Taxes" if "national_id" in client.scope else client.national_id_purpose,
        sector_identifier=client.sector_identifier or client.client_id,
        managed_by=owner,
    )


def is_valid(client: Client) -> bool:
    try:
        check_client(client, CONNECTORS, ISSUER)
    except ClientFaults:
        return False
    return True


REGISTERED = CLIENTS.map(as_registered).filter(is_valid)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(REGISTERED, min_size=1, max_size=3, unique_by=lambda client: client.client_id))
def test_applying_what_was_exported_changes_nothing(bureau: Bureau, clients: list[Client]) -> None:
    kept = bureau.office.clients
    for client in kept.all():
        kept.remove(client.client_id)
    for client in clients:
        kept.add(client)
    document = export_document(bureau.admin.client_files.export(OPERATOR))
    for name, text in (("a.yaml", as_yaml(document)), ("a.json", json.dumps(document))):
        file = client_file(read_text(name, text.encode()))
        plan = bureau.admin.client_files.plan(
            OPERATOR, file, PlanOptions(prune="set" in document), bureau.read_secret
        )
        assert plan.changes == () and len(plan.entries) == len(clients)
