"""What is sent and answered, as frozen values; and how CamDigiKey's fields are read."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bridge.camdigikey.errors import AnswerError

VERSIONS = ("v3", "v2")
NEEDED = (
    "client_id",
    "domain",
    "hmac_key",
    "aes_secret_key",
    "aes_iv_params",
    "base_url",
    "keystore",
    "trust_store",
)
STORE_PASSWORDS = ("keystore_password", "trust_store_password")  # in place of one store_password for both
MIN_MILLISECONDS = 10**11  # a number from here on is milliseconds: as seconds it would be the year 5138
MAX_INSTANT = 253_402_300_799  # 9999-12-31T23:59:59, the last second that Python's datetime knows


@dataclass(frozen=True, slots=True)
class Partner:
    """A service account at CamDigiKey. Keys are bytes; `version` is v3 or v2."""

    client_id: str
    domain: str
    hmac_key: bytes = field(repr=False)
    aes_secret_key: bytes = field(repr=False)
    aes_iv_params: bytes = field(repr=False)
    base_url: str
    keystore: bytes = field(repr=False)
    trust_store: bytes = field(repr=False)
    store_password: str = field(repr=False)
    version: str = "v3"
    trust_store_password: str | None = field(default=None, repr=False)  # None: the same as the keystore's

    def __post_init__(self) -> None:
        if not self.domain or re.search(r"[/\s]", self.domain):
            raise ValueError(
                "the domain is a name alone, without https:// and without a slash, as it was registered"
            )
        if self.version not in VERSIONS:
            raise ValueError(f"the version is one of {', '.join(VERSIONS)}")
        if len(self.aes_secret_key) != 32 or len(self.aes_iv_params) != 16 or not self.hmac_key:
            raise ValueError("the AES key has 32 bytes, its IV 16, and the HMAC key at least one")

    @classmethod
    def from_file(cls, path: str | Path, *, version: str | None = None) -> "Partner":
        """Read a partner.json; its stores lie beside it. Raises OSError, ValueError (what is wrong).

        `store_password` opens both stores; where they differ, `keystore_password` and `trust_store_password`.
        """
        path = Path(path)
        try:
            tree = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            raise ValueError(f"{path.name} is not JSON") from None
        if not isinstance(tree, dict):
            raise ValueError(f"{path.name} has to hold one object with the account's settings")
        _check_names(path.name, tree)
        try:
            return cls(
                client_id=str(tree["client_id"]),
                domain=str(tree["domain"]),
                hmac_key=base64.b64decode(tree["hmac_key"], validate=True),
                aes_secret_key=base64.b64decode(tree["aes_secret_key"], validate=True),
                aes_iv_params=base64.b64decode(tree["aes_iv_params"], validate=True),
                base_url=str(tree["base_url"]),
                keystore=(path.parent / tree["keystore"]).read_bytes(),
                trust_store=(path.parent / tree["trust_store"]).read_bytes(),
                store_password=str(tree.get("keystore_password", tree.get("store_password"))),
                trust_store_password=str(tree.get("trust_store_password", tree.get("store_password"))),
                version=version or str(tree.get("version", "v3")),
            )
        except (binascii.Error, TypeError):
            raise ValueError(
                f"{path.name}: keys have to be base64 and the stores names of files, all in quotes"
            ) from None


def _check_names(file: str, tree: Mapping[str, object]) -> None:
    """All names that are needed, and none that means nothing here: it would be a setting that is not heard.

    Raises ValueError.
    """
    passwords = STORE_PASSWORDS if "store_password" not in tree else ()
    if missing := [name for name in (*NEEDED, *passwords) if name not in tree]:
        raise ValueError(f"{file} lacks {', '.join(missing)}")
    if unknown := sorted(set(tree) - {*NEEDED, *STORE_PASSWORDS, "store_password", "version"}):
        raise ValueError(f"{file}: {', '.join(unknown)} is not known; the names are those of the README")


@dataclass(frozen=True, slots=True)
class LoginToken:
    """The start of a login: the browser goes to `login_url`, exactly as given."""

    login_token: str = field(repr=False)
    login_url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class User:
    """The fields of a person's token (PROTOCOL, Calls). Any may be empty but `camdigikey_id`."""

    camdigikey_id: str = field(repr=False)
    personal_code: str = field(default="", repr=False)
    first_name_en: str = field(default="", repr=False)
    last_name_en: str = field(default="", repr=False)
    first_name_kh: str = field(default="", repr=False)
    last_name_kh: str = field(default="", repr=False)
    gender: str = field(default="", repr=False)
    dob: str = field(default="", repr=False)
    mobile_phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    nationality: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Organization:
    """The field of an organization's token."""

    domain: str


