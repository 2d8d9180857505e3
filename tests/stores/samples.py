"""Values to store. NAMES are what must never be found in clear in a file of Redis or SQL."""

from __future__ import annotations

from dataclasses import replace

from bridge.domain.authorization_request import AuthorizationRequest, ClaimRequest, ClaimsRequest, Json
from bridge.domain.grant import Grant
from bridge.domain.interaction import Handoff, Interaction
from bridge.domain.session import Session
from bridge.domain.subject import Identity, Subject, UpstreamToken
from bridge.domain.token import AccessToken, Code, RefreshToken
from bridge.ports import Arrival
from bridge.stores.sealing import MasterSealer

NOW = 1_790_000_000
DAY = 24 * 3600
NAMES = ("Sokunthea", "សុគន្ធា", "P0987654321", "camdigikey-id-1", "upstream-secret")

SEALER = MasterSealer([b"m" * 32])
IDENTITY = Identity(
    "camdigikey-id-1", "P0987654321", "Sokunthea", "Chan", "សុគន្ធា", "ចាន់", "female", "1990-02-03"
)
SUBJECT = Subject("subject-1", IDENTITY, NOW)
UPSTREAM = UpstreamToken("upstream-secret", NOW, NOW + 3600, NOW)
CLAIMS = ClaimsRequest(userinfo={"name": ClaimRequest(True, ("Sokunthea", 1, True, None, 1.5))})
REQUEST = AuthorizationRequest(
    "client-1", "https://app.example/cb", ("openid", "profile"), state="សួស្តី", max_age=0, claims=CLAIMS
)


def interaction(name: str = "grant-1") -> Interaction:
    return Interaction(name, REQUEST, "browser-hash", NOW)


def handoff(key: str = "state-hash", browser: str = "browser-hash") -> Handoff:
    return Handoff(key, browser, interaction(), NOW)


def arrival() -> Arrival:
    return Arrival(IDENTITY, UPSTREAM)


def session(key: str = "session-1") -> Session:
    return Session(
        key, "sid-1", SUBJECT, NOW, "grant-1", amr=("app",), upstream=UPSTREAM, predecessors=("session-0",)
    )


def grant(name: str = "grant-1", *, offline: bool = False, session_key: str = "session-1") -> Grant:
    return Grant(
        id=name,
        client_id="client-1",
        subject=SUBJECT,
        sub="pairwise-sub",
        scope=("openid", "offline_access") if offline else ("openid",),
        claims=CLAIMS,
        reach=frozenset({"sub", "name"}),
        claims_locales=("km",),
        nonce="n",
        auth_time=NOW,
        acr="urn:acr",
        amr=("app",),
        sid="sid-1",
        session_key=session_key,
        created_at=NOW,
    )


def code(of: Grant) -> Code:
    return Code(of, "https://app.example/cb", "challenge", NOW + 60)


def access(of: Grant, issued_at: int = NOW) -> AccessToken:
    claims: dict[str, Json | dict[str, Json] | list[str]] = {
        "name": "Sokunthea",
        "address": {"country": "KH", "n": 1},
        "list": ["a"],
    }
    return AccessToken(of.id, of.client_id, of.sub, of.scope, of.sid, issued_at, issued_at + 600, claims)


def refresh(of: Grant, issued_at: int = NOW) -> RefreshToken:
    return RefreshToken(of, issued_at, issued_at + 30 * DAY, NOW + 90 * DAY)


def refresh_text(of: Grant, secret: str) -> str:
    """As oidc/token_issuer writes them: the secret says where the token is kept."""
    return f"{of.id}.{'o-' if of.offline else ''}{secret}"


def shortened(token: RefreshToken, expires_at: int) -> RefreshToken:
    return replace(token, expires_at=expires_at)
