"""The person: what CamDigiKey asserted (Identity), their id here (Subject), and their token there."""

import hashlib
import hmac
from dataclasses import dataclass, field

from bridge.domain.client import Client
from bridge.domain.encoding import base64url, digest
from bridge.domain.ids import ConnectorId, Sub, SubjectId


@dataclass(frozen=True, slots=True)
class Identity:
    """What CamDigiKey asserted of a person; None where it said nothing. No field is shown in a repr."""

    camdigikey_id: str = field(repr=False)  # permanent, one per person: the only source of `sub`
    personal_code: str | None = field(default=None, repr=False)  # the document's number; changes when renewed
    given_name: str | None = field(default=None, repr=False)
    family_name: str | None = field(default=None, repr=False)
    given_name_km: str | None = field(default=None, repr=False)
    family_name_km: str | None = field(default=None, repr=False)
    gender: str | None = field(default=None, repr=False)  # male, female
    birthdate: str | None = field(default=None, repr=False)  # YYYY-MM-DD
    phone_number: str | None = field(default=None, repr=False)  # E.164
    email: str | None = field(default=None, repr=False)
    nationality: str | None = field(default=None, repr=False)  # ISO 3166-1 alpha-2


@dataclass(frozen=True, slots=True)
class Subject:
    """A person as this provider knows them: `id` is the key of their consents and grants, never sent out."""

    id: SubjectId
    identity: Identity
    updated_at: int  # epoch seconds, when CamDigiKey last asserted it


@dataclass(frozen=True, slots=True)
class UpstreamToken:
    """The person's access token at one CamDigiKey account; times in epoch seconds."""

    value: str = field(repr=False)
    connector: ConnectorId
    issued_at: int
    expires_at: int
    checked_at: int  # when its status was last asked
    person: str = field(default="", repr=False, compare=False)  # whose it is, by their camdigikey_id


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """The secret key that every identifier of a person is derived with; it never changes (DESIGN §6.8)."""

    key: bytes = field(repr=False)

    def subject_id(self, camdigikey_id: str) -> SubjectId:
        """The id of a person in our stores."""
        return SubjectId(self._keyed("subject", camdigikey_id))

    def sub(self, client: Client, camdigikey_id: str) -> Sub:
        """The `sub` of a person for this client: pairwise by its sector, or public (OIDC Core §8)."""
        sector = client.sector_identifier if client.subject_type == "pairwise" else None
        return Sub(self._keyed(f"pairwise:{sector}" if sector else "public", camdigikey_id))

    def browser_mark(self, camdigikey_id: str) -> str:
        """What a browser's cookie holds of its last person; without our key it tells nothing of them."""
        return digest("mark:" + self.subject_id(camdigikey_id))[:24]

    def _keyed(self, use: str, camdigikey_id: str) -> str:
        message = use.encode() + b"\0" + camdigikey_id.encode()
        return base64url(hmac.digest(self.key, message, hashlib.sha256))
