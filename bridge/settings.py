"""The Settings tree: one TOML file and `BRIDGE_…` environment variables, checked as a whole at the start.

A variable is named by its path, two underscores between the steps (`BRIDGE_SERVER__PORT`); one that ends in
`_FILE` names a file that holds the value, for secrets (`BRIDGE_MASTER_KEYS_FILE`). The environment wins over
the file. Every fault is reported at once, one sentence each, as ConfigError; a secret prints as `***`.
"""

import base64
import binascii
import ipaddress
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from bridge.domain.ids import ConnectorId
from bridge.domain.network import is_loopback
from bridge.domain.policy import Lifetimes as PolicyLifetimes
from bridge.domain.policy import Policy
from bridge.errors import ConfigError

PREFIX = "BRIDGE_"
DEFAULT_CONNECTOR = ConnectorId("camdigikey")
Seconds = Annotated[int, Field(ge=1)]


def _listed(value: object) -> object:
    """A text from the environment stands for a list: JSON, or words separated by commas or white space."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return value.replace(",", " ").split()


Listed = BeforeValidator(_listed)
# Standard claims that are no texts, and how a constant of each is written (OIDC Core §5.1).
TYPED: Mapping[str, tuple[type, str]] = {
    "email_verified": (bool, "true or false"),
    "phone_number_verified": (bool, "true or false"),
    "updated_at": (int, "a number of seconds"),
    "address": (dict, 'a table ({"formatted": "…"})'),
}


def _constants(value: object) -> object:
    """A text from the environment stands for a table in JSON; standard claims get their own type."""
    if isinstance(value, str):
        value = _from_json(value)
        if not isinstance(value, dict):
            raise ValueError('as one variable it is JSON: {"website": "https://…", "email_verified": true}')
    return {name: _typed(name, one) for name, one in value.items()} if isinstance(value, dict) else value


def _typed(name: str, value: object) -> object:
    if name not in TYPED:
        return value
    wanted, words = TYPED[name]
    found = _from_json(value) if isinstance(value, str) else value
    if type(found) is not wanted:  # a bool is an int to isinstance
        raise ValueError(f"{name} is {words}")
    return found


def _from_json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Server(_Part):
    """Where it listens, and how many serve."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    workers: Annotated[int, Field(ge=1, le=64)] = 2
    threads: Annotated[int, Field(ge=1, le=256)] = 16  # per worker; a call to CamDigiKey holds one
    trusted_proxies: Annotated[tuple[str, ...], Listed] = ()  # networks whose X-Forwarded-… headers count
    max_body: Annotated[int, Field(ge=1024)] = 65536  # bytes
    body_within: Annotated[int, Field(ge=1, le=300)] = 10  # seconds that a request's body may take


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
    connect_timeout: Annotated[float, Field(gt=0, le=30)] = 2.0
    timeout: Annotated[float, Field(gt=0, le=60)] = 8.0
    max_in_flight: Annotated[int, Field(ge=1, le=256)] = 12  # per worker: keep below server.threads
    signer_subject: str = ""  # pins the token signer further; empty: any under the trusted root
    signer_key_sha256: str = ""
    amr: Annotated[tuple[str, ...], Listed] = ()  # never mfa: CamDigiKey does not say how it asked


class Lifetimes(_Part):
    """Seconds (DESIGN §5); a client may have its own of code, access_token, id_token and refresh."""

    code: Seconds = 60
    handoff: Seconds = 300
    interaction: Seconds = 1800
    confirm: Seconds = 120
    access_token: Seconds = 600
    id_token: Seconds = 600
    session_idle: Seconds = 3600
    session: Seconds = 8 * 3600
    refresh_idle: Seconds = 30 * 86400
    refresh: Seconds = 90 * 86400
    upstream_check: Seconds = 300


class Limits(_Part):
    """Starts of a Handoff, and callbacks without one (DESIGN §6.15)."""

    per_browser: Annotated[int, Field(ge=1)] = 10
    per_browser_window: Seconds = 300
    per_address: Annotated[int, Field(ge=1)] = 300
    per_address_window: Seconds = 60


class Look(_Part):
    """The institution's face on the pages."""

    institution: str = "CamDigiKey bridge"
    institution_km: str = ""
    logo: str = ""  # an https address, or a path below this server
    colour: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#0b5cad"
    help_uri: str = ""


class Claims(_Part):
    """What is added to everybody's claims: constants of the institution, and for tests of conformance."""

    constant: Annotated[dict[str, str | int | bool | dict[str, str]], BeforeValidator(_constants)] = Field(
        default_factory=dict
    )


