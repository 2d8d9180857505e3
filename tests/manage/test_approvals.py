"""Sensitive changes: who may approve what somebody else proposed, by whatever way it was wanted."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bridge import manage
from bridge.domain.admin_scopes import ADMIN_SCOPES
from bridge.domain.administrator import Role
from bridge.domain.approval import PROPOSAL_LIVES, Proposal
from bridge.domain.claims import SCOPES
from bridge.domain.client import Client
from bridge.domain.ids import ClientId, Sub
from bridge.manage import OPERATOR, Actor, Administration, ClientFaults, Forbidden, Refused
from bridge.manage import approvals as sentences
from bridge.manage.access import actor_of, machine_actor
from bridge.manage.administration import DEMO_CLIENTS
from bridge.manage.administrators import Person
from bridge.manage.client_files.plan import PlanOptions
from bridge.manage.client_files.text import read_text
from bridge.manage.client_files.wanted import client_file
from bridge.manage.register import AwaitsApproval
from bridge.manage.sensitive import HARMLESS_FIELDS, SENSITIVE_FIELDS, SENSITIVE_SCOPES, sensitive
from tests.manage.conftest import CONNECTORS, Office, told

NOW = 1_800_000_000
PORTAL = ClientId("portal")
BEFORE = Client(
    PORTAL,
    "Portal",
    ("https://portal.example/cb",),
    scope=("openid", "profile"),
    sector_identifier="portal.example",
    secret_hashes=("hash",),
    national_id_purpose="Taxes",
)
WITH = replace(BEFORE, scope=("openid", "national_id"))
PURPOSE = {"national_id_purpose": "Taxes"}
SCOPE = {"scope": ("openid", "national_id")}
ELSEWHERE = {"redirect_uris": ("https://elsewhere.example/cb",)}


class Town:
    """Administration with a set clock and as many administrators as a test wants."""

    def __init__(self, office: Office) -> None:
        self.office, self.now = office, NOW
        office.clock = lambda: self.now
        self.admin: Administration = office.administration()

    def somebody(self, name: str, role: Role = "operator", clients: tuple[str, ...] = ()) -> Actor:
        token = self.admin.administrators.invite(OPERATOR, role, clients, confirmed=True)
        return actor_of(self.admin.administrators.accept(token, Person(Sub(name), name.upper())))

    def proposed(self, actor: Actor, **changes: Any) -> Proposal:
        with pytest.raises(AwaitsApproval) as waits:
            self.admin.clients.edit(actor, PORTAL, changes or SCOPE)
        (proposal,) = waits.value.proposals
        return proposal

    def approve(self, actor: Actor, proposal: Proposal, reason: str = "") -> Proposal:
        return self.admin.approvals.approve(actor, proposal.id, version=proposal.version, reason=reason)

    def refused(self, actor: Actor, proposal: Proposal, why: str, reason: str = "") -> None:
        before = list(self.office.clients.all())
        with pytest.raises((Refused, Forbidden)) as refused:
            self.approve(actor, proposal, reason)
        assert str(refused.value) == why
        assert list(self.office.clients.all()) == before

    def client(self) -> Client:
        found = self.office.clients.latest(PORTAL)
        assert found is not None
        return found

    def events(self) -> list[str]:
        return [entry.event for entry in told(self.office.trail)]


@pytest.fixture
def town(office: Office) -> Town:
    office.clients.add(BEFORE)
    return Town(office)


@pytest.fixture
def two(town: Town) -> tuple[Actor, Actor]:
    return town.somebody("first", "owner"), town.somebody("second")


# Every way by which somebody can want an application otherwise. A way that is new needs its line.


def by_file(admin: Administration, actor: Actor, wanted: dict[str, Any]) -> None:
    fields = {"client_id": PORTAL, "client_name": "Portal", "redirect_uris": list(BEFORE.redirect_uris)}
    document = {"applications": [fields | PURPOSE | wanted]}
    file = client_file(read_text("a.json", json.dumps(document).encode()))
    plan = admin.client_files.plan(actor, file, PlanOptions(), lambda reference: "")
    admin.client_files.apply(actor, plan)


@dataclass(frozen=True)
class Way:
    """`kept`: what is registered before."""

    name: str
    kept: Client | None
    ask: Callable[[Administration, Actor], object]

    def __str__(self) -> str:
        return self.name


WAYS = (
    Way("a new application", None, lambda admin, actor: admin.clients.add(actor, WITH)),
    Way("an edit of its scope", BEFORE, lambda admin, actor: admin.clients.edit(actor, PORTAL, SCOPE)),
    Way("an edit of its addresses", WITH, lambda admin, actor: admin.clients.edit(actor, PORTAL, ELSEWHERE)),
    Way(
        "an edit that takes it over",
        WITH,
        lambda admin, actor: admin.clients.edit(actor, PORTAL, {"subject_type": "public"}, take_over=True),
    ),
    Way("a new secret", WITH, lambda admin, actor: admin.clients.rotate_secret(actor, PORTAL)),
    Way(
        "a new secret at once",
        WITH,
        lambda admin, actor: admin.clients.rotate_secret(actor, PORTAL, at_once=True),
    ),
    Way(
        "a file with a new application",
        None,
        lambda admin, actor: by_file(admin, actor, {"scope": "openid national_id"}),
    ),
    Way(
        "a file with another address",
        WITH,
        lambda admin, actor: by_file(
            admin, actor, {"scope": "openid national_id", "redirect_uris": ["https://elsewhere.example/cb"]}
        ),
    ),
    Way(
        "an application that becomes public",
        WITH,
        lambda admin, actor: admin.clients.edit(actor, PORTAL, {"token_endpoint_auth_method": "none"}),
    ),
)
ACTORS = (
    Actor("os:somebody", "owner", local=True),
    replace(machine_actor("machine", tuple(ADMIN_SCOPES)), role="owner"),
    Actor("administrator:owner", "owner"),
)


@pytest.mark.parametrize("actor", ACTORS, ids=lambda actor: actor.id)
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_whoever_wants_it_by_whatever_way_it_is_proposed_and_not_made(
    office: Office, way: Way, actor: Actor
) -> None:
    if way.kept:
        office.clients.add(way.kept)
    before, town = list(office.clients.all()), Town(office)
    for _ in range(2):  # asking twice makes it no truer
        with pytest.raises(AwaitsApproval) as waits:
            way.ask(town.admin, actor)
        assert list(office.clients.all()) == before
    (proposal,) = waits.value.proposals
    assert (proposal.client_id, proposal.before, proposal.proposed_by) == (PORTAL, way.kept, actor.id)
    assert proposal.sensitive == sensitive(way.kept, proposal.after) != ()
    assert [kept.id for kept in town.admin.approvals.all(OPERATOR)] == [proposal.id]
    assert set(town.events()) == {"approval.proposed"}


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_what_was_proposed_is_made_as_it_was_proposed(office: Office, way: Way) -> None:
    if way.kept:
        office.clients.add(way.kept)
    town = Town(office)
    first, second = town.somebody("first", "owner"), town.somebody("second")
    with pytest.raises(AwaitsApproval) as waits:
        way.ask(town.admin, first)
    (proposal,) = waits.value.proposals
    town.approve(second, proposal)
    assert office.clients.latest(PORTAL) == proposal.after
    assert town.events()[-2:] == ["approval.approved", "client.edited" if way.kept else "client.added"]
    assert office.trail.verify().faults == ()


def test_nobody_but_the_register_and_approvals_writes_applications() -> None:
    """A way that does not pass them would not be judged. Deleting gives nobody anything."""
    found = set()
    folder = Path(inspect.getfile(manage)).parent
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr="add" | "replace" | "change", value=owner)):
                    if isinstance(owner, ast.Attribute) and owner.attr in ("_clients", "clients"):
                        found.add(path.relative_to(folder).as_posix())
    assert found == {"register.py", "approvals.py", "own_clients.py"}  # the last hands on alone


class TestWhatIsSensitive:
    @pytest.mark.parametrize("name", SENSITIVE_FIELDS)
    def test_each_field_of_an_application_that_has_such_a_claim(self, name: str) -> None:
        changed = replace(WITH, **{name: object()})
        assert sensitive(WITH, changed) == (name,)
        assert sensitive(BEFORE, replace(BEFORE, **{name: object()})) == ()

    @pytest.mark.parametrize("name", sorted(HARMLESS_FIELDS - {"scope"}))
    def test_what_decides_nothing_needs_nobody(self, name: str) -> None:
        assert sensitive(WITH, replace(WITH, **{name: object()})) == ()

    def test_what_the_rules_name_is_sensitive(self) -> None:
        """JWKS addresses are no field yet; one that comes is sensitive until somebody says otherwise."""
        named = {
            "redirect_uris",
            "post_logout_redirect_uris",
            "backchannel_logout_uri",
            "allowed_origins",
            "form_action_origins",
            "token_endpoint_auth_method",
            "secret_hashes",
            "subject_type",
            "sector_identifier",
            "skip_consent",
            "claims",
            "connector",
            "application_type",
        }
        assert named <= set(SENSITIVE_FIELDS)

    @pytest.mark.parametrize("scope", SENSITIVE_SCOPES)
    def test_each_scope_that_names_a_person_for_good(self, scope: str) -> None:
        got = replace(BEFORE, scope=("openid", scope))
        assert sensitive(BEFORE, got) == (scope,) == sensitive(None, got)
        assert sensitive(got, BEFORE) == ()  # to lose it is no gain

    def test_the_scopes_are_there(self) -> None:
        """The face comes later."""
        assert set(SENSITIVE_SCOPES) - SCOPES.keys() <= {"face"}


class TestWhoApproves:
    def test_a_second_administrator(self, town: Town, two: tuple[Actor, Actor]) -> None:
        first, second = two
        proposal = town.proposed(first)
        assert town.admin.approvals.waiting(first) == []
        assert [waiting.id for waiting in town.admin.approvals.waiting(second)] == [proposal.id]
        decided = town.approve(second, proposal)
        assert town.client().scope == ("openid", "national_id")
        assert (decided.state, decided.decided_by, decided.locally) == ("approved", second.id, False)
        approved = told(town.office.trail)[-2]
        assert (approved.actor, approved.facts["proposed_by"]) == (second.id, first.id)
        assert approved.facts["version"] == proposal.version

    def test_never_the_proposer_whatever_their_role(self, town: Town, two: tuple[Actor, Actor]) -> None:
        for proposer in two:
            town.refused(proposer, town.proposed(proposer), sentences.OWN)

    @pytest.mark.parametrize("role", ["maintainer", "auditor"])
    def test_nobody_whose_role_does_not_allow_it(
        self, town: Town, two: tuple[Actor, Actor], role: Role
    ) -> None:
        other = town.somebody("third", role, (PORTAL,) if role == "maintainer" else ())
        proposal = town.proposed(two[0])
        with pytest.raises(Forbidden):
            town.approve(other, proposal)
        with pytest.raises(Forbidden):
            town.admin.approvals.reject(other, proposal.id)
        assert town.admin.approvals.why_not(other, proposal) == sentences.NOT_ALLOWED

    def test_no_machine(self, town: Town, two: tuple[Actor, Actor]) -> None:
        machine = replace(machine_actor("machine", tuple(ADMIN_SCOPES)), role="owner")
        town.refused(machine, town.proposed(two[0]), "client:machine may not approve change.")
        local = replace(machine, local=True)
        town.refused(local, town.proposed(two[0]), "client:machine may not approve change.", "Decree 12")

    def test_a_maintainer_proposes_and_the_one_owner_approves(self, town: Town) -> None:
        owner = town.somebody("owner", "owner")
        maintainer = town.somebody("maintainer", "maintainer", (PORTAL,))
        town.approve(owner, town.proposed(maintainer))
        assert town.client().scope == ("openid", "national_id")

    @pytest.mark.parametrize("proposer", ["the owner", "client:machine", "os:root"])
    def test_with_one_administrator_the_command_line_approves(self, town: Town, proposer: str) -> None:
        owner = town.somebody("owner", "owner")
        town.office.clients.add(replace(BEFORE, client_id=ClientId("machine")))
        actors = {
            "the owner": owner,
            "client:machine": replace(machine_actor("machine", tuple(ADMIN_SCOPES)), role="owner"),
            "os:root": Actor("os:root", "owner", local=True),
        }
        proposal = town.proposed(actors[proposer])
        town.refused(owner, proposal, sentences.OWN if proposer == "the owner" else sentences.NO_SECOND)
        local = actors["os:root"]
        with pytest.raises(Refused, match="A reason has"):
            town.approve(local, proposal)
        decided = town.approve(local, proposal, "Decree 12")
        assert (decided.locally, decided.reason) == (True, "Decree 12")
        assert [shown.id for shown in town.admin.approvals.made_locally(owner)] == [proposal.id]
        entry = told(town.office.trail)[-2]
        assert (entry.event, entry.facts["reason"]) == ("approval.approved_locally", "Decree 12")

    def test_with_two_the_command_line_does_not(self, town: Town, two: tuple[Actor, Actor]) -> None:
        local = Actor("os:root", "owner", local=True)
        town.refused(local, town.proposed(two[0]), sentences.HAS_SECOND, "Decree 12")
        with pytest.raises(AwaitsApproval, match="Another administrator") as waits:
            town.admin.clients.edit(local, PORTAL, SCOPE, reason="Decree 12")
        town.approve(two[1], waits.value.proposals[0])

    def test_the_command_line_gives_its_reason_at_once(self, town: Town) -> None:
        local = Actor("os:root", "owner", local=True)
        town.admin.clients.edit(local, PORTAL, SCOPE, reason="Decree 12")
        town.admin.clients.rotate_secret(local, PORTAL, reason="It leaked")
        made = town.admin.clients.add(local, replace(WITH, client_id=ClientId("other")), reason="Decree 13")
        assert made.secret
        reasons = [proposal.reason for proposal in town.admin.approvals.made_locally(local)]
        assert sorted(reasons) == ["Decree 12", "Decree 13", "It leaked"]
        assert town.events().count("approval.approved_locally") == 3
        town.now += 31 * 86400
        assert town.admin.approvals.made_locally(local) == []

    def test_who_may_not_approve_is_no_second_administrator(self, town: Town) -> None:
        owner = town.somebody("owner", "owner")
        town.somebody("auditor", "auditor")
        town.somebody("maintainer", "maintainer", (PORTAL,))
        town.approve(Actor("os:root", "owner", local=True), town.proposed(owner), "Decree 12")

    def test_a_machine_on_the_server_decides_nothing_either(self, town: Town) -> None:
        machine = replace(machine_actor("machine", tuple(ADMIN_SCOPES)), role="owner", local=True)
        with pytest.raises(AwaitsApproval):
            town.admin.clients.edit(machine, PORTAL, SCOPE, reason="Decree 12")

    def test_a_removed_administrator_does_not_count(self, town: Town, two: tuple[Actor, Actor]) -> None:
        first, second = two
        town.admin.administrators.remove(OPERATOR, second.id.partition(":")[2])
        assert not town.admin.approvals.waiting(first)
        town.approve(Actor("os:root", "owner", local=True), town.proposed(first), "Decree 12")

    @pytest.mark.parametrize("reason", ["x" * 201, "two\nlines", "\x1b[2J", "  "])
    def test_a_reason_is_a_line(self, town: Town, reason: str) -> None:
        local = Actor("os:root", "owner", local=True)
        town.refused(local, town.proposed(local), "A reason has 1 to 200 printable letters.", reason)


class TestThatVersion:
    def test_another_than_was_looked_at_is_not_made(self, town: Town, two: tuple[Actor, Actor]) -> None:
        first, second = two
        looked_at = town.proposed(first, **SCOPE)
        later = town.proposed(first, **SCOPE | ELSEWHERE)
        with pytest.raises(Refused, match="There is no proposal"):  # the later one took its place
            town.approve(second, looked_at)
        with pytest.raises(Refused, match="not the version"):
            town.admin.approvals.approve(second, later.id, version=looked_at.version)
        town.approve(second, later)
        assert town.client().redirect_uris == ELSEWHERE["redirect_uris"]

    def test_one_whose_hash_does_not_fit_is_not_made(self, town: Town, two: tuple[Actor, Actor]) -> None:
        """Somebody changed in the database what is to be registered."""
        proposal = town.proposed(two[0])
        wider = replace(proposal.after, redirect_uris=ELSEWHERE["redirect_uris"])
        town.office.approvals.propose([replace(proposal, after=wider)])
        town.refused(two[1], proposal, sentences.OTHER_VERSION)

    def test_two_people_may_propose_and_the_second_is_overtaken(
        self, town: Town, two: tuple[Actor, Actor]
    ) -> None:
        first, second = two
        mine, theirs = town.proposed(first), town.proposed(second, **SCOPE | ELSEWHERE)
        town.approve(second, mine)
        assert town.admin.approvals.standing(first, theirs) == "stale"
        town.refused(first, theirs, sentences.STALE)

    @pytest.mark.parametrize("how", ["edited", "disabled", "deleted", "deleted and restored"])
    def test_what_changed_meanwhile_is_not_overwritten(
        self, town: Town, two: tuple[Actor, Actor], how: str
    ) -> None:
        proposal = town.proposed(two[0])
        if how == "edited":
            town.admin.clients.edit(OPERATOR, PORTAL, {"popups": True})
        elif how == "disabled":
            town.admin.clients.set_enabled(OPERATOR, PORTAL, False)
        else:
            town.admin.clients.delete(OPERATOR, PORTAL)
            if "restored" in how:
                town.admin.deleted_clients.restore(OPERATOR, PORTAL)
        town.refused(two[1], proposal, sentences.STALE)

    def test_a_new_one_is_not_made_where_its_id_was_taken(self, town: Town, two: tuple[Actor, Actor]) -> None:
        new = replace(WITH, client_id=ClientId("new"))
        with pytest.raises(AwaitsApproval) as waits:
            town.admin.clients.add(two[0], new)
        town.office.clients.add(replace(BEFORE, client_id=ClientId("new")))
        town.refused(two[1], waits.value.proposals[0], sentences.STALE)

    def test_after_72_hours_nobody_approves_it(self, town: Town, two: tuple[Actor, Actor]) -> None:
        proposal = town.proposed(two[0])
        town.now += PROPOSAL_LIVES - 1
        assert town.admin.approvals.standing(two[1], proposal) == "open"
        town.now += 1
        town.refused(two[1], proposal, sentences.EXPIRED)
        with pytest.raises(Refused, match="expired"):
            town.admin.approvals.reject(two[1], proposal.id)
        assert PROPOSAL_LIVES == 72 * 3600

    @pytest.mark.parametrize("gone", ["removed", "an auditor", "maintains another"])
    def test_of_somebody_who_could_not_propose_it_any_more(self, town: Town, gone: str) -> None:
        people, owner = town.admin.administrators, town.somebody("owner", "owner")
        town.somebody("second", "owner")
        proposer = town.somebody("third", "maintainer", (PORTAL,))
        proposal, known = town.proposed(proposer), proposer.id.partition(":")[2]
        if gone == "removed":
            people.remove(OPERATOR, known)
        elif gone == "an auditor":
            people.change_role(OPERATOR, known, "auditor")
        else:
            people.change_role(OPERATOR, known, "maintainer", ["another"])
        town.refused(owner, proposal, sentences.PROPOSER_GONE)

    @pytest.mark.parametrize("gone", ["deleted", "disabled"])
    def test_of_a_machine_that_was_switched_off(
        self, town: Town, two: tuple[Actor, Actor], gone: str
    ) -> None:
        town.office.clients.add(replace(BEFORE, client_id=ClientId("machine")))
        proposal = town.proposed(replace(machine_actor("machine", tuple(ADMIN_SCOPES)), role="owner"))
        if gone == "deleted":
            town.admin.clients.delete(OPERATOR, "machine")
        else:
            town.admin.clients.set_enabled(OPERATOR, "machine", False)
        town.refused(two[1], proposal, sentences.PROPOSER_GONE)

    def test_what_may_not_be_registered_any_more(self, town: Town, two: tuple[Actor, Actor]) -> None:
        proposal = town.proposed(two[0], **SCOPE, connector=CONNECTORS[1])
        town.admin.approvals._connectors = CONNECTORS[:1]
        with pytest.raises(ClientFaults, match="connector"):
            town.approve(two[1], proposal)

    def test_one_that_was_decided_is_decided(self, town: Town, two: tuple[Actor, Actor]) -> None:
        first, second = two
        rejected = town.proposed(first)
        town.admin.approvals.reject(second, rejected.id)
        town.refused(second, rejected, sentences.DECIDED)
        withdrawn = town.proposed(first)
        assert withdrawn.id != rejected.id
        town.admin.approvals.reject(first, withdrawn.id)
        approved = town.proposed(first)
        town.approve(second, approved)
        town.refused(second, approved, sentences.DECIDED)
        with pytest.raises(Refused, match="decided"):
            town.admin.approvals.reject(second, approved.id)
        assert town.events().count("approval.rejected") == 2


class TestBeside:
    def test_a_maintainer_sees_those_of_their_own(self, town: Town, two: tuple[Actor, Actor]) -> None:
        proposal = town.proposed(two[0])
        mine = town.somebody("mine", "maintainer", (PORTAL,))
        another = town.somebody("another", "maintainer", ("another",))
        assert [seen.id for seen in town.admin.approvals.all(mine)] == [proposal.id]
        assert town.admin.approvals.all(another) == []
        with pytest.raises(Forbidden):
            town.admin.approvals.get(another, proposal.id)

    def test_a_secret_that_is_proposed_is_told_once_and_works_when_it_is_approved(
        self, town: Town, two: tuple[Actor, Actor]
    ) -> None:
        town.office.clients.replace(WITH, before=BEFORE)
        with pytest.raises(AwaitsApproval) as waits:
            town.admin.clients.rotate_secret(two[0], PORTAL)
        secret = waits.value.secret
        assert secret and secret not in f"{waits.value!r} {waits.value}"
        assert secret not in f"{town.admin.approvals.all(two[1])} {told(town.office.trail)}"
        assert town.client().secret_hashes == ("hash",)
        town.approve(two[1], waits.value.proposals[0])
        assert len(town.client().secret_hashes) == 2

    def test_a_look_proposes_nothing(self, town: Town, two: tuple[Actor, Actor]) -> None:
        with pytest.raises(AwaitsApproval) as waits:
            town.admin.clients.edit(two[0], PORTAL, SCOPE, dry_run=True)
        assert waits.value.proposals == () and town.admin.approvals.all(OPERATOR) == []
        with pytest.raises(AwaitsApproval):
            town.admin.clients.add(OPERATOR, replace(WITH, client_id=ClientId("new")), dry_run=True)

    def test_the_demos_applications_need_nobody_on_this_machine_alone(self, office: Office) -> None:
        demo = ClientId(DEMO_CLIENTS[0])
        office.clients.add(replace(BEFORE, client_id=demo))
        with pytest.raises(AwaitsApproval):
            office.administration().clients.edit(OPERATOR, demo, SCOPE)
        office.environment = "http://127.0.0.4:8071"
        with pytest.raises(AwaitsApproval):  # the provider itself is known to others
            office.administration().clients.edit(OPERATOR, demo, SCOPE)
        office.issuer = "http://127.0.0.1:8080"
        office.administration().clients.edit(OPERATOR, demo, SCOPE)
        office.clients.add(BEFORE)
        with pytest.raises(AwaitsApproval):
            office.administration().clients.edit(OPERATOR, PORTAL, SCOPE)
        office.environment = ""
        office.clients.replace(replace(BEFORE, client_id=demo))
        with pytest.raises(AwaitsApproval):
            office.administration().clients.edit(OPERATOR, demo, SCOPE)
