"""OpenID Connect from the application's side: what the sample application does when someone signs in.

It is given the issuer, a client id and a secret; all else it learns from the discovery document.
"""

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bridge.simulator import base64url

ALGS = ("RS256", "ES256", "PS256")
MAX_ANSWER_BYTES = 1024 * 1024
TIMEOUT = 10.0  # seconds
CLOCK_SKEW = 30  # seconds
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
DISCOVERY = "/.well-known/openid-configuration"
Json = dict[str, Any]


class SignInFailed(Exception):
    """The provider refused, or its answer does not hold. The text is for the page: no token in it."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that was begun, kept in this application until the browser comes back."""

    state: str
    nonce: str
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the token endpoint gave, and the ID token's claims, verified."""

    answer: Json = field(repr=False)
    claims: Json = field(repr=False)

    @property
    def access_token(self) -> str:
        return str(self.answer.get("access_token", ""))

    @property
    def refresh_token(self) -> str:
        return str(self.answer.get("refresh_token", ""))

    @property
    def id_token(self) -> str:
        return str(self.answer.get("id_token", ""))


class OidcClient:
    """One application at one provider. `context`: how its certificate is checked, where not by the system."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        *,
        scope: str = "openid profile email phone",
        context: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.issuer = issuer
        self.client_id = client_id
        self.redirect_uri = redirect_uri
        self._secret = client_secret
        self._scope = scope
        self._context = context
        self._clock = clock

    def begin(self, **more: str) -> tuple[Pending, str]:
        """A new sign-in, and where to send the browser. `more`: further parameters, such as prompt."""
        pending = Pending(*(secrets.token_urlsafe(32) for _ in range(3)))
        challenge = base64url.encode(hashlib.sha256(pending.verifier.encode()).digest())
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self._scope,
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **more,
        }
        return pending, f"{self.endpoint('authorization_endpoint')}?{urlencode(asked)}"

    def finish(self, pending: Pending, given: Mapping[str, str]) -> Tokens:
        """Tokens for the parameters that the browser came back with. Raises SignInFailed."""
        if not hmac.compare_digest(given.get("state", "").encode(), pending.state.encode()):
            raise SignInFailed("the state does not fit")
        if given.get("iss") != self.issuer:  # RFC 9207 §2.4
            raise SignInFailed("the answer comes from another provider")
        if "error" in given:
            raise SignInFailed(f"{given['error']}: {given.get('error_description', '')}")
        answer = self._token(
            grant_type="authorization_code",
            code=given.get("code", ""),
            redirect_uri=self.redirect_uri,
            code_verifier=pending.verifier,
        )
        claims = self.verified(str(answer.get("id_token", "")), str(answer.get("access_token", "")))
        if claims.get("nonce") != pending.nonce:
            raise SignInFailed("the ID token's nonce does not fit")
        return Tokens(answer, claims)

    def refresh(self, tokens: Tokens) -> Tokens:
        """New tokens. A refresh token that is not replaced stays, and so does a missing ID token."""
        answer = self._token(grant_type="refresh_token", refresh_token=tokens.refresh_token)
        answer = {"refresh_token": tokens.refresh_token, "id_token": tokens.id_token, **answer}
        claims = self.verified(answer["id_token"], str(answer.get("access_token", "")))
        if (claims["sub"], claims["iss"]) != (tokens.claims["sub"], tokens.claims["iss"]):
            raise SignInFailed("the new ID token is another person's")  # OIDC Core §12.2
        return Tokens(answer, claims)

    def userinfo(self, tokens: Tokens) -> Json:
        """What the provider tells of the person. Raises SignInFailed, also where it is another one."""
        found = self._ask(
            "GET", self.endpoint("userinfo_endpoint"), {"Authorization": f"Bearer {tokens.access_token}"}
        )
        if found.get("sub") != tokens.claims["sub"]:
            raise SignInFailed("userinfo speaks of another person")  # OIDC Core §5.3.2
        return found

    def logout_address(self, tokens: Tokens, return_to: str) -> str:
        """Where to send the browser to sign out (RP-Initiated Logout §2)."""
        asked = {
            "id_token_hint": tokens.id_token,
            "client_id": self.client_id,
            "post_logout_redirect_uri": return_to,
        }
        return f"{self.endpoint('end_session_endpoint')}?{urlencode(asked)}"

    def endpoint(self, name: str) -> str:
        """An address out of the discovery document. Raises SignInFailed."""
        found = self._ask("GET", self.issuer + DISCOVERY)
        if found.get("issuer") != self.issuer or not isinstance(found.get(name), str):
            raise SignInFailed("the discovery document is of no use")
        return str(found[name])

    def verified(self, id_token: str, access_token: str) -> Json:
        """The claims of an ID token, once all of it is checked (OIDC Core §3.1.3.7). Raises SignInFailed."""
        claims = self._signed(id_token, "JWT")
        good = (
            claims.get("azp", self.client_id) == self.client_id
            and isinstance(claims.get("sub"), str)
            and claims.get("at_hash", _at_hash(access_token)) == _at_hash(access_token)
        )
        if not good:
            raise SignInFailed("the ID token does not fit")
        return claims

    def ended_session(self, logout_token: str) -> Json:
        """The session that ended, by its `sid`, its `sub` or both, once all of a logout token is checked
        (OIDC Back-Channel Logout §2.6). Raises SignInFailed."""
        claims = self._signed(logout_token, "logout+jwt")
        events = claims.get("events")
        if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
            raise SignInFailed("the logout token tells of no logout")
        if "nonce" in claims or not isinstance(claims.get("jti"), str):
            raise SignInFailed("the logout token does not fit")
        ended = {name: claims[name] for name in ("sid", "sub") if isinstance(claims.get(name), str)}
        if not ended:
            raise SignInFailed("the logout token names nobody")
        return ended

    def _signed(self, token: str, typ: str) -> Json:
        """The claims of a token of this type that the provider signed, for us, and that is in force."""
        keys = KeySet.import_key_set(self._ask("GET", self.endpoint("jwks_uri")))  # type: ignore[arg-type]  # -- JSON
        try:
            found = jwt.decode(token, keys, algorithms=list(ALGS))
            claims, now = found.claims, self._clock()
            good = (
                found.header.get("typ", "JWT") == typ
                and claims["iss"] == self.issuer
                and claims["aud"] == self.client_id
                and now - CLOCK_SKEW < claims["exp"]
                and claims["iat"] < now + CLOCK_SKEW
            )
        except (JoseError, ValueError, TypeError, KeyError):
            raise SignInFailed("the token can't be verified") from None
        if not good:
            raise SignInFailed("the token is not for this application, or its time is over")
        return dict(claims)

    def _token(self, **form: str) -> Json:
        name, secret = quote_plus(self.client_id), quote_plus(self._secret)  # RFC 6749 §2.3.1
        proof = base64.b64encode(f"{name}:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {proof}", "Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", self.endpoint("token_endpoint"), headers, urlencode(form))

    def _ask(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: str = "") -> Json:
        parts = urlsplit(url)
        connection = (
            http.client.HTTPSConnection(parts.netloc, timeout=TIMEOUT, context=self._context)
            if parts.scheme == "https"
            else http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT)
        )
        path = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        try:
            connection.request(method, path, body or None, {"Accept": "application/json", **(headers or {})})
            response = connection.getresponse()
            found = json.loads(response.read(MAX_ANSWER_BYTES))
        except (OSError, http.client.HTTPException, ValueError):
            raise SignInFailed("the provider can't be reached, or does not answer in JSON") from None
        finally:
            connection.close()
        if response.status != 200 or not isinstance(found, dict):
            error = found.get("error", "") if isinstance(found, dict) else ""
            raise SignInFailed(f"the provider said {response.status} {error}".rstrip())
        return found


def decoded(token: str) -> tuple[Json, Json] | None:
    """Header and claims of a token, to look at; None for one that is opaque."""
    try:
        read = jws.extract_compact(token.encode())
        header, claims = dict(read.headers()), json.loads(read.payload)
    except (JoseError, ValueError):
        return None
    return (header, claims) if isinstance(claims, dict) else None


def _at_hash(access_token: str) -> str:
    """at_hash for the algs with SHA-256 (OIDC Core §3.1.3.6)."""
    return base64url.encode(hashlib.sha256(access_token.encode()).digest()[:16])
