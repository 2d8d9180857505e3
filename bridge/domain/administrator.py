"""Administrators: who they are, what their roles allow, how they are invited, and their console sessions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from bridge.domain.ids import AdministratorId, ClientId, SessionKey, Sid, Sub
from bridge.domain.metadata_field import Label

CONSOLE_CLIENT_ID = ClientId("bridge-console")
CONSOLE_SECTOR = "urn:bridge:console"  # every administrator's sub hangs on it, for good

Role = Literal["owner", "operator", "maintainer", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)
ROLE_LABELS: Mapping[Role, Label] = MappingProxyType(
    {
        "owner": Label("ម្ចាស់", "Owner"),
        "operator": Label("ប្រតិបត្តិករ", "Operator"),
        "maintainer": Label("អ្នកថែទាំ", "Maintainer"),
        "auditor": Label("សវនករ", "Auditor"),
    }
)
ROLE_MEANINGS: Mapping[Role, Label] = MappingProxyType(
    {
        "owner": Label("អាចធ្វើអ្វីៗទាំងអស់ រួមទាំងកំណត់អ្នកគ្រប់គ្រង", "May do everything, and decides who administers."),
        "operator": Label("គ្រប់គ្រងកម្មវិធីទាំងអស់", "Manages all applications."),
        "maintainer": Label("គ្រប់គ្រងតែកម្មវិធីដែលបានកំណត់ឈ្មោះ", "Manages the applications named, and no others."),
        "auditor": Label("មើលបានទាំងអស់ តែមិនអាចផ្លាស់ប្ដូរអ្វីបានទេ", "Sees everything, and changes nothing."),
    }
)

State = Literal["pending", "active", "removed"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True)
class Administrator:
    """A person who administers. They are known by their `sub` in the console's sector.

    `environment`: the CamDigiKey that vouched for them; under another one the record is void, so that no
    person of a simulator ever administers a real service.
    """

    id: AdministratorId
    environment: str
    sub: Sub
    name: str = field(repr=False)  # as CamDigiKey gave it at the last sign-in
    role: Role
    state: State
    created_at: int  # epoch seconds
    clients: tuple[ClientId, ...] = ()  # a maintainer's
    code: str = ""  # shown to a pending person and to who confirms them, so that both compare it
    invitation: str = ""  # while pending: the hash of the invitation that they accepted
    last_sign_in_at: int | None = None

    @property
    def active(self) -> bool:
        """Whether they may do anything."""
        return self.state == "active"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation to administer, good for one person and a quarter of an hour. Its token is stored hashed.

    `confirmed`: whoever accepts it is active at once; else an owner or the inviting terminal confirms them.
    """

    role: Role
    environment: str
    invited_by: str
    created_at: int
    expires_at: int
    clients: tuple[ClientId, ...] = ()
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class ConsoleSession:
    """An administrator's session in the console. `key`: SHA-256 of its cookie's secret.

    It lives no longer than the provider's Session (`session_key`) in which the administrator signed in.
    """

    key: str
    administrator_id: AdministratorId
    sid: Sid
    session_key: SessionKey
    auth_time: int  # epoch seconds of the approval at CamDigiKey
    created_at: int
    used_at: int
    browser: str = ""  # what the browser calls itself, so that a person recognises it
