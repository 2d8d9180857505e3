"""The records of a person of an application, and of an invitation to use it."""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.domain.client_people import PERSON_STATES, ClientInvitation, ClientPerson
from bridge.domain.ids import ClientId, ClientPersonId, SubjectId
from bridge.stores.records.fields import Fields, present, unless_default
from bridge.stores.records.record import Record


def _write(person: ClientPerson) -> dict[str, Any]:
    return present(
        {
            "id": person.id,
            "client_id": person.client_id,
            "subject_id": person.subject_id,
            "name": person.name,
            "state": person.state,
            "joined_at": person.joined_at,
            "roles": person.roles,
            "code": unless_default(person.code, ""),
        }
    )


def _read(fields: Fields) -> ClientPerson:
    return ClientPerson(
        id=ClientPersonId(fields.text("id")),
        client_id=ClientId(fields.text("client_id")),
        subject_id=SubjectId(fields.text("subject_id")),
        name=fields.text("name"),
        state=fields.choice("state", PERSON_STATES),
        joined_at=fields.number("joined_at"),
        roles=fields.texts("roles"),
        code=fields.text_or_none("code") or "",
    )


def _write_invitation(invitation: ClientInvitation) -> dict[str, Any]:
    return present(
        {
            "client_id": invitation.client_id,
            "invited_by": invitation.invited_by,
            "created_at": invitation.created_at,
            "expires_at": invitation.expires_at,
            "roles": invitation.roles,
        }
    )


def _read_invitation(fields: Fields) -> ClientInvitation:
    return ClientInvitation(
        client_id=ClientId(fields.text("client_id")),
        invited_by=fields.text("invited_by"),
        created_at=fields.number("created_at"),
        expires_at=fields.number("expires_at"),
        roles=fields.texts("roles"),
    )


READERS: Mapping[int, Callable[[Fields], ClientPerson]] = {1: _read}
INVITATION_READERS: Mapping[int, Callable[[Fields], ClientInvitation]] = {1: _read_invitation}
CLIENT_PERSON = Record("client_person", 1, _write, READERS)
CLIENT_INVITATION = Record("client_invitation", 1, _write_invitation, INVITATION_READERS)
