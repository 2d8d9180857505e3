"""`/authorize`, first half: from what a browser brought to an AuthorizationRequest, or to the right refusal.

Client and redirect_uri come first, and before they are trusted nothing is sent anywhere (DESIGN §6.1). Then
each function of CHECKS looks at one thing and gives its fields of the request; their order is the argument.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.domain.authorization_request import AuthorizationRequest, ClaimRequest, ClaimsRequest, Json
from bridge.domain.claims import allowed_scope
from bridge.domain.client import Client
from bridge.domain.session import ACR
from bridge.errors import ReturnedToClient, ShownToUser
from bridge.oidc.id_token import HintReader
from bridge.ports import ClientStore

RESPONSE_MODES = ("query", "form_post")
PROMPTS = ("none", "login", "consent", "select_account")
DISPLAYS = ("page", "popup", "touch", "wap")
LONGEST = 8192  # characters of one parameter
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url, RFC 7636 §4.2
# A native application's own address, port and the rest apart (RFC 8252 §7.3).
LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(?::([1-9][0-9]{0,4}))?((?:[/?].*)?)", re.ASCII)
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What came, by name; the client and redirect_uri are trusted already."""

    params: Mapping[str, str]
    repeated: frozenset[str]
    client: Client
    redirect_uri: str
    hints: HintReader

    def get(self, name: str) -> str | None:
        """A parameter; None where it is missing or empty (RFC 6749 §3.1)."""
        return self.params.get(name) or None

    def words(self, name: str) -> tuple[str, ...]:
        """A parameter that is a list of words, each once, in order."""
        return tuple(dict.fromkeys(self.params.get(name, "").split()))


class RequestRefused(ReturnedToClient):
    """A refusal that knows the way back: it goes to the client with its state (RFC 6749 §4.1.2.1)."""

    def __init__(
        self, error: ReturnedToClient, redirect_uri: str, response_mode: str, state: str | None
    ) -> None:
        super().__init__(error.error, error.description, error.detail)
        self.redirect_uri = redirect_uri
        self.response_mode = response_mode
        self.state = state


def check(pairs: Sequence[tuple[str, str]], clients: ClientStore, hints: HintReader) -> AuthorizationRequest:
    """Check a request (OIDC Core §3.1.2.2). Raises ShownToUser or RequestRefused."""
    asked = trust(pairs, clients, hints)
    fields: Fields = {}
    try:
        for check_one in CHECKS:
            fields |= check_one(asked)
    except ReturnedToClient as error:
        raise RequestRefused(error, asked.redirect_uri, *_way_back(asked)) from None
    return AuthorizationRequest(client_id=asked.client.client_id, redirect_uri=asked.redirect_uri, **fields)


def _way_back(asked: Asked) -> tuple[str, str | None]:
    """The response_mode and the state of a refusal.

    A client may say them in its request object alone (OIDC Core §6.1). We read no other word of one, and it
    changes nothing but how the refusal reaches an address that is trusted already.
    """
    inside = _unverified(asked.get("request"))
    mode = asked.get("response_mode") or inside.get("response_mode")
    state = asked.get("state") or inside.get("state")
    if "state" in asked.repeated or not isinstance(state, str) or len(state) > LONGEST:
        state = None
    return mode if isinstance(mode, str) and mode in RESPONSE_MODES else "query", state


def _unverified(text: str | None) -> dict[str, object]:
    parts = (text or "").split(".")
    if len(parts) != 3 or len(parts[1]) > LONGEST:
        return {}
    try:
        found = _json(base64.urlsafe_b64decode(parts[1] + "=="))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _json(text: str | bytes) -> Any:
    """JSON of somebody else's. Raises ValueError, also for what is no Unicode or nested beyond reason."""
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deep") from None
    return found


