"""People, found by the sub of one application: who may see and end what, and what is written down first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from bridge.domain.admin_audit import AuditEntry
from bridge.domain.administrator import CONSOLE_CLIENT_ID, Role
from bridge.domain.consent import Consent
from bridge.domain.grant import Grant, Origin
from bridge.domain.ids import ClientId, GrantId, Sub, SubjectId
from bridge.domain.person_look import PersonLook
from bridge.domain.principal import LoginFacts, PersonPrincipal
from bridge.domain.session import Session
from bridge.errors import NotRecorded
from bridge.manage import OPERATOR, Actor, Forbidden, Refused
from bridge.manage.people import MAX_GRANTS, MAX_REASON, Nobody, PeopleAdministration, PeoplePorts
from tests.support.login_house import DARA, NOW, SOPHEA, LoginHouse
from tests.support.memory import Journal

HEARS = {"backchannel_logout_uri": "https://app.example/logout"}
OWNER = Actor("administrator:1", "owner")
REASON = "The person called: a phone was stolen"


@dataclass
class NotedTrail:
    """ports.AdminAudit, as far as it is written here; `broken`: it can't be."""

    journal: Journal
    entries: list[AuditEntry] = field(default_factory=list)
    broken: bool = False

    def record(self, entry: AuditEntry) -> None:
        if self.broken:
            raise NotRecorded("a key")
        self.journal.append(("trail", entry.event))
        self.entries.append(entry)


class MemoryLooks:
    """ports.PersonLooks."""

    def __init__(self, trail: NotedTrail) -> None:
        self._trail = trail
        self.kept: list[PersonLook] = []

    def add(self, look: PersonLook, *, entry: AuditEntry) -> None:
        self._trail.record(entry)
        self.kept.append(look)

    def of(self, subject_id: SubjectId, *, limit: int) -> Sequence[PersonLook]:
        return [look for look in reversed(self.kept) if look.subject_id == subject_id][:limit]


class Bureau:
    """The use cases, and people with sign-ins at applications."""

    def __init__(self) -> None:
        self.house = LoginHouse()
        self.trail = NotedTrail(self.house.journal)
        self.looks = MemoryLooks(self.trail)
        h = self.house
        self.people = PeopleAdministration(
            PeoplePorts(
                h.clients,
                h.consents,
                h.grants,
                h.sessions,
                h.ending,
                self.looks,
                cast(Any, self.trail),
                h.clock,
            )
        )
        h.client("web", **HEARS)
        h.client("other", client_name="Another one", **HEARS)

    def sub(self, client_id: str = "web", who: str = SOPHEA) -> Sub:
        return self.house.subject_key.sub(self.house.clients[client_id], who)

    def signed_in(
        self,
        key: str,
        *client_ids: str,
        who: str = SOPHEA,
        scope: tuple[str, ...] = ("openid",),
        at: int = NOW - 60,
    ) -> Session:
        """A Session in which these applications have a Grant each."""
        session = self.house.session(key, who, client_ids, auth_time=at)
        login = LoginFacts(session.sid, session.key, session.auth_time, session.acr)
        for client_id in client_ids:
            person = PersonPrincipal(session.subject, self.sub(client_id, who), login)
            grant_id = GrantId(f"{client_id} in {key}")
            origin = Origin("interaction", grant_id)
            self.house.grants.opened.append(Grant(grant_id, origin, ClientId(client_id), person, scope, at))
        self.house.journal.clear()
        return session

    def agreed(self, client_id: str = "web", who: str = SOPHEA) -> None:
        subject_id = self.house.subject_key.subject_id(who)
        agreed = frozenset({"openid", "profile"})
        consent = Consent(subject_id, ClientId(client_id), agreed, frozenset(), NOW - 90)
        self.house.consents.save(consent, sub=self.sub(client_id, who))
        self.house.journal.clear()


@pytest.fixture
def bureau() -> Bureau:
    return Bureau()


def actions(sub: str, client_id: str = "web") -> Iterator[tuple[str, Callable[[Bureau, Actor], object]]]:
    yield "find", lambda bureau, actor: bureau.people.find(actor, client_id, sub)
    yield (
        "end_session",
        lambda bureau, actor: bureau.people.end_session(actor, client_id, sub, "sid of session"),
    )
    yield "end_grants", lambda bureau, actor: bureau.people.end_grants(actor, client_id, sub)
    yield "withdraw_consent", lambda bureau, actor: bureau.people.withdraw_consent(actor, client_id, sub)
    yield "everywhere", lambda bureau, actor: bureau.people.everywhere(actor, client_id, sub, REASON)
    yield "end_everywhere", lambda bureau, actor: bureau.people.end_everywhere(actor, client_id, sub, REASON)


