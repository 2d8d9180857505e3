"""Every setting, with its type, its default and its meaning."""

import base64
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bridge.domain.ids import ConnectorId
from bridge.domain.policy import Lifetimes as PolicyLifetimes
from bridge.domain.policy import Policy
from bridge.settings.values import ConstantClaims, Count, Listed, Seconds, Window

DEFAULT_CONNECTOR = ConnectorId("camdigikey")


def section_of(connector_id: ConnectorId) -> str:
    """The table of the settings file that an account stands in."""
    return "camdigikey" if connector_id == DEFAULT_CONNECTOR else f"connectors.{connector_id}"


_DEFAULTS = PolicyLifetimes()  # the numbers stand in domain.policy


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Server(_Part):
    """The address that the service listens at, and its processes and threads."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    workers: Annotated[int, Field(ge=1, le=64)] = 2
    threads: Annotated[int, Field(ge=1, le=256)] = 16  # per worker; a call to CamDigiKey holds one
    trusted_proxies: Annotated[tuple[str, ...], Listed] = ()  # networks whose X-Forwarded-… headers count
    max_body: Annotated[int, Field(ge=1024, le=1048576)] = 65536  # bytes
    body_within: Annotated[int, Field(ge=1, le=300)] = 10  # seconds that a request's body may take
    keep_alive: Annotated[int, Field(ge=5, le=3600)] = 75  # seconds of an idle connection: above the proxy's


class Database(_Part):
    """SQL: sqlite:///… or postgresql://…; empty means SQLite in `data_dir`."""

    url: SecretStr = SecretStr("")
    pool_size: Annotated[int, Field(ge=1, le=100)] = 8  # per worker
    timeout: Annotated[float, Field(gt=0, le=60)] | None = None  # seconds; PostgreSQL 0.8, SQLite's writer 5


class Redis(_Part):
    """`embedded://` (our own Valkey in `data_dir`), or redis://, rediss://, unix://, Sentinel, Cluster."""

    url: SecretStr = SecretStr("embedded://")
    pool_size: Annotated[int, Field(ge=1, le=1000)] = 32  # per worker
    timeout: Annotated[float, Field(gt=0, le=60)] = 0.6  # seconds for an answer; then it counts as away


class CamDigiKey(_Part):
    """A service account: a file in the form of the simulator's partner.json, and how to use it."""

    partner: Path | None = None
    version: Literal["v3", "v2"] | None = None  # else as the partner's file says, or v3
    login_origins: Annotated[tuple[str, ...], Listed] = ()  # of its login pages; empty: any https address
    success_return_url: bool = False  # send our callback with each login (v3); it must be registered there
    error_return_url: bool = False  # the same of our error callback
    connect_timeout: Annotated[float, Field(gt=0, le=30)] = 2.0
    timeout: Annotated[float, Field(gt=0, le=60)] = 8.0
    max_in_flight: Annotated[int, Field(ge=1, le=256)] = 12  # per worker: keep below server.threads
    signer_subject: str = ""  # pins the token signer further; empty: any under the trusted root
    signer_key_sha256: str = ""
    amr: Annotated[tuple[str, ...], Listed] = ()  # never mfa: CamDigiKey does not say how it asked


class Lifetimes(_Part):
    """Seconds (DESIGN §5); a client may have its own of code, access_token, id_token and refresh."""

    code: Seconds = _DEFAULTS.code
    handoff: Seconds = _DEFAULTS.handoff
    interaction: Seconds = _DEFAULTS.interaction
    confirm: Seconds = _DEFAULTS.confirm
    access_token: Seconds = _DEFAULTS.access_token
    id_token: Seconds = _DEFAULTS.id_token
    session_idle: Seconds = _DEFAULTS.session_idle
    session: Seconds = _DEFAULTS.session
    refresh_idle: Seconds = _DEFAULTS.refresh_idle
    refresh: Seconds = _DEFAULTS.refresh
    upstream_check: Seconds = _DEFAULTS.upstream_check


class Limits(_Part):
    """Starts of a Handoff, callbacks without one, and what strangers may leave here (DESIGN §6.15, §6.21)."""

    per_browser: Count = 10
    per_browser_window: Window = 300
    per_address: Count = 300
    per_address_window: Window = 60
    unsolicited_per_address: Count = 30  # callbacks without a Handoff, in a minute
    unsolicited_in_all: Count = 600  # of all addresses together, in a minute
    parked_in_all: Count = 2000  # requests too large for a URL, in half an hour
    api_per_client: Count = 600  # requests of one application to the administration API, in a minute


