"""The person: what CamDigiKey asserted (Identity), and that person as this provider knows them (Subject)."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from bridge.domain.client import PAIRWISE, Client


@dataclass(frozen=True, slots=True)
class Identity:
    """What CamDigiKey asserted of a person. Empty text: it said nothing. Never shown in a repr."""

    camdigikey_id: str = field(repr=False)  # permanent, one per person: the only source of `sub`
    personal_code: str = field(default="", repr=False)  # number of the document; changes when renewed
    given_name: str = field(default="", repr=False)
    family_name: str = field(default="", repr=False)
    given_name_km: str = field(default="", repr=False)
    family_name_km: str = field(default="", repr=False)
    gender: str = field(default="", repr=False)  # male, female
    birthdate: str = field(default="", repr=False)  # YYYY-MM-DD
    phone_number: str = field(default="", repr=False)  # E.164
    email: str = field(default="", repr=False)
    nationality: str = field(default="", repr=False)  # ISO 3166-1 alpha-2


@dataclass(frozen=True, slots=True)
class Subject:
    """A person as this provider knows them: `id` is the key of their consents and grants, never sent out."""

    id: str
    identity: Identity
    updated_at: int  # epoch seconds, when CamDigiKey last told


@dataclass(frozen=True, slots=True)
class UpstreamToken:
    """The person's access token at CamDigiKey; times in epoch seconds."""

    value: str = field(repr=False)
    issued_at: int
    expires_at: int
    checked_at: int  # when its status was last asked


def subject_id(key: bytes, camdigikey_id: str) -> str:
    """The key of a person's consents and grants in our stores; `key` is the provider's subject key."""
    return _keyed(key, "subject", camdigikey_id)


def sub_for(key: bytes, client: Client, camdigikey_id: str) -> str:
    """The `sub` of a person for this client: pairwise by its sector, or public (OIDC Core §8)."""
    sector = client.sector if client.subject_type == PAIRWISE else ""
    return _keyed(key, "pairwise:" + sector if sector else "public", camdigikey_id)


def _keyed(key: bytes, use: str, camdigikey_id: str) -> str:
    message = use.encode() + b"\0" + camdigikey_id.encode()
    return base64.urlsafe_b64encode(hmac.digest(key, message, hashlib.sha256)).rstrip(b"=").decode()