NAMES = [name for name, _ in actions("")]
OF_ROLES: dict[Role, set[str]] = {
    "owner": set(NAMES),
    "operator": set(NAMES),
    "maintainer": {"find", "end_session", "end_grants", "withdraw_consent"},
    "auditor": {"find"},
}


def test_what_lives_at_one_application_is_seen_and_nothing_of_others(bureau: Bureau) -> None:
    bureau.signed_in("session", "web", "other")
    bureau.signed_in("elsewhere", "other")
    bureau.signed_in("hers", "web", who=DARA)
    bureau.agreed()
    bureau.agreed("other")
    found = bureau.people.find(OWNER, "web", bureau.sub())
    assert [(session.sid, session.client_ids) for session in found.sessions] == [("sid of session", ("web",))]
    assert [(grant.client_id, grant.offline) for grant in found.grants] == [("web", False)]
    assert found.consent is not None and found.consent.client_id == "web"
    assert "other" not in repr(found) and SOPHEA not in repr(found)


def test_every_look_is_written_down(bureau: Bureau) -> None:
    bureau.signed_in("session", "web")
    bureau.people.find(OWNER, "web", bureau.sub())
    (entry,) = bureau.trail.entries
    assert (entry.actor, entry.event, entry.subject) == ("administrator:1", "person.seen", "web")
    assert entry.facts == {"sub": bureau.sub()}
    assert bureau.looks.kept == []


@pytest.mark.parametrize("name", [name for name in NAMES if name != "withdraw_consent"])
def test_what_cannot_be_recorded_is_not_seen_and_not_done(bureau: Bureau, name: str) -> None:
    """A consent's entry is in the transaction of its store: tests/stores/test_recorded_changes."""
    bureau.signed_in("session", "web")
    bureau.agreed()
    bureau.trail.broken = True
    with pytest.raises(NotRecorded):
        dict(actions(bureau.sub()))[name](bureau, OWNER)
    assert [entry for entry in bureau.house.journal if entry[0] != "consents.get"] == []
    assert bureau.looks.kept == []


@pytest.mark.parametrize(
    ("client_id", "sub"),
    [
        pytest.param("web", "another", id="a-sub-of-nobody"),
        pytest.param("web", "OF-OTHER", id="the-sub-of-another-application"),
        pytest.param("web", "", id="no-sub"),
        pytest.param("web", "../x", id="what-is-no-sub"),
        pytest.param("web", "ក", id="khmer"),
        pytest.param("web", "x" * 129, id="too-long"),
        pytest.param("nothing", "SUB", id="an-application-that-is-none"),
        pytest.param(CONSOLE_CLIENT_ID, "SUB", id="the-console-itself"),
    ],
)
def test_all_that_is_not_known_is_answered_alike_and_not_written_down(
    bureau: Bureau, client_id: str, sub: str
) -> None:
    bureau.house.client(CONSOLE_CLIENT_ID, sector_identifier="web.example")
    bureau.signed_in("session", "web", "other", CONSOLE_CLIENT_ID)
    sub = {"OF-OTHER": bureau.sub("other"), "SUB": bureau.sub()}.get(sub, sub)
    for _, act in actions(sub, client_id):
        with pytest.raises(Nobody) as nobody:
            act(bureau, OWNER)
        assert str(nobody.value) == "This application knows nobody by this sub."
    assert bureau.trail.entries == [] and bureau.house.journal == []


@pytest.mark.parametrize("role", OF_ROLES)
def test_each_role_does_what_its_row_says(bureau: Bureau, role: Role) -> None:
    bureau.signed_in("session", "web")
    bureau.agreed()
    actor = Actor("administrator:2", role, frozenset({"web"}))
    for name, act in actions(bureau.sub()):
        if name in OF_ROLES[role]:
            act(bureau, actor)
        else:
            with pytest.raises(Forbidden):
                act(bureau, actor)


def test_a_maintainer_sees_nobody_at_a_foreign_application(bureau: Bureau) -> None:
    bureau.signed_in("session", "web", "other")
    actor = Actor("administrator:2", "maintainer", frozenset({"other"}))
    for _, act in actions(bureau.sub()):
        with pytest.raises(Forbidden):
            act(bureau, actor)
    assert bureau.trail.entries == []


