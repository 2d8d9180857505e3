"""The endpoints that applications call, put together on real stores (Valkey, SQLite), for tests.

The fixture is called `house` after its class; its clock stands still until a test moves it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from bridge.domain.claims import SUPPORTED_CLAIMS
from bridge.domain.client import Client, GrantType
from bridge.domain.connector import Capabilities, UpstreamLogin
from bridge.domain.encoding import base64url, from_base64url
from bridge.domain.grant import Grant, Origin
from bridge.domain.ids import ClientId, ConnectorId, GrantId, InteractionId, SessionKey, Sid, Sub, SubjectId
from bridge.domain.outbox import OutboxMessage
from bridge.domain.policy import Policy
from bridge.domain.principal import LoginFacts, PersonPrincipal
from bridge.domain.session import ACR, Session
from bridge.domain.subject import Identity, Subject, SubjectKey, UpstreamToken
from bridge.domain.token import AuthorizationCode
from bridge.errors import UpstreamError
from bridge.oidc import provider
from bridge.oidc.answer import FORM, Answer, ClientRequest
from bridge.oidc.client_auth.secrets import SECRET as SECRET_HASH
from bridge.oidc.endpoints import url_of
from bridge.oidc.keys import Keys
from bridge.oidc.token_issuer import new_code
from bridge.ops.counters import Counters
from bridge.ports.services import Services
from bridge.sessions.ending import SessionEnding
from bridge.sessions.upstream import UpstreamLogout
from bridge.sessions.watch import SessionWatch
from bridge.stores import redis, sql
from bridge.stores.grants import Grants
from bridge.stores.sealing import MasterSealer, SealedInteractions
from bridge.stores.tokens import Tokens

CONNECTOR = ConnectorId("camdigikey")
CARRIES_STATE = Capabilities(carries_state=True)
SESSION = SessionKey("session-1")
NOW = 1_790_000_000
ISSUER = "https://login.example"
SECRET = "s3cret-with_no.special~letters"
CALLBACK = "https://app.example/cb?tenant=1"
VERIFIER = "v" * 43
CHALLENGE = base64url(hashlib.sha256(VERIFIER.encode()).digest())
BOTH: tuple[GrantType, ...] = ("authorization_code", "refresh_token")
OWN_SCOPES = ("registry.read", "registry.write")  # of a client itself: they speak of no person
SCOPES = ("openid", "profile", "email", "phone", "nationality", "age", "roles", "offline_access")
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

    id: ConnectorId = CONNECTOR
    capabilities: Capabilities = CARRIES_STATE
    login_pages: tuple[str, ...] = ()
    living: bool | UpstreamError = True
    fresh: UpstreamToken | UpstreamError | None = None
    asked: list[str] = field(default_factory=list)

    def reset(self) -> None:
        self.living, self.fresh = True, None
        self.asked.clear()

    def start(self, state: str) -> str:
        raise AssertionError("no login begins here")

    def exchange(self, auth_token: str) -> UpstreamLogin:
        raise AssertionError("no login begins here")

    def close(self) -> None:
        """Nothing was opened."""

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


class NotedOutbox:
    """ports.outbound.Outbox, as far as it is written here: what was put into it."""

    def __init__(self) -> None:
        self.messages: list[OutboxMessage] = []

    def put(self, messages: Sequence[OutboxMessage]) -> None:
        self.messages += messages


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
    return cast(dict[str, Any], json.loads(from_base64url(part)))


def basic(client_id: str, secret: str = SECRET) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def clients() -> tuple[Client, ...]:
    hashes = (SEALER.mac(SECRET_HASH, SECRET),)
    common: dict[str, Any] = {
        "redirect_uris": (CALLBACK,),
        "scope": SCOPES,
        "sector_identifier": "app.example",
        "grant_types": BOTH,
    }
    machine = {"scope": ("openid", "profile", *OWN_SCOPES), "grant_types": ("client_credentials",)}
    return (
        Client(ClientId("web"), "Portal", secret_hashes=hashes, **common),
        Client(
            ClientId("post"),
            "By post",
            secret_hashes=hashes,
            token_endpoint_auth_method="client_secret_post",
            require_pkce=False,
            **common,
        ),
        Client(ClientId("spa"), "Page", token_endpoint_auth_method="none", **common),
        Client(ClientId("once"), "No refresh", secret_hashes=hashes, **{**common, "grant_types": BOTH[:1]}),
        Client(ClientId("off"), "Disabled", secret_hashes=hashes, enabled=False, **common),
        Client(ClientId("machine"), "Nightly run", secret_hashes=hashes, **{**common, **machine}),
    )


class House:
    """The provider of one process, and requests to it as its clients make them. Tests set `clock`."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.policy = Policy(ISSUER)
        self.clock = float(NOW)
        self.redis = redis.connect(redis_url)
        self.engine = sql.connect(f"sqlite:///{folder / 'bridge.db'}")
        self.camdigikey = FakeCamDigiKey()
        self.counters = Counters()
        self.outbox = NotedOutbox()
        self.keys = Keys(sql.SqlSigningKeys(self.engine, SEALER), lambda: self.clock)
        self.keys.ensure()
        self.services = self._services()
        self.watch = self._watch()
        self.provider = provider.assemble(self.services, self.policy, self.watch)

    def _services(self) -> Services:
        lifetimes, kept, counters = self.policy.lifetimes, self.redis, self.counters
        redis_grants = redis.RedisGrants(kept, SEALER, counters, session_limit=lifetimes.session)
        grants = Grants(redis_grants, sql.SqlGrants(self.engine, SEALER, counters))
        offline = sql.SqlRefreshTokens(self.engine, SEALER, counters)
        return Services(
            clock=lambda: self.clock,
            token_bytes=os.urandom,
            subject_key=SubjectKey(b"k" * 32),
            connectors={CONNECTOR: self.camdigikey},
            sealer=SEALER,
            signer=self.keys,
            interactions=SealedInteractions(SEALER, redis.Parking(kept), counters),
            clients=sql.SqlClients(self.engine, counters),
            people=sql.SqlClientPeople(self.engine, SEALER, counters),
            deleted_clients=cast(Any, None),
            logos=cast(Any, None),
            pictures=cast(Any, None),
            signing_keys=sql.SqlSigningKeys(self.engine, SEALER),
            secrets=sql.SqlSecrets(self.engine, SEALER),
            consents=sql.SqlConsents(self.engine),
            spent=sql.SqlSpentTokens(self.engine),
            audit=sql.SqlAuditLog(self.engine, counters),
            activity=sql.SqlActivity(self.engine),
            alert_states=sql.SqlAlertStates(self.engine),
            certificates=(),
            handoffs=redis.RedisHandoffs(kept, SEALER, counters),
            confirmations=redis.RedisConfirmations(kept, SEALER, counters),
            sessions=redis.RedisSessions(
                kept, SEALER, counters, idle=lifetimes.session_idle, limit=lifetimes.session
            ),
            grants=grants,
            codes=redis.RedisCodes(kept, SEALER, counters),
            tokens=Tokens(redis.RedisTokens(kept, SEALER, counters), offline, grants),
            limiter=redis.RedisRateLimiter(kept),
            outbox=cast(Any, self.outbox),
            fetcher=cast(Any, None),  # nothing here calls out
            trail=cast(Any, None),  # nobody administers here
            approvals=cast(Any, None),
            person_looks=cast(Any, None),
            administrators=cast(Any, None),
            console_sessions=cast(Any, None),
            facts=cast(Any, None),
            idempotency=cast(Any, None),
            environment="",
            personas={},
            every={},
            lease=cast(Any, None),
            job_log=cast(Any, None),
            counters=counters,
            checks={},
            close=self.close,
        )

    def _watch(self) -> SessionWatch:
        s = self.services
        self.ending = SessionEnding(
            s.sessions,
            s.grants,
            s.clients,
            s.outbox,
            UpstreamLogout(s.connectors, s.audit),
            s.subject_key,
            s.audit,
        )
        return SessionWatch(s.sessions, s.connectors, s.limiter, self.ending, s.audit, self.policy)

    def reset(self) -> None:
        """As it was at first: nothing in Redis, the clients as registered, the clock at NOW."""
        self.redis.command("FLUSHALL")
        self.clock = float(NOW)
        self.camdigikey.reset()
        self.outbox.messages.clear()
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

    def client(self, client_id: str = "web") -> Client:
        """As it is registered now."""
        found = self.services.clients.get(client_id)
        assert found is not None
        return found

    def change(self, client_id: str, **changes: Any) -> Client:
        return self.register(replace(self.client(client_id), **changes))

    def session(self, key: SessionKey = SESSION, **changes: Any) -> Session:
        """A live Session, kept."""
        upstream = UpstreamToken("upstream", CONNECTOR, NOW, NOW + 3600, NOW)
        subject = Subject(SubjectId("subject-1"), IDENTITY, NOW)
        session = Session(
            key, Sid(f"sid-{key}"), subject, NOW, InteractionId("interaction"), upstream=upstream
        )
        session = replace(session, **changes)
        self.services.sessions.save(session, int(self.clock))
        return session

    def end_session(self, key: SessionKey = SESSION) -> None:
        """As whatever ends one does."""
        self.ending.end((key,), "person", int(self.clock))

    def grant(self, client_id: str = "web", *, person: Any = None, **changes: Any) -> Grant:
        """Of a person, `person` being what is different about their login; nothing is kept."""
        grant_id = GrantId(os.urandom(8).hex())
        login = LoginFacts(Sid("sid-session-1"), SESSION, NOW - 5, ACR)
        principal = PersonPrincipal(
            Subject(SubjectId("subject-1"), IDENTITY, NOW),
            Sub("pairwise-sub"),
            replace(login, **(person or {})),
            roles=("clerk",),
        )
        grant = Grant(
            id=grant_id,
            origin=Origin("interaction", f"interaction-{grant_id}"),
            client_id=ClientId(client_id),
            principal=principal,
            scope=("openid", "profile"),
            created_at=int(self.clock),
            claim_names=SUPPORTED_CLAIMS,
        )
        return replace(grant, **changes)

    def code(
        self,
        client_id: str = "web",
        *,
        code_challenge: str | None = CHALLENGE,
        nonce: str | None = "n-once",
        **changes: Any,
    ) -> str:
        """A code that was just given to this client."""
        grant, now = self.grant(client_id, **changes), int(self.clock)
        text = new_code(grant.id, self.services.token_bytes)
        code = AuthorizationCode(grant.id, grant.client_id, CALLBACK, now + 60, code_challenge, nonce)
        assert self.services.grants.open(grant, now, (text, code))
        return text

    def request(
        self, name: str, body: bytes = b"", headers: Mapping[str, str] | None = None, kind: str = FORM
    ) -> ClientRequest:
        """A raw POST to an endpoint."""
        return ClientRequest("POST", url_of(name, ISSUER), headers or {}, kind, body)

    def post(self, body: bytes, headers: Mapping[str, str] | None = None, content_type: str = FORM) -> Said:
        """A raw request to `/token`."""
        return Said(self.provider.token.answer(self.request("token", body, headers, content_type)))

    def proven(self, client_id: str, fields: Mapping[str, str | None]) -> tuple[bytes, dict[str, str]]:
        """A form of this client's, and the headers, by the way it is registered for."""
        client = self.client(client_id)
        form = {name: value for name, value in fields.items() if value is not None}
        if client.token_endpoint_auth_method == "client_secret_basic":
            return urlencode(form).encode(), {"Authorization": basic(client_id)}
        form["client_id"] = client_id
        if not client.public:
            form["client_secret"] = SECRET
        return urlencode(form).encode(), {}

    def token(self, client_id: str = "web", /, **fields: str | None) -> Said:
        """A request to `/token` as this client."""
        return self.post(*self.proven(client_id, fields))

    def introspect(self, token: str | None, client_id: str = "web", /, **fields: str | None) -> Said:
        """A request to `/introspect` as this client."""
        request = self.request("introspection", *self.proven(client_id, {"token": token, **fields}))
        return Said(self.provider.introspection.answer(request))

    def revoke(self, token: str | None, client_id: str = "web", /, **fields: str | None) -> Said:
        """A request to `/revoke` as this client."""
        request = self.request("revocation", *self.proven(client_id, {"token": token, **fields}))
        return Said(self.provider.revocation.answer(request))

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
        request = ClientRequest("GET", url_of("userinfo", ISSUER), headers)
        return Said(self.provider.userinfo.answer(request))