def trust(pairs: Sequence[tuple[str, str]], clients: ClientStore, hints: HintReader) -> Asked:
    """The client and its redirect_uri, by exact string. Raises ShownToUser."""
    params: dict[str, str] = {}
    repeated = set()
    for name, value in pairs:
        if name in params:
            repeated.add(name)
        params.setdefault(name, value)
    if repeated & {"client_id", "redirect_uri"}:
        raise ShownToUser(400, "bad_request", "client_id or redirect_uri came twice")
    client = clients.get(params.get("client_id", "")) if params.get("client_id") else None
    if client is None or not client.enabled:
        raise ShownToUser(400, "unknown_client")
    redirect_uri = params.get("redirect_uri", "")
    if not registered(redirect_uri, client):
        raise ShownToUser(400, "bad_redirect_uri", client_id=client.client_id)
    return Asked(params, frozenset(repeated), client, redirect_uri, hints)


def registered(redirect_uri: str, client: Client) -> bool:
    """Whether answers for this client may go to that address (RFC 9700 §2.1)."""
    return any(_same_address(redirect_uri, one, client) for one in client.redirect_uris)


def _same_address(asked: str, registered: str, client: Client) -> bool:
    if asked == registered:
        return True
    if client.application_type != "native":
        return False
    ours, theirs = LOOPBACK.fullmatch(registered), LOOPBACK.fullmatch(asked)
    if ours is None or theirs is None or int(theirs[2] or 80) > 65535:
        return False
    return ours.group(1, 3) == theirs.group(1, 3)  # only the port may differ


def check_once(asked: Asked) -> Fields:
    """No parameter twice (RFC 6749 §3.1), none beyond reason."""
    if asked.repeated:
        raise ReturnedToClient(
            "invalid_request", "A parameter came more than once.", str(sorted(asked.repeated)[:5])
        )
    for name, value in asked.params.items():
        if len(value) > LONGEST:
            raise ReturnedToClient("invalid_request", "A parameter is too long.", name[:40])
    if sum(map(len, asked.params.values())) > 2 * LONGEST:
        raise ReturnedToClient("invalid_request", "The request is too long.")
    return {"state": asked.get("state"), "nonce": asked.get("nonce")}


def check_by_value(asked: Asked) -> Fields:
    """Request objects and self-registration are not offered (OIDC Core §6, §7.2.1)."""
    for name in ("request", "request_uri", "registration"):
        if asked.get(name):
            raise ReturnedToClient(f"{name}_not_supported", f"The parameter {name} is not supported.")
    return {}


def check_response_type(asked: Asked) -> Fields:
    """The code flow alone (OIDC Core §3.1)."""
    wanted = asked.words("response_type")
    if not wanted:
        raise ReturnedToClient("invalid_request", "The parameter response_type is missing.")
    if wanted != ("code",):
        raise ReturnedToClient("unsupported_response_type", "Only the response_type code is supported.")
    if "authorization_code" not in asked.client.grant_types:
        raise ReturnedToClient("unauthorized_client", "This client may not use the authorization code flow.")
    return {}


def check_response_mode(asked: Asked) -> Fields:
    """How the answer travels (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode)."""
    mode = asked.get("response_mode") or "query"
    if mode not in RESPONSE_MODES:
        raise ReturnedToClient("invalid_request", "This response_mode is not supported.", mode[:40])
    return {"response_mode": mode}


def check_scope(asked: Asked) -> Fields:
    """openid is wanted (OIDC Core §3.1.2.1); what the client may not have is dropped (RFC 6749 §3.3)."""
    wanted = asked.words("scope")
    if "openid" not in wanted:
        raise ReturnedToClient("invalid_scope", "The scope openid is missing.")
    return {"scope": allowed_scope(asked.client, wanted)}


def check_pkce(asked: Asked) -> Fields:
    """S256, for all but clients registered with an exception (RFC 7636 §4.3, RFC 9700 §2.1.1)."""
    challenge = asked.get("code_challenge")
    method = asked.get("code_challenge_method")
    if challenge is None:
        if asked.client.public or asked.client.require_pkce:
            raise ReturnedToClient("invalid_request", "The parameter code_challenge is missing (PKCE).")
        if method:
            raise ReturnedToClient("invalid_request", "A code_challenge_method came without code_challenge.")
        return {}
    if method != "S256":  # left out it would mean plain
        raise ReturnedToClient("invalid_request", "Only the code_challenge_method S256 is supported.")
    if not CHALLENGE.fullmatch(challenge):
        raise ReturnedToClient("invalid_request", "The code_challenge is not a SHA-256 in base64url.")
    return {"code_challenge": challenge}