@dataclass(frozen=True, slots=True)
class TokenStatus:
    """What CamDigiKey says of a token; times in epoch seconds, None where it says nothing."""

    status: bool
    type: str = ""
    user: User | None = None
    organization: Organization | None = None
    issued_at: float | None = None
    not_before: float | None = None
    expires_at: float | None = None
    jti: str = ""
    issuer: str = ""
    access_token: str = field(default="", repr=False)  # the token that the answer is about, as it says
    domain: str = ""  # the partner's that the token was given to, as the answer says


@dataclass(frozen=True, slots=True)
class RefreshedToken:
    """A new access token for one that still lived."""

    access_token: str = field(repr=False)
    created_date: float | None = None
    service_account_id: str = ""


@dataclass(frozen=True, slots=True)
class LoggedOut:
    """The token that was ended."""

    jwt_id: str = ""
    status: int = 0
    issued_at: float | None = None
    expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A person as look-up and account token tell of them."""

    camdigikey_id: str = field(repr=False)
    personal_code: str = field(default="", repr=False)
    surname_kh: str = field(default="", repr=False)
    given_name_kh: str = field(default="", repr=False)
    surname_en: str = field(default="", repr=False)
    given_name_en: str = field(default="", repr=False)
    mobile_phone_number: str = field(default="", repr=False)
    email_address: str = field(default="", repr=False)
    gender: str = field(default="", repr=False)
    nationality: str = field(default="", repr=False)
    account_token: str = field(default="", repr=False)
    expired_date: float | None = None
    user_status: int | None = None  # v3: 0 disabled, 1 enabled, 2 expired, 4 deleted


def text(data: Mapping[str, Any], name: str, *, required: bool = False) -> str:
    """A field as text; empty when missing or null, unless it is required. Raises AnswerError."""
    value = data.get(name)
    if value is None:
        value = ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise AnswerError(f"the field {name} is not a text")
    if required and value == "":
        raise AnswerError(f"the field {name} is missing")
    try:
        str(value).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which could be stored and hashed nowhere
        raise AnswerError(f"the field {name} is not Unicode") from None
    return str(value)


def instant(data: Mapping[str, Any], name: str) -> float | None:
    """A time in epoch seconds; it comes as seconds, milliseconds or ISO 8601 (PROTOCOL, Calls: open).

    Raises AnswerError for what is no time, or one before 1970 or after the year 9999.
    """
    value = data.get(name)
    if value is None or value == "":
        return None
    try:
        seconds = _seconds(value)
    except (ValueError, OverflowError):
        seconds = float("nan")
    if not 0 <= seconds <= MAX_INSTANT:
        raise AnswerError(f"the field {name} is not a time")
    return seconds


def _seconds(value: object) -> float:
    """Raises ValueError, OverflowError."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", value):
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    number = float(value)
    return number / 1000 if abs(number) >= MIN_MILLISECONDS else number


def whole(data: Mapping[str, Any], name: str) -> int | None:
    """A small whole number; None when missing."""
    value = data.get(name)
    if value is None or value == "":
        return None
    try:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError
        return int(value)
    except ValueError:
        raise AnswerError(f"the field {name} is not a number") from None


def token_status(data: Mapping[str, Any]) -> TokenStatus:
    """Read the answer of a status call."""
    status = data.get("status")
    if not isinstance(status, bool):
        raise AnswerError("the field status is not true or false")
    kind = text(data, "type").upper()
    user = organization = None
    if kind == "ORGANIZATION":
        organization = Organization(text(data, "domain"))
    elif text(data, "camdigikey_id"):
        user = User(**{name: text(data, name) for name in User.__dataclass_fields__})
    return TokenStatus(
        status=status,
        type=kind,
        user=user,
        organization=organization,
        issued_at=instant(data, "iat"),
        not_before=instant(data, "nbf"),
        expires_at=instant(data, "exp"),
        jti=text(data, "jti"),
        issuer=text(data, "iss"),
        access_token=text(data, "accessToken"),
        domain=text(data, "domain"),
    )


def profile(data: Mapping[str, Any]) -> Profile:
    """Read the answer of a look-up or of an account token's verification."""
    special = {"expired_date", "user_status"}
    texts = {name: text(data, name) for name in Profile.__dataclass_fields__ if name not in special}
    return Profile(
        **texts, expired_date=instant(data, "expired_date"), user_status=whole(data, "user_status")
    )


def image(data: Mapping[str, Any]) -> bytes:
    """The bytes of a face; it comes as base64, in one line or many, with or without a `data:` head."""
    encoded = "".join(text(data, "face", required=True).rpartition(",")[2].split())
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise AnswerError("the face is not base64") from None
