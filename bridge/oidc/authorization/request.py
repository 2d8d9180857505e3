"""The last stage: puts the parts that the checks returned together into an AuthorizationRequest."""

from bridge.domain.authorization_request import AuthorizationRequest, ClaimsRequest
from bridge.oidc.authorization.parts import (
    CodeChallenge,
    ExpectedPerson,
    Flow,
    GrantedScope,
    LoginAge,
    LoginDemands,
    Parts,
    Wishes,
)
from bridge.oidc.authorization.target import Target


def compose(target: Target, parts: Parts) -> AuthorizationRequest:
    """The checked request; a part that is missing counts as a parameter that was not sent."""
    flow = parts.get(Flow) or Flow("code", None)
    wishes = parts.get(Wishes) or Wishes()
    return AuthorizationRequest(
        client_id=target.client.client_id,
        reply_to=target.reply_to,
        scope=(parts.get(GrantedScope) or GrantedScope()).words,
        response_type=flow.response_type,
        nonce=flow.nonce,
        code_challenge=(parts.get(CodeChallenge) or CodeChallenge()).value,
        prompt=(parts.get(LoginDemands) or LoginDemands()).prompt,
        max_age=(parts.get(LoginAge) or LoginAge()).max_age,
        required_subs=(parts.get(ExpectedPerson) or ExpectedPerson()).subs,
        login_hint=wishes.login_hint,
        ui_locales=wishes.ui_locales,
        claims_locales=wishes.claims_locales,
        claims=parts.get(ClaimsRequest) or ClaimsRequest(),
    )