class Log(_Part):
    """JSON lines on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(_Part):
    """Everything that an institution can set."""

    issuer: str = "http://127.0.0.1:8080"
    data_dir: Path = Path("data")
    master_keys: Annotated[tuple[SecretStr, ...], Listed] = ()  # base64 of 32 bytes; first seals, all open
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
        """Every CamDigiKey account by its id; the first serves clients that name none."""
        further = {ConnectorId(name): account for name, account in self.connectors.items()}
        return {DEFAULT_CONNECTOR: self.camdigikey, **further}

    @property
    def policy(self) -> Policy:
        """What rules read of the settings."""
        lifetimes = PolicyLifetimes(**self.lifetimes.model_dump())
        constant, help_uri = dict(self.claims.constant), self.look.help_uri or None
        return Policy(self.issuer, lifetimes, constant, self.camdigikey.amr, help_uri)

    def url(self, path: str) -> str:
        """The public address of a path: every one derives from the issuer."""
        return self.issuer + path

    def keys(self) -> tuple[bytes, ...]:
        """The master keys as bytes."""
        return tuple(base64.b64decode(key.get_secret_value()) for key in self.master_keys)


def load(file: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises ConfigError with every fault at once."""
    faults: list[str] = []
    tree = _read_file(file, faults) if file else {}
    _overlay_environment(tree, environ, faults)
    settings = _read_tree(tree, faults)
    faults += check(settings)
    if faults:
        raise ConfigError(tuple(faults))
    return settings


def _read_tree(tree: dict[str, Any], faults: list[str]) -> Settings:
    """The settings of a tree; what is faulty by itself is told and left out, so the rest is looked at too."""
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    faults += [_sentence(fault) for fault in found]
    for fault in found:
        _leave_out(tree, fault["loc"])
    return Settings.model_validate(tree)


def _leave_out(tree: dict[str, Any], place: Sequence[int | str]) -> None:
    """Take the innermost part that a fault's place names out of the tree."""
    part, name = tree, str(place[0])
    for step in place[1:]:
        below = part.get(name)
        if not isinstance(below, dict) or step not in below:
            break
        part, name = below, str(step)
    part.pop(name, None)


def check(settings: Settings) -> list[str]:
    """The faults of settings that are well-formed one by one: insecure or contradictory ones."""
    found = [*_issuer_faults(settings.issuer), *_key_faults(settings)]
    if settings.debug and settings.secure:
        found.append("debug shows what strangers must not see: leave it out where the issuer is https.")
    for network in settings.server.trusted_proxies:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            found.append(f"server.trusted_proxies: {network!r} is no address or network (10.0.0.0/8).")
    if "mfa" in settings.camdigikey.amr:
        found.append("camdigikey.amr: mfa can't be claimed, CamDigiKey does not say how it asked.")
    if settings.camdigikey.max_in_flight >= settings.server.threads:
        found.append("camdigikey.max_in_flight has to be below server.threads, so that threads stay free.")
    return found


def _issuer_faults(issuer: str) -> list[str]:
    try:
        parts = urlsplit(issuer)
        _ = parts.port
    except ValueError:
        return [f"issuer: {issuer!r} is not an address."]
    faults = []
    if parts.scheme not in ("http", "https") or not parts.hostname:
        faults.append("issuer has to be an address that starts with https://.")
    elif parts.scheme == "http" and not is_loopback(parts.hostname):
        faults.append("issuer: plain http is for 127.0.0.1, ::1 and localhost alone; use https.")
    if parts.query or parts.fragment or parts.username or issuer.endswith("/"):
        faults.append("issuer has no user, query, fragment or slash at its end (OIDC Discovery §3).")
    if parts.path:
        faults.append("issuer has no path: cookies of the kind __Host- belong to a whole host.")
    return faults


def _key_faults(settings: Settings) -> list[str]:
    if not settings.master_keys:
        return ["master_keys is missing: set BRIDGE_MASTER_KEYS_FILE; `bridge keys master` prints a new key."]
    for key in settings.master_keys:
        try:
            if len(base64.b64decode(key.get_secret_value(), validate=True)) == 32:
                continue
        except (binascii.Error, ValueError):
            pass  # the same sentence as for a wrong length
        return ["master_keys: each is 32 random bytes in base64; `bridge keys master` prints one."]
    return []


def _read_file(file: Path, faults: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        faults.append(f"The settings file {file} can't be read: {error.strerror}.")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"The settings file {file} is not TOML: {error}.")
    return {}


def _overlay_environment(tree: dict[str, Any], environ: Mapping[str, str], faults: list[str]) -> None:
    for name, value in sorted(environ.items()):
        if not name.startswith(PREFIX) or name == PREFIX + "CONFIG":
            continue
        path = name.removeprefix(PREFIX).lower()
        if path.endswith("_file"):
            path = path.removesuffix("_file")
            try:
                value = Path(value).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                faults.append(f"{name} names a file that can't be read: {value}.")
                continue
        *steps, last = path.split("__")
        part = tree
        for step in steps:
            part = part.setdefault(step, {})
            if not isinstance(part, dict):
                faults.append(f"{name} names a part of {step}, which has no parts.")
                part = {}
        part[last] = value


def _sentence(fault: Any) -> str:
    path = ".".join(str(step) for step in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"{path} is not a setting; see `bridge config show` for those that are."
    return f"{path}: {fault['msg']}."
