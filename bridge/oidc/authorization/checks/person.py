"""Checks of prompt, max_age, claims, acr, id_token_hint and the parameters that are only wishes."""

import re

from bridge.domain.authorization_request import PROMPTS, ClaimsRequest
from bridge.domain.ids import Sub
from bridge.domain.session import ACR
from bridge.errors import ReturnedToClient
from bridge.oidc.authorization.claims_parameter import claims_request
from bridge.oidc.authorization.parts import ExpectedPerson, LoginAge, LoginDemands, UncheckedRequest, Wishes

SECONDS = re.compile(r"[0-9]{1,10}")
MAX_LOCALES = 10


def check_prompt(unchecked: UncheckedRequest) -> LoginDemands:
    """What the person has to be asked (OIDC Core §3.1.2.1)."""
    words = unchecked.parameters.words("prompt")
    prompt = frozenset(known for known in PROMPTS if known in words)
    if len(prompt) < len(words):
        raise ReturnedToClient("invalid_request", "This prompt is not supported.")
    if "none" in prompt and len(prompt) > 1:
        raise ReturnedToClient("invalid_request", "The prompt none stands alone.")
    return LoginDemands(prompt)


def check_max_age(unchecked: UncheckedRequest) -> LoginAge:
    """How old a login may be, in seconds; by default what the client registered (OIDC Core §3.1.2.1)."""
    text = unchecked.parameters.get("max_age")
    if text is None:
        return LoginAge(unchecked.client.default_max_age)
    if not SECONDS.fullmatch(text):
        raise ReturnedToClient("invalid_request", "The max_age is not a number of seconds.")
    return LoginAge(int(text))


def check_claims(unchecked: UncheckedRequest) -> ClaimsRequest:
    """The `claims` parameter (OIDC Core §5.5), parsed here once; later checks read this part."""
    return claims_request(unchecked.parameters.get("claims"))


def check_acr(unchecked: UncheckedRequest) -> None:
    """We have one acr value, so an essential request for others can't be met (OIDC Core §5.5.1.1)."""
    acr = _claims(unchecked).id_token.get("acr")
    if acr and acr.essential and acr.values and ACR not in acr.values:
        raise ReturnedToClient("unmet_authentication_requirements", "The acr asked for can't be reached.")


def check_person(unchecked: UncheckedRequest) -> ExpectedPerson:
    """Whom the client expects to sign in, by id_token_hint or the claim sub (OIDC Core §3.1.2.1, §5.5.1)."""
    hint = unchecked.parameters.get("id_token_hint")
    hinted = unchecked.hints.read(hint, unchecked.client).sub if hint else None
    sub = _claims(unchecked).id_token.get("sub")
    subs = tuple(dict.fromkeys(Sub(str(value)) for value in sub.values)) if sub else ()
    if hinted is None:
        return ExpectedPerson(subs)
    if subs and hinted not in subs:
        raise ReturnedToClient("invalid_request", "The id_token_hint and the sub asked for differ.")
    return ExpectedPerson((hinted,))


def check_wishes(unchecked: UncheckedRequest) -> Wishes:
    """Wishes that are followed where possible (OIDC Core §3.1.2.1). `display` is accepted and ignored."""
    parameters = unchecked.parameters
    return Wishes(
        login_hint=parameters.get("login_hint"),
        ui_locales=parameters.words("ui_locales")[:MAX_LOCALES],
        claims_locales=parameters.words("claims_locales")[:MAX_LOCALES],
    )


def _claims(unchecked: UncheckedRequest) -> ClaimsRequest:
    return unchecked.parts.get(ClaimsRequest) or ClaimsRequest()
