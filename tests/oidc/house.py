"""The token half of a provider on real stores (Valkey, SQLite), with a clock that stands still."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from bridge.domain.authorization_request import ClaimsRequest
from bridge.domain.claims import SUPPORTED_CLAIMS
from bridge.domain.client import Client
from bridge.domain.grant import Grant
from bridge.domain.session import ACR, Session
from bridge.domain.subject import Identity, Subject, UpstreamToken
from bridge.domain.token import Code
from bridge.errors import UpstreamError
from bridge.oidc.answer import FORM, Answer, ClientRequest
from bridge.oidc.keys import Keys
from bridge.oidc.server.server import TokenEndpoint
from bridge.oidc.token_issuer import new_code
from bridge.oidc.userinfo import UserinfoEndpoint
from bridge.ports import Arrival, Services
from bridge.settings import Settings
from bridge.stores import redis, sql
from bridge.stores.sealing import MasterSealer, SealedInteractions
from bridge.stores.tokens import Tokens

NOW = 1_790_000_000
ISSUER = "https://login.example"
SECRET = "s3cret-with_no.special~letters"
CALLBACK = "https://app.example/cb?tenant=1"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BOTH = ("authorization_code", "refresh_token")
SCOPES = ("openid", "profile", "email", "phone", "nationality", "age", "offline_access")
IDENTITY = Identity(
    camdigikey_id="CDK1",
    personal_code="010203040",
    given_name="Sophea",
    family_name="Chan",
    given_name_km="សុភា",
    family_name_km="ចាន់",
    gender="female",
    birthdate="1990-02-03",
    phone_number="+85512345678",
    email="sophea@mail.example",
    nationality="KH",
)
SEALER = MasterSealer([b"m" * 32])


@dataclass
class FakeCamDigiKey:
    """ports.Connector, with an answer to each question set beforehand; it notes what it was asked."""

    carries_state: bool = True
    living: bool | UpstreamError = True
    fresh: UpstreamToken | UpstreamError | None = None
    asked: list[str] = field(default_factory=list)

    def reset(self) -> None:
        self.carries_state, self.living, self.fresh = True, True, None
        self.asked.clear()

    def start(self, state: str) -> str:
        raise AssertionError("no login begins here")

    def exchange(self, auth_token: str) -> Arrival:
        raise AssertionError("no login begins here")

    def logout(self, token: UpstreamToken) -> None:
        self.asked.append("logout")

    def alive(self, token: UpstreamToken) -> bool:
        self.asked.append("alive")
        if isinstance(self.living, UpstreamError):
            raise self.living
        return self.living

    def refresh(self, token: UpstreamToken) -> UpstreamToken:
        self.asked.append("refresh")
        if isinstance(self.fresh, UpstreamError):
            raise self.fresh
        assert self.fresh is not None
        return self.fresh


@dataclass(frozen=True)
class Said:
    """An answer, read."""

    answer: Answer

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self.answer.headers

    @property
    def body(self) -> dict[str, Any]:
        return cast(dict[str, Any], json.loads(self.answer.body))

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    @property
    def refusal(self) -> tuple[int, str]:
        return self.status, self.body.get("error", "")

    @property
    def id_token(self) -> dict[str, Any]:
        return jwt_part(self["id_token"], 1)


def jwt_part(token: str, number: int) -> dict[str, Any]:
    """Header (0) or claims (1) of a JWT, read without looking at its signature."""
    part = token.split(".")[number]
    return cast(dict[str, Any], json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def basic(client_id: str, secret: str = SECRET) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def clients() -> tuple[Client, ...]:
    hashes = (SEALER.mac("client secret", SECRET),)
    common: dict[str, Any] = {
        "redirect_uris": (CALLBACK,),
        "scopes": SCOPES,
        "sector": "app.example",
        "grant_types": BOTH,
    }
    return (
        Client("web", "Portal", secret_hashes=hashes, **common),
        Client(
            "post",
            "By post",
            secret_hashes=hashes,
            token_endpoint_auth_method="client_secret_post",
            require_pkce=False,
            **common,
        ),
        Client("spa", "Page", token_endpoint_auth_method="none", **common),
        Client("once", "No refresh", secret_hashes=hashes, **{**common, "grant_types": BOTH[:1]}),
        Client("off", "Disabled", secret_hashes=hashes, enabled=False, **common),
    )


class House:
    """One process' worth of the provider. `clock` moves by hand."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.settings = Settings(issuer=ISSUER)
        self.clock = float(NOW)
        self.redis = redis.connect(redis_url)
        self.engine = sql.connect(f"sqlite:///{folder / 'bridge.db'}")
        self.camdigikey = FakeCamDigiKey()
        self.services = self._services()
        self.keys = Keys(self.services.signing_keys, self.services.clock)
        self.keys.ensure()
        self.endpoint = TokenEndpoint(self.settings, self.services, self.keys)
        self.userinfo_endpoint = UserinfoEndpoint(self.services)

    def _services(self) -> Services:
        lifetimes = self.settings.lifetimes
        return Services(
            clock=lambda: self.clock,
            token_bytes=os.urandom,
            connector=self.camdigikey,
            sealer=SEALER,
            interactions=SealedInteractions(SEALER, redis.Parking(self.redis)),
            clients=sql.SqlClients(self.engine),
            signing_keys=sql.SqlSigningKeys(self.engine, SEALER),
            secrets=sql.SqlSecrets(self.engine, SEALER),
            consents=sql.SqlConsents(self.engine),
            spent=sql.SqlSpentTokens(self.engine),
            audit=sql.SqlAuditLog(self.engine),
            handoffs=redis.RedisHandoffs(self.redis, SEALER),
            waiting=redis.RedisWaiting(self.redis, SEALER),
            sessions=redis.RedisSessions(
                self.redis, SEALER, idle=lifetimes.session_idle, limit=lifetimes.session
            ),
            tokens=Tokens(
                redis.RedisTokens(self.redis, SEALER, session_limit=lifetimes.session),
                sql.SqlRefreshTokens(self.engine, SEALER),
            ),
            limiter=redis.RedisRateLimiter(self.redis),
            checks={},
            close=self.close,
        )

    def reset(self) -> None:
        """As it was at first: nothing in Redis, the clients as registered, the clock at NOW."""
        self.redis.command("FLUSHALL")
        self.clock = float(NOW)
        self.camdigikey.reset()
        for key in self.services.signing_keys.all():
            if key.retired_at is not None:
                self.services.signing_keys.remove(key.kid)
        for client in clients():
            self.register(client)

    def close(self) -> None:
        self.redis.close()
        self.engine.dispose()

    def register(self, client: Client) -> Client:
        store = self.services.clients
        (store.replace if store.get(client.client_id) else store.add)(client)
        return client

    def change(self, client_id: str, **changes: Any) -> Client:
        client = self.services.clients.get(client_id)
        assert client is not None
        return self.register(replace(client, **changes))

    def session(self, key: str = "session-1", **changes: Any) -> Session:
        """A live Session, kept."""
        upstream = UpstreamToken("upstream", NOW, NOW + 3600, NOW)
        subject = Subject("subject-1", IDENTITY, NOW)
        session = Session(key, f"sid-{key}", subject, NOW, "interaction", upstream=upstream)
        session = replace(session, **changes)
        self.services.sessions.save(session, int(self.clock))
        return session

    def grant(self, client_id: str = "web", **changes: Any) -> Grant:
        client = self.services.clients.get(client_id)
        assert client is not None
        grant = Grant(
            id=os.urandom(8).hex(),
            client_id=client_id,
            subject=Subject("subject-1", IDENTITY, NOW),
            sub="pairwise-sub",
            scope=("openid", "profile"),
            claims=ClaimsRequest(),
            reach=SUPPORTED_CLAIMS,
            claims_locales=(),
            nonce="n-once",
            auth_time=NOW - 5,
            acr=ACR,
            amr=(),
            sid="sid-session-1",
            session_key="session-1",
            created_at=int(self.clock),
        )
        return replace(grant, **changes)

    def code(self, client_id: str = "web", *, code_challenge: str | None = CHALLENGE, **changes: Any) -> str:
        """A code that was just given to this client."""
        grant = self.grant(client_id, **changes)
        code = new_code(grant.id, self.services.token_bytes)
        now = int(self.clock)
        assert self.services.tokens.open_grant(code, Code(grant, CALLBACK, code_challenge, now + 60), now)
        return code

    def post(self, body: bytes, headers: Mapping[str, str] | None = None, content_type: str = FORM) -> Said:
        """A raw request to `/token`."""
        return Said(self.endpoint.answer(ClientRequest("POST", headers or {}, content_type, body)))

    def token(self, client_id: str = "web", /, **fields: str | None) -> Said:
        """A request to `/token` as this client, by the way it is registered for."""
        client = self.services.clients.get(client_id)
        assert client is not None
        form = {name: value for name, value in fields.items() if value is not None}
        headers = {}
        if client.token_endpoint_auth_method == "client_secret_basic":
            headers["Authorization"] = basic(client_id)
        else:
            form["client_id"] = client_id
            if not client.public:
                form["client_secret"] = SECRET
        return self.post(urlencode(form).encode(), headers)

    def exchange(self, client_id: str, code: str, /, **changes: str | None) -> Said:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        }
        return self.token(client_id, **{**fields, **changes})

    def tokens(self, client_id: str = "web", **changes: Any) -> Said:
        """Tokens of a new Grant."""
        said = self.exchange(client_id, self.code(client_id, **changes))
        assert said.status == 200, said.body
        return said

    def refresh(self, client_id: str, refresh_token: str, /, **changes: str | None) -> Said:
        fields = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self.token(client_id, **{**fields, **changes})

    def userinfo(self, access_token: str) -> Said:
        headers = {"Authorization": f"Bearer {access_token}"}
        return Said(self.userinfo_endpoint.answer(ClientRequest("GET", headers)))
