"""Values to store. NAMES are what must never be found in clear in a file of Redis or SQL."""

from __future__ import annotations

from dataclasses import replace

from bridge.domain.authorization_request import (
    AuthorizationRequest,
    ClaimRequest,
    ClaimsRequest,
    Json,
    ReplyTo,
)
from bridge.domain.client import Client
from bridge.domain.connector import UpstreamLogin
from bridge.domain.grant import Confirmation, Grant, Origin
from bridge.domain.ids import (
    BrowserId,
    ClientId,
    ConfirmationKey,
    ConnectorId,
    GrantId,
    HandoffKey,
    InteractionId,
    SessionKey,
    Sid,
    Sub,
    SubjectId,
)
from bridge.domain.interaction import GivenAnswer, Handoff, Interaction, PendingConfirmation
from bridge.domain.principal import ClientPrincipal, LoginFacts, PersonPrincipal
from bridge.domain.session import GrantOfSession, Predecessor, Session
from bridge.domain.subject import Identity, Subject, UpstreamToken
from bridge.domain.token import AccessToken, AuthorizationCode, RefreshToken
from bridge.ops.counters import Counters
from bridge.stores.sealing import MasterSealer

NOW = 1_790_000_000
DAY = 24 * 3600
NAMES = ("Sokunthea", "សុគន្ធា", "P0987654321", "camdigikey-id-1", "upstream-secret")

SEALER = MasterSealer([b"m" * 32])
COUNTERS = Counters()
CLIENT_1, CLIENT_2 = ClientId("client-1"), ClientId("client-2")
SESSION_1 = SessionKey("session-1")
IDENTITY = Identity(
    "camdigikey-id-1", "P0987654321", "Sokunthea", "Chan", "សុគន្ធា", "ចាន់", "female", "1990-02-03"
)
SUBJECT = Subject(SubjectId("subject-1"), IDENTITY, NOW)
UPSTREAM = UpstreamToken("upstream-secret", ConnectorId("camdigikey"), NOW, NOW + 3600, NOW)
CLAIMS = ClaimsRequest(userinfo={"name": ClaimRequest(True, ("Sokunthea", 1, True, None, 1.5))})
REQUEST = AuthorizationRequest(
    CLIENT_1,
    ReplyTo("https://app.example/cb", state="សួស្តី"),
    ("openid", "profile"),
    max_age=0,
    claims=CLAIMS,
)
CLIENT = Client(
    CLIENT_1, "ខ Application", ("https://app.example/cb",), lifetimes={"code": 30}, claims=("name",)
)


def interaction(name: str = "interaction-1") -> Interaction:
    return Interaction(InteractionId(name), REQUEST, BrowserId("browser-hash"), NOW)


def handoff(key: str = "state-hash", browser: str = "browser-hash") -> Handoff:
    return Handoff(
        HandoffKey(key),
        BrowserId(browser),
        ConnectorId("camdigikey"),
        interaction(),
        NOW,
        "state-hash",
        session_secret="the-session",
    )


def pending_confirmation(key: str = "k") -> PendingConfirmation:
    login = UpstreamLogin(IDENTITY, UPSTREAM)
    return PendingConfirmation(ConfirmationKey(key), interaction(), login, NOW, "mark", "the-session")


def given_answer(**params: str) -> GivenAnswer:
    return GivenAnswer(BrowserId("browser-hash"), NOW, tuple(params.items()))


def session(key: str = "session-1", subject: Subject = SUBJECT) -> Session:
    return Session(
        SessionKey(key),
        Sid("sid-1"),
        subject,
        NOW,
        InteractionId("interaction-1"),
        amr=("app",),
        upstream=UPSTREAM,
        predecessors=(Predecessor(SessionKey("session-0"), Sid("sid-0")),),
    )


def person(session_key: str = "session-1", subject: Subject = SUBJECT) -> PersonPrincipal:
    login = LoginFacts(Sid("sid-1"), SessionKey(session_key), NOW, "urn:acr", ("app",))
    return PersonPrincipal(subject, Sub("pairwise-sub"), login)


def grant(
    name: str = "grant-1",
    *,
    offline: bool = False,
    session_key: str = "session-1",
    origin: str = "",
    client_id: str = "client-1",
    subject: Subject = SUBJECT,
) -> Grant:
    """A person's; of an origin of its own, unless one is named."""
    return Grant(
        id=GrantId(name),
        origin=Origin("interaction", origin or f"interaction of {name}"),
        client_id=ClientId(client_id),
        principal=person(session_key, subject),
        scope=("openid", "offline_access") if offline else ("openid",),
        created_at=NOW,
        claims=CLAIMS,
        claim_names=frozenset({"sub", "name"}),
        claims_locales=("km",),
    )


def client_grant(name: str = "grant-c") -> Grant:
    """A client's own (RFC 6749 §4.4)."""
    return Grant(GrantId(name), Origin("client", name), CLIENT_1, ClientPrincipal(), ("status",), NOW)


def bound_grant() -> Grant:
    """One that says all that a Grant can."""
    detail = {"type": "payment", "amount": {"currency": "KHR", "value": 5000}}
    return replace(
        grant("grant-b", offline=True),
        resources=("https://api.example",),
        authorization_details=(detail,),
        cnf=Confirmation(jkt="thumbprint", x5t_s256="certificate"),
    )


def of_session(of: Grant) -> GrantOfSession:
    return GrantOfSession(of.id, of.client_id)


def code(of: Grant) -> AuthorizationCode:
    return AuthorizationCode(of.id, of.client_id, "https://app.example/cb", NOW + 60, "challenge", "nonce")


def access(of: Grant, issued_at: int = NOW) -> AccessToken:
    claims: dict[str, Json | dict[str, Json] | list[str]] = {
        "name": "Sokunthea",
        "address": {"country": "KH", "n": 1},
        "list": ["a"],
    }
    if not isinstance(of.principal, PersonPrincipal):
        return AccessToken(of.id, of.client_id, of.scope, issued_at, issued_at + 600)
    sub, sid = of.principal.sub, of.principal.login.sid
    return AccessToken(
        of.id, of.client_id, of.scope, issued_at, issued_at + 600, sub, sid, cnf=of.cnf, claims=claims
    )


def refresh(of: Grant, issued_at: int = NOW) -> RefreshToken:
    return RefreshToken(of, issued_at, issued_at + 30 * DAY, NOW + 90 * DAY)


def refresh_text(of: Grant, secret: str) -> str:
    """As oidc/token_issuer writes them: the secret says where the token is kept."""
    return f"{of.id}.{'o-' if of.offline else ''}{secret}"


def shortened(token: RefreshToken, expires_at: int) -> RefreshToken:
    return replace(token, expires_at=expires_at)