def test_a_sign_in_ends_after_it_is_written_down_and_everybody_hears_of_it(bureau: Bureau) -> None:
    bureau.signed_in("session", "web", "other")
    bureau.people.end_session(OWNER, "web", bureau.sub(), "sid of session")
    assert [entry[0] for entry in bureau.house.journal] == [
        "trail",
        "outbox.put",
        "grants.end_with_session",
        "sessions.end",
        "upstream.logout",
    ]
    assert [message.client_id for message in bureau.house.outbox.messages] == ["web", "other"]
    assert bureau.trail.entries[0].facts == {"sub": bureau.sub(), "sid": "sid of session"}
    assert bureau.house.audit.noted[-1]["cause"] == "administrator"


def test_what_came_before_it_in_the_same_browser_ends_with_it(bureau: Bureau) -> None:
    before = bureau.signed_in("before", "other")
    session = bureau.signed_in("session", "web")
    bureau.house.sessions.live[session.key] = replace(session, predecessors=(before.as_predecessor,))
    bureau.people.end_session(OWNER, "web", bureau.sub(), "sid of session")
    assert bureau.house.sessions.live == {}


@pytest.mark.parametrize("sid", ["sid of elsewhere", "sid of hers", "", "nothing"])
def test_no_sign_in_is_ended_that_this_application_does_not_use_for_this_person(
    bureau: Bureau, sid: str
) -> None:
    bureau.signed_in("session", "web")
    bureau.signed_in("elsewhere", "other")
    bureau.signed_in("hers", "web", who=DARA)
    with pytest.raises(Refused, match="has ended already"):
        bureau.people.end_session(OWNER, "web", bureau.sub(), sid)
    assert bureau.trail.entries == [] and len(bureau.house.sessions.live) == 3


def test_all_grants_of_one_application_end_and_it_alone_hears_of_it(bureau: Bureau) -> None:
    bureau.signed_in("session", "web", "other", scope=("openid", "offline_access"))
    bureau.signed_in("hers", "web", who=DARA)
    bureau.people.end_grants(OWNER, "web", bureau.sub())
    assert bureau.house.journal == [
        ("trail", "person.grants_ended"),
        ("outbox.put", "web"),
        ("grants.end", "web in session"),
    ]
    (message,) = bureau.house.outbox.messages
    assert message.facts["sub"] == bureau.sub() and message.facts["sid"] == "sid of session"


def test_who_hears_is_asked_now_and_by_the_sub_that_it_had_then(bureau: Bureau) -> None:
    bureau.signed_in("session", "web", "other")
    known_as, other = bureau.sub(), bureau.sub("other")
    bureau.house.client("web", sector_identifier="moved.example")
    bureau.house.client("other", backchannel_logout_uri=None)
    bureau.people.end_grants(OWNER, "web", known_as)
    bureau.people.end_grants(OWNER, "other", other)
    assert [message.facts["sub"] for message in bureau.house.outbox.messages] == [known_as]
    assert ("grants.end", "other in session") in bureau.house.journal


def test_offline_access_is_told_apart(bureau: Bureau) -> None:
    bureau.signed_in("session", "web", scope=("openid", "offline_access"))
    (grant,) = bureau.people.find(OWNER, "web", bureau.sub()).grants
    assert grant.offline and grant.scope == ("openid", "offline_access")


