"""The records of an administrator and of an invitation."""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.domain.administrator import ROLES, STATES, Administrator, Invitation
from bridge.domain.ids import AdministratorId, ClientId, Sub
from bridge.stores.records.fields import Fields, present, unless_default
from bridge.stores.records.record import Record


def _write(administrator: Administrator) -> dict[str, Any]:
    return present(
        {
            "id": administrator.id,
            "environment": administrator.environment,
            "sub": administrator.sub,
            "name": administrator.name,
            "role": administrator.role,
            "state": administrator.state,
            "created_at": administrator.created_at,
            "clients": administrator.clients,
            "code": unless_default(administrator.code, ""),
            "invitation": unless_default(administrator.invitation, ""),
            "last_sign_in_at": administrator.last_sign_in_at,
        }
    )


def _read(fields: Fields) -> Administrator:
    return Administrator(
        id=AdministratorId(fields.text("id")),
        environment=fields.text("environment"),
        sub=Sub(fields.text("sub")),
        name=fields.text("name"),
        role=fields.choice("role", ROLES),
        state=fields.choice("state", STATES),
        created_at=fields.number("created_at"),
        clients=tuple(map(ClientId, fields.texts("clients"))),
        code=fields.text_or_none("code") or "",
        invitation=fields.text_or_none("invitation") or "",
        last_sign_in_at=fields.number_or_none("last_sign_in_at"),
    )


def _write_invitation(invitation: Invitation) -> dict[str, Any]:
    return present(
        {
            "role": invitation.role,
            "environment": invitation.environment,
            "invited_by": invitation.invited_by,
            "created_at": invitation.created_at,
            "expires_at": invitation.expires_at,
            "clients": invitation.clients,
            "confirmed": unless_default(invitation.confirmed, False),
        }
    )


def _read_invitation(fields: Fields) -> Invitation:
    return Invitation(
        role=fields.choice("role", ROLES),
        environment=fields.text("environment"),
        invited_by=fields.text("invited_by"),
        created_at=fields.number("created_at"),
        expires_at=fields.number("expires_at"),
        clients=tuple(map(ClientId, fields.texts("clients"))),
        confirmed=fields.flag_or_false("confirmed"),
    )


READERS: Mapping[int, Callable[[Fields], Administrator]] = {1: _read}
INVITATION_READERS: Mapping[int, Callable[[Fields], Invitation]] = {1: _read_invitation}
ADMINISTRATOR = Record("administrator", 1, _write, READERS)
INVITATION = Record("invitation", 1, _write_invitation, INVITATION_READERS)