def check_prompt(asked: Asked) -> Fields:
    """What the person has to be asked (OIDC Core §3.1.2.1)."""
    prompt = frozenset(asked.words("prompt"))
    if not prompt <= frozenset(PROMPTS):
        raise ReturnedToClient("invalid_request", "This prompt is not supported.")
    if "none" in prompt and len(prompt) > 1:
        raise ReturnedToClient("invalid_request", "The prompt none stands alone.")
    return {"prompt": prompt}


def check_max_age(asked: Asked) -> Fields:
    """How old a login may be, in seconds (OIDC Core §3.1.2.1)."""
    text = asked.get("max_age")
    if text is None:
        return {"max_age": asked.client.default_max_age}
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise ReturnedToClient("invalid_request", "The max_age is not a number of seconds.")
    return {"max_age": int(text)}


def check_claims(asked: Asked) -> Fields:
    """Single claims, and with them which person or acr is wanted (OIDC Core §5.5, §5.5.1.1)."""
    claims = ClaimsRequest(**{part: _claims_of(asked, part) for part in ("userinfo", "id_token")})
    acr = claims.id_token.get("acr")
    if acr and acr.essential and acr.values and ACR not in acr.values:
        raise ReturnedToClient("unmet_authentication_requirements", "The acr asked for can't be reached.")
    return {"claims": claims}


def _claims_of(asked: Asked, part: str) -> dict[str, ClaimRequest]:
    text = asked.get("claims")
    if text is None:
        return {}
    fault = ReturnedToClient("invalid_request", "The parameter claims is not of its form.")
    try:
        tree = _json(text)
    except ValueError:
        raise fault from None
    members = tree.get(part) if isinstance(tree, dict) else tree
    if members is None and isinstance(tree, dict):
        return {}
    if not isinstance(members, dict):
        raise fault
    return {name: _claim(one, fault) for name, one in members.items()}


def _claim(one: object, fault: ReturnedToClient) -> ClaimRequest:
    if one is None:
        return ClaimRequest()
    if not isinstance(one, dict):
        raise fault
    values = one.get("values", [one["value"]] if "value" in one else [])
    essential = one.get("essential", False)
    if not isinstance(essential, bool) or not isinstance(values, list):
        raise fault
    if not all(isinstance(value, Json) for value in values):
        raise fault
    return ClaimRequest(essential, tuple(values))


def check_person(asked: Asked) -> Fields:
    """Whom the client expects: id_token_hint, or sub with values (OIDC Core §3.1.2.1, §5.5.1)."""
    hint = asked.get("id_token_hint")
    hinted = asked.hints.read(hint, asked.client).sub if hint else None
    sub = _claims_of(asked, "id_token").get("sub")
    subs = tuple(dict.fromkeys(str(value) for value in sub.values)) if sub else ()
    if hinted is not None:
        if subs and hinted not in subs:
            raise ReturnedToClient("invalid_request", "The id_token_hint and the sub asked for differ.")
        subs = (hinted,)
    return {"required_subs": subs, "login_hint": asked.get("login_hint")}


def check_looks(asked: Asked) -> Fields:
    """Wishes that are followed where they can be (OIDC Core §3.1.2.1)."""
    display = asked.get("display")
    return {
        "display": display if display in DISPLAYS else "page",
        "ui_locales": asked.words("ui_locales")[:10],
        "claims_locales": asked.words("claims_locales")[:10],
    }


Check = Callable[[Asked], Fields]
CHECKS: tuple[Check, ...] = (
    check_once,
    check_by_value,
    check_response_type,
    check_response_mode,
    check_scope,
    check_pkce,
    check_prompt,
    check_max_age,
    check_claims,
    check_person,
    check_looks,
)