class Look(_Part):
    """What the pages show of the institution."""

    institution: str = "CamDigiKey bridge"
    institution_km: str = ""
    logo: str = ""  # an https address, or a path below this server
    colour: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#0b5cad"
    help_uri: str = ""


class Claims(_Part):
    """Claims that are the same for everybody: facts of the institution, or values for conformance tests."""

    constant: ConstantClaims = Field(default_factory=dict)


class Admin(_Part):
    """The administration console at /admin. Nobody administers before `bridge admin invite`."""

    enabled: bool = True
    connector: str = ""  # the CamDigiKey account by which administrators sign in; empty: the first
    networks: Annotated[tuple[str, ...], Listed] = ()  # that may see it (10.0.0.0/8); empty: everywhere
    audit_days: Annotated[int, Field(ge=30, le=36500)] = 400  # how long what administrators did is kept
    activity_days: Annotated[int, Field(ge=1, le=3650)] = 90  # how long sign-ins and refusals are kept


class Alerts(_Part):
    """Who is told when something ends soon, or many sign-ins fail (docs/guides/alerts.md)."""

    webhook: str = ""  # an https address that is called; empty: the log alone says it
    secret: SecretStr = SecretStr("")  # signs the calls; at least 32 characters
    days: Annotated[int, Field(ge=1, le=365)] = 30  # before something ends
    failures: Count = 50  # sign-ins that fail within `window`
    window: Annotated[int, Field(ge=60, le=86400)] = 600  # seconds


class Outbound(_Part):
    """Calls to addresses that clients registered.

    Only https and public networks, but for what is named here.
    """

    allowed_hosts: Annotated[tuple[str, ...], Listed] = ()  # names that may be anywhere, and plain http
    allowed_networks: Annotated[tuple[str, ...], Listed] = ()  # networks that are not public (10.0.0.0/8)
    ca_file: Path | None = None  # certificates (PEM) that are trusted besides the system's
    timeout: Annotated[float, Field(gt=0, le=30)] = 5.0  # seconds for a whole call


class Log(_Part):
    """JSON lines on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(_Part):
    """Everything that an institution can set."""

    issuer: str = "http://127.0.0.1:8080"
    data_dir: Path = Path("data")
    master_keys: Annotated[tuple[SecretStr, ...], Listed] = ()  # base64 of 32 bytes; which seals, SQL says
    debug: bool = False
    server: Server = Server()
    database: Database = Database()
    redis: Redis = Redis()
    camdigikey: CamDigiKey = CamDigiKey()  # the account that serves where a client names no other
    connectors: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")], CamDigiKey] = Field(
        default_factory=dict
    )  # further accounts by name; a client names one of them as its connector
    lifetimes: Lifetimes = Lifetimes()
    limits: Limits = Limits()
    look: Look = Look()
    claims: Claims = Claims()
    admin: Admin = Admin()
    alerts: Alerts = Alerts()
    outbound: Outbound = Outbound()
    log: Log = Log()

    @property
    def secure(self) -> bool:
        """Whether the issuer is https; cookies follow it (DESIGN §6.16)."""
        return self.issuer.startswith("https://")

    @property
    def database_url(self) -> str:
        """The SQL address, SQLite in the data directory by default."""
        return self.database.url.get_secret_value() or f"sqlite:///{self.data_dir.absolute() / 'bridge.db'}"

    @property
    def accounts(self) -> dict[ConnectorId, CamDigiKey]:
        """Every CamDigiKey account by its id; the first is the one of clients that name none."""
        further = {ConnectorId(name): account for name, account in self.connectors.items()}
        return {DEFAULT_CONNECTOR: self.camdigikey, **further}

    @property
    def policy(self) -> Policy:
        """The settings that rules depend on."""
        lifetimes = PolicyLifetimes(**self.lifetimes.model_dump())
        amr = {name: account.amr for name, account in self.accounts.items()}
        return Policy(self.issuer, lifetimes, dict(self.claims.constant), amr, self.look.help_uri or None)

    def url(self, path: str) -> str:
        """The public address of a path, below the issuer."""
        return self.issuer + path

    def keys(self) -> tuple[bytes, ...]:
        """The master keys as bytes."""
        return tuple(base64.b64decode(key.get_secret_value()) for key in self.master_keys)
