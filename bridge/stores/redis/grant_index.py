"""The indexes of Grants by person and by client. An entry reads `<grant id> <session key>`.

The key is `-` where the Grant does not end with a Session: for an offline one, or a client's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.domain.grant import Grant
from bridge.domain.ids import GrantId, SessionKey
from bridge.domain.principal import PersonPrincipal
from bridge.stores.redis import index, layout
from bridge.stores.redis.servers import Command

members = index.members


@dataclass(frozen=True, slots=True)
class Entry:
    """One Grant of an index."""

    grant_id: GrantId
    session_key: SessionKey | None


def entry(member: bytes) -> Entry:
    """The entry that a member of an index stands for."""
    grant_id, _, session_key = member.decode().partition(" ")
    return Entry(GrantId(grant_id), None if session_key == "-" else SessionKey(session_key))


def add(grant: Grant, expires_at: int, now: int) -> Sequence[Command]:
    """The commands that list a Grant until `expires_at`, and keep whom its client's sub names as long."""
    of_client, *of_person = _indexes(grant)
    return [
        index.add(of_client, _member(grant), expires_at, now, beside=_name(grant)),
        *(index.add(name, _member(grant), expires_at, now) for name in of_person),
    ]


def remove(grant: Grant) -> Sequence[Command]:
    """The commands that take a Grant out of its indexes."""
    return [index.remove(name, _member(grant)) for name in _indexes(grant)]


def _indexes(grant: Grant) -> Sequence[str]:
    of_client = layout.client_grants(grant.client_id)
    if isinstance(grant.principal, PersonPrincipal):
        return of_client, layout.subject_grants(grant.principal.subject.id)
    return (of_client,)


def _name(grant: Grant) -> tuple[str, str] | None:
    """The key by which its person is found by the client's sub, and who it is."""
    if not isinstance(grant.principal, PersonPrincipal):
        return None
    return layout.client_person(grant.client_id, grant.principal.sub), grant.principal.subject.id


def _member(grant: Grant) -> str:
    if isinstance(grant.principal, PersonPrincipal) and not grant.offline:
        return f"{grant.id} {grant.principal.login.session_key}"
    return f"{grant.id} -"
