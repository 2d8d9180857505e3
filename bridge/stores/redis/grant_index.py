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
    """The commands that list a Grant until `expires_at`."""
    return [index.add(name, _member(grant), expires_at, now) for name in _indexes(grant)]


def remove(grant: Grant) -> Sequence[Command]:
    """The commands that take a Grant out of its indexes."""
    return [index.remove(name, _member(grant)) for name in _indexes(grant)]


def _indexes(grant: Grant) -> Sequence[str]:
    of_client = layout.client_grants(grant.client_id)
    if isinstance(grant.principal, PersonPrincipal):
        return layout.subject_grants(grant.principal.subject.id), of_client
    return (of_client,)


def _member(grant: Grant) -> str:
    if isinstance(grant.principal, PersonPrincipal) and not grant.offline:
        return f"{grant.id} {grant.principal.login.session_key}"
    return f"{grant.id} -"
