"""The person agrees on our page."""

from __future__ import annotations

from dataclasses import replace

from bridge.domain.next_step import Finish, ShowSignIn
from tests.support.login_house import NOW, SOPHEA, LoginHouse


def test_who_agrees_is_asked_nothing_more_and_it_is_kept(logins: LoginHouse) -> None:
    session = logins.session()
    decision = logins.consent_giving.agree(logins.interaction(), session)
    assert decision.step == Finish(session, logins.subject_key.sub(logins.clients["web"], SOPHEA))
    assert decision.interaction == logins.interaction(consented_by=session.subject.id)
    (kept,) = logins.consents.kept.values()
    assert (kept.subject_id, kept.client_id, kept.granted_at) == (session.subject.id, "web", NOW)
    assert kept.scope == {"openid", "profile"}
    assert kept.covers(decision.interaction.request, decision.client)
    noted = {"event": "consent.given", "now": str(NOW), "client_id": "web", "sid": session.sid}
    assert logins.audit.facts == [noted]


def test_it_stands_beside_what_was_agreed_to_before(logins: LoginHouse) -> None:
    session = logins.session()
    logins.client(scope=("openid", "profile", "email", "phone"))
    first = logins.interaction(scope=("openid", "email"))
    logins.consent_giving.agree(first, session)
    logins.clock.now = NOW + 60
    logins.consent_giving.agree(logins.interaction(scope=("openid", "phone")), session)
    (kept,) = logins.consents.kept.values()
    assert kept.scope == {"openid", "email", "phone"}
    assert {"email", "phone_number"} <= kept.claims
    assert kept.granted_at == NOW + 60


def test_where_more_is_asked_first_nothing_is_kept(logins: LoginHouse) -> None:
    """prompt=login in a Session of before: the page is of an earlier sign-in, and its answer too."""
    session = logins.session()
    decision = logins.consent_giving.agree(logins.interaction(prompt=frozenset(["login"])), session)
    assert decision.step == ShowSignIn()
    assert decision.interaction.consented_by == session.subject.id
    assert (logins.consents.kept, logins.audit.facts) == ({}, [])


def test_prompt_consent_is_asked_once(logins: LoginHouse) -> None:
    session = logins.session()
    interaction = logins.interaction(prompt=frozenset(["consent"]))
    logins.agreed(session, interaction)
    assert isinstance(logins.consent_giving.agree(interaction, session).step, Finish)


def test_one_persons_word_is_not_another_ones(logins: LoginHouse) -> None:
    """The same Interaction, after somebody else signed in in the same browser."""
    first, second = logins.session(), logins.session("second", "CDK-dara")
    agreed = logins.consent_giving.agree(logins.interaction(), first).interaction
    assert not isinstance(logins.decider.decide(agreed, second).step, Finish)
    assert list(logins.consents.kept) == [(first.subject.id, "web")]
    word = logins.consent_giving.agree(agreed, second)
    assert word.interaction == replace(agreed, consented_by=second.subject.id)
    assert len(logins.consents.kept) == 2
