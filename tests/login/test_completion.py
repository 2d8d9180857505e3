"""The end of the walk: one Grant and its code, or an error for the client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import pytest

from bridge.domain.authorization_request import ClaimRequest, ClaimsRequest
from bridge.domain.claims import claim_names
from bridge.domain.grant import Origin
from bridge.domain.interaction import Failure
from bridge.domain.next_step import Finish
from bridge.domain.policy import REPEATED_FOR
from bridge.domain.principal import LoginFacts, PersonPrincipal
from bridge.errors import ReturnedToClient, StoreUnavailable
from bridge.login.begin_anew import BeginAnew
from bridge.login.completion import DECLINED
from bridge.login.decider import Decision
from bridge.oidc.authorization_response import AuthorizationResponse
from tests.support.login_house import CALLBACK, ISSUER, NOW, OTHER_BROWSER, SOPHEA, LoginHouse


def finish(logins: LoginHouse, **fields: Any) -> tuple[Decision, Finish]:
    """Somebody signed in by CamDigiKey who has nothing left to say."""
    session = logins.session(amr=("face",), auth_time=NOW - 7)
    fields = {"consented_by": session.subject.id, **fields}
    interaction = logins.interaction(**fields)
    decision = logins.decider.decide(interaction, session)
    assert isinstance(decision.step, Finish)
    return decision, decision.step


def params(response: AuthorizationResponse) -> dict[str, str]:
    assert response.reply_to.redirect_uri == CALLBACK
    return dict(response.params)


def test_the_client_is_answered_with_a_code_of_the_grant(logins: LoginHouse) -> None:
    given = finish(logins, nonce="n", code_challenge="challenge")
    answer = params(logins.completion.complete(*given))
    (grant,) = logins.grants.opened
    code = logins.grants.codes[answer.pop("code")]
    assert answer == {"state": "st", "iss": ISSUER}
    assert (code.grant_id, code.client_id, code.redirect_uri) == (grant.id, "web", CALLBACK)
    assert (code.nonce, code.code_challenge) == ("n", "challenge")
    assert code.expires_at == NOW + logins.policy.lifetimes.code


def test_a_client_may_have_its_own_lifetime_of_codes(logins: LoginHouse) -> None:
    logins.client(lifetimes={"code": 17})
    answer = params(logins.completion.complete(*finish(logins)))
    assert logins.grants.codes[answer["code"]].expires_at == NOW + 17


def test_the_grant_says_who_signed_in_how_and_what_for(logins: LoginHouse) -> None:
    claims = ClaimsRequest(id_token={"birthdate": ClaimRequest(essential=True)})
    decision, step = finish(logins, claims=claims, claims_locales=("km",))
    logins.completion.complete(decision, step)
    (grant,) = logins.grants.opened
    session = step.session
    assert grant.origin == Origin("interaction", "this one")
    assert (grant.client_id, grant.scope, grant.created_at) == ("web", ("openid", "profile"), NOW)
    assert grant.principal == PersonPrincipal(
        session.subject,
        logins.subject_key.sub(decision.client, SOPHEA),
        LoginFacts(session.sid, session.key, NOW - 7, session.acr, ("face",)),
    )
    assert (grant.claims, grant.claims_locales) == (claims, ("km",))
    assert grant.claim_names == claim_names(decision.interaction.request, decision.client)
    assert len(grant.id) == 22  # 128 bits


def test_an_interaction_gives_one_code_and_the_same_browser_gets_it_again(logins: LoginHouse) -> None:
    given = finish(logins)
    first = logins.completion.complete(*given)
    logins.clock.now = NOW + 59
    assert logins.completion.complete(*given) == first
    assert logins.completion.decline(given[0].interaction) == first
    assert len(logins.grants.codes) == 1
    assert [noted["event"] for noted in logins.audit.noted] == ["grant.opened"]


def spend(logins: LoginHouse) -> None:
    logins.grants.spent.update(logins.grants.codes)


def leave_for_a_minute(logins: LoginHouse) -> None:
    logins.clock.now += REPEATED_FOR + 1


@pytest.mark.parametrize("over", [spend, leave_for_a_minute])
def test_an_answer_that_holds_no_longer_is_not_given_again(
    logins: LoginHouse, over: Callable[[LoginHouse], None]
) -> None:
    logins.client(lifetimes={"code": 600})
    given = finish(logins)
    logins.completion.complete(*given)
    over(logins)
    with pytest.raises(BeginAnew) as anew:
        logins.completion.complete(*given)
    assert anew.value.interaction == given[0].interaction
    assert len(logins.grants.codes) == 1


def test_a_code_that_has_expired_is_not_given_again(logins: LoginHouse) -> None:
    logins.client(lifetimes={"code": 20})
    given = finish(logins)
    logins.completion.complete(*given)
    logins.clock.now += 20
    with pytest.raises(BeginAnew):
        logins.completion.complete(*given)


def test_another_browser_is_not_given_it(logins: LoginHouse) -> None:
    decision, step = finish(logins)
    logins.completion.complete(decision, step)
    elsewhere = replace(decision, interaction=replace(decision.interaction, browser=OTHER_BROWSER))
    with pytest.raises(BeginAnew):
        logins.completion.complete(elsewhere, step)
    assert "code" not in params(logins.completion.decline(elsewhere.interaction))


def test_after_no_comes_no_code(logins: LoginHouse) -> None:
    given = finish(logins)
    said = logins.completion.decline(given[0].interaction)
    assert logins.completion.complete(*given) == said
    assert (logins.grants.codes, logins.consents.kept) == ({}, {})


def test_who_signs_in_after_they_said_no_is_not_told_no(logins: LoginHouse) -> None:
    decision, step = finish(logins)
    logins.completion.decline(decision.interaction)
    later = replace(step, session=replace(step.session, auth_time=NOW + 20))
    logins.clock.now = NOW + 20
    with pytest.raises(BeginAnew):
        logins.completion.complete(decision, later)


def test_after_a_minute_who_goes_back_goes_back(logins: LoginHouse) -> None:
    given = finish(logins)
    logins.completion.complete(*given)
    leave_for_a_minute(logins)
    assert params(logins.completion.decline(given[0].interaction))["error"] == "access_denied"


def test_nobody_needs_a_store_to_go_back(logins: LoginHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise StoreUnavailable("Redis", "unreachable")

    monkeypatch.setattr(logins.grants, "close", broken)
    assert params(logins.completion.decline(logins.interaction()))["error"] == "access_denied"
    logins.completion.decline(logins.interaction(), remembered=False)
    assert logins.grants.answers == {}


def test_the_grant_has_no_more_than_the_page_showed(logins: LoginHouse) -> None:
    decision, step = finish(logins, consented_claims=frozenset({"sub", "name", "of another request"}))
    logins.completion.complete(decision, step)
    (grant,) = logins.grants.opened
    assert grant.claim_names == {"sub", "name"}
    (kept,) = logins.consents.kept.values()
    assert kept.claims == {"sub", "name", "of another request"}


# What the client hears where the person gives up, by how CamDigiKey's part failed.
DECLINED_AS: dict[Failure | None, str] = {
    None: "access_denied",
    "access_denied": "access_denied",
    "account_inactive": "access_denied",
    "temporarily_unavailable": "temporarily_unavailable",
    "server_error": "server_error",
}


def test_every_failure_has_an_error() -> None:
    assert set(DECLINED_AS) == set(DECLINED) == {None, *get_args(Failure)}


@pytest.mark.parametrize("failure", DECLINED_AS)
def test_who_gives_up_goes_back_with_an_error(logins: LoginHouse, failure: Failure | None) -> None:
    answer = params(logins.completion.decline(logins.interaction(failure=failure)))
    assert answer.pop("error_description")
    assert answer == {"error": DECLINED_AS[failure], "state": "st", "iss": ISSUER}


def test_a_refusal_names_its_error(logins: LoginHouse) -> None:
    refusal = ReturnedToClient("login_required", "The person has to sign in.", "of the log")
    answer = params(logins.completion.refuse(logins.interaction(), refusal))
    assert answer == {
        "error": "login_required",
        "error_description": "The person has to sign in.",
        "state": "st",
        "iss": ISSUER,
    }
