"""Shared part: a checked request for authorization (OIDC Core §3.1.2.1)."""

from typing import Any, get_args

from bridge.domain.authorization_request import (
    PROMPTS,
    AuthorizationRequest,
    ReplyTo,
    ResponseMode,
    ResponseType,
)
from bridge.domain.ids import ClientId, Sub
from bridge.stores.records.claims_request import read_claims_request, write_claims_request
from bridge.stores.records.fields import Fields, present, unless_default

_RESPONSE_TYPES: tuple[ResponseType, ...] = get_args(ResponseType)
_RESPONSE_MODES: tuple[ResponseMode, ...] = get_args(ResponseMode)


def write_request(request: AuthorizationRequest) -> dict[str, Any]:
    return present(
        {
            "client_id": request.client_id,
            "redirect_uri": request.reply_to.redirect_uri,
            "response_mode": unless_default(request.reply_to.response_mode, "query"),
            "state": request.reply_to.state,
            "scope": request.scope,
            "response_type": unless_default(request.response_type, "code"),
            "nonce": request.nonce,
            "code_challenge": request.code_challenge,
            "prompt": sorted(request.prompt),
            "max_age": request.max_age,
            "required_subs": request.required_subs,
            "login_hint": request.login_hint,
            "ui_locales": request.ui_locales,
            "claims_locales": request.claims_locales,
            "claims": write_claims_request(request.claims),
        }
    )


def read_request(fields: Fields) -> AuthorizationRequest:
    mode = fields.choice("response_mode", _RESPONSE_MODES, absent="query")
    return AuthorizationRequest(
        client_id=ClientId(fields.text("client_id")),
        reply_to=ReplyTo(fields.text("redirect_uri"), mode, fields.text_or_none("state")),
        scope=fields.texts("scope"),
        response_type=fields.choice("response_type", _RESPONSE_TYPES, absent="code"),
        nonce=fields.text_or_none("nonce"),
        code_challenge=fields.text_or_none("code_challenge"),
        prompt=frozenset(fields.choices("prompt", PROMPTS)),
        max_age=fields.number_or_none("max_age"),
        required_subs=tuple(Sub(sub) for sub in fields.texts("required_subs")),
        login_hint=fields.text_or_none("login_hint"),
        ui_locales=fields.texts("ui_locales"),
        claims_locales=fields.texts("claims_locales"),
        claims=read_claims_request(fields),
    )