def test_no_store_is_asked_for_what_can_be_no_sub(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL takes no NUL, and its column ends."""
    monkeypatch.delattr(type(bureau.house.grants), "subject_of")
    for sub in ("a\0", "x" * 129, "a b", "a\n"):
        with pytest.raises(Nobody):
            bureau.people.find(OWNER, "web", sub)


def test_an_application_hears_once_more_when_the_sign_in_itself_ends(bureau: Bureau) -> None:
    """Between the two the person may have come back to it by single sign-on."""
    bureau.signed_in("session", "web")
    bureau.people.end_grants(OWNER, "web", bureau.sub())
    bureau.people.end_session(OWNER, "web", bureau.sub(), "sid of session")
    first, second = bureau.house.outbox.messages
    assert first.facts == second.facts and first.id != second.id


def test_a_withdrawn_consent_is_gone_and_what_the_application_has_stays(bureau: Bureau) -> None:
    bureau.signed_in("session", "web")
    bureau.agreed()
    bureau.agreed("other")
    bureau.people.withdraw_consent(OWNER, "web", bureau.sub())
    assert [client_id for _, client_id in bureau.house.consents.kept] == ["other"]
    assert bureau.house.journal == [("trail", "person.consent_withdrawn")]


def test_crossing_shows_everything_and_is_remembered_for_the_person(bureau: Bureau) -> None:
    session = bureau.signed_in("session", "web")
    bureau.signed_in("elsewhere", "other")
    whole = bureau.people.everywhere(OWNER, "web", bureau.sub(), f"  {REASON} ")
    assert {session.client_ids for session in whole.sessions} == {("web",), ("other",)}
    assert {grant.client_id for grant in whole.grants} == {"web", "other"}
    assert whole.names == {"web": "Portal", "other": "Another one"}
    assert bureau.looks.kept == [PersonLook(session.subject.id, NOW, "owner", REASON)]
    (entry,) = bureau.trail.entries
    assert (entry.event, entry.subject) == ("person.seen_everywhere", "web")
    assert entry.facts == {"sub": bureau.sub(), "reason": REASON}


def test_everything_ends_after_it_is_written_down_with_its_reason(bureau: Bureau) -> None:
    bureau.signed_in("session", "web")
    bureau.signed_in("elsewhere", "other", scope=("openid", "offline_access"))
    bureau.signed_in("hers", "web", who=DARA)
    bureau.people.end_everywhere(OPERATOR, "web", bureau.sub(), REASON)
    assert list(bureau.house.sessions.live) == ["hers"]
    assert bureau.house.journal[0] == ("trail", "person.ended_everywhere")
    assert ("grants.end", "other in elsewhere") in bureau.house.journal
    assert not [entry for entry in bureau.house.journal if "web in hers" in entry]
    assert [look.role for look in bureau.looks.kept] == ["command line"]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        pytest.param("", "Write the reason", id="none"),
        pytest.param("  \t ", "Write the reason", id="blank"),
        pytest.param("...", "Write the reason", id="no-word"),
        pytest.param("\u200b\u200b", "Write the reason", id="zero-width-alone"),
        pytest.param("x" * (MAX_REASON + 1), "too long", id="too-long"),
        pytest.param("a\nb", "control characters", id="two-lines"),
        pytest.param("a\x1b[2Jb", "control characters", id="terminal-sequence"),
        pytest.param("a\u202eb", "control characters", id="direction-mark"),
        pytest.param("a\ud800b", "control characters", id="half-a-character"),
        pytest.param("a\0b", "control characters", id="nul"),
    ],
)
def test_a_reason_that_cannot_be_read_crosses_nothing(bureau: Bureau, reason: str, said: str) -> None:
    bureau.signed_in("session", "web")
    for use_case in (bureau.people.everywhere, bureau.people.end_everywhere):
        with pytest.raises(Refused, match=said):
            use_case(OWNER, "web", bureau.sub(), reason)
    assert bureau.trail.entries == [] and bureau.looks.kept == [] and bureau.house.journal == []


def test_a_reason_may_be_in_khmer_with_its_zero_width_spaces(bureau: Bureau) -> None:
    bureau.signed_in("session", "web")
    reason = "ទូរសព្ទ\u200bរបស់គាត់\u200bបាត់".ljust(MAX_REASON, "x")
    assert bureau.people.everywhere(OWNER, "web", bureau.sub(), reason)
    assert bureau.looks.kept[0].reason == reason


def test_of_many_grants_the_newest_are_seen_and_all_are_ended(bureau: Bureau) -> None:
    for number in range(MAX_GRANTS + 3):
        bureau.signed_in(f"session {number}", "web", at=NOW - MAX_GRANTS + number)
    found = bureau.people.find(OWNER, "web", bureau.sub())
    assert len(found.grants) == MAX_GRANTS
    assert found.grants[0].created_at == found.sessions[0].auth_time == NOW + 2
    bureau.people.end_grants(OWNER, "web", bureau.sub())
    ended = [entry for entry in bureau.house.journal if entry[0] == "grants.end"]
    assert len(ended) == MAX_GRANTS + 3


def test_a_person_is_found_by_a_consent_alone(bureau: Bureau) -> None:
    bureau.agreed()
    found = bureau.people.find(OWNER, "web", bureau.sub())
    assert found.consent is not None and found.sessions == found.grants == ()
