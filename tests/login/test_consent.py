"""The person agrees on our page: to what it showed, once the application has its code."""

from __future__ import annotations

from dataclasses import replace

from bridge.domain.activity import login_reference
from bridge.domain.ids import Sub
from bridge.domain.interaction import Interaction
from bridge.domain.next_step import Finish, ShowSignIn
from bridge.domain.session import Session
from bridge.login.decider import Decision
from tests.support.login_house import NOW, SOPHEA, LoginHouse

KNOWN_AS = Sub("by this sub")

SHOWN = frozenset({"sub", "name"})


def agree(logins: LoginHouse, interaction: Interaction, session: Session) -> Decision:
    return logins.consent_giving.agree(interaction, session, SHOWN)


def test_who_agrees_is_asked_nothing_more_and_it_is_kept_with_the_code(logins: LoginHouse) -> None:
    session = logins.session()
    decision = agree(logins, logins.interaction(), session)
    assert decision.step == Finish(session, logins.subject_key.sub(logins.clients["web"], SOPHEA))
    assert decision.interaction == logins.interaction(consented_by=session.subject.id, consented_claims=SHOWN)
    assert logins.consents.kept == {}
    logins.completion.complete(decision, decision.step)
    (kept,) = logins.consents.kept.values()
    assert (kept.subject_id, kept.client_id, kept.granted_at) == (session.subject.id, "web", NOW)
    assert kept.scope == {"openid", "profile"}
    assert kept.claims == SHOWN
    noted = {"event": "consent.given", "now": str(NOW), "client_id": "web", "sid": session.sid}
    assert logins.audit.facts == [noted | {"login": login_reference(decision.interaction.id)}]


def test_a_second_press_keeps_it_only_where_the_first_could_not(logins: LoginHouse) -> None:
    session = logins.session()
    decision = agree(logins, logins.interaction(), session)
    for again in (False, True):
        logins.consent_giving.keep(decision, session, KNOWN_AS, again=again)
    assert len(logins.audit.facts) == 1
    logins.consents.kept.clear()
    logins.consent_giving.keep(decision, session, KNOWN_AS, again=True)
    assert len(logins.consents.kept) == 1


def test_it_stands_beside_what_was_agreed_to_before(logins: LoginHouse) -> None:
    session = logins.session()
    for scope, shown in (("email", "email"), ("phone", "phone_number")):
        interaction = logins.interaction(scope=("openid", scope))
        decision = logins.consent_giving.agree(interaction, session, {"sub", shown})
        logins.consent_giving.keep(decision, session, KNOWN_AS, again=False)
        logins.clock.now += 60
    (kept,) = logins.consents.kept.values()
    assert kept.scope == {"openid", "email", "phone"}
    assert kept.claims == {"sub", "email", "phone_number"}
    assert kept.granted_at == NOW + 60


def test_where_more_is_asked_first_nothing_is_kept(logins: LoginHouse) -> None:
    """prompt=login in a Session of before: the page is of an earlier sign-in, and its answer too."""
    session = logins.session()
    decision = agree(logins, logins.interaction(prompt=frozenset(["login"])), session)
    assert decision.step == ShowSignIn()
    assert decision.interaction.consented_by == session.subject.id
    assert (logins.consents.kept, logins.audit.facts) == ({}, [])


def test_prompt_consent_is_asked_once(logins: LoginHouse) -> None:
    session = logins.session()
    interaction = logins.interaction(prompt=frozenset(["consent"]))
    logins.agreed(session, interaction)
    assert isinstance(agree(logins, interaction, session).step, Finish)


def test_one_persons_word_is_not_another_ones(logins: LoginHouse) -> None:
    """The same Interaction, after somebody else signed in in the same browser."""
    first, second = logins.session(), logins.session("second", "CDK-dara")
    decision = agree(logins, logins.interaction(), first)
    agreed = decision.interaction
    assert not isinstance(logins.decider.decide(agreed, second).step, Finish)
    logins.consent_giving.keep(decision, second, KNOWN_AS, again=False)
    assert logins.consents.kept == {}
    word = agree(logins, agreed, second)
    assert word.interaction == replace(agreed, consented_by=second.subject.id)
