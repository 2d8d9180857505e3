"""The record of a Session."""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.domain.ids import InteractionId, SessionKey, Sid
from bridge.domain.session import Predecessor, Session
from bridge.stores.records.fields import Fields, present
from bridge.stores.records.record import Record
from bridge.stores.records.subject import (
    read_subject,
    read_upstream_token,
    write_subject,
    write_upstream_token,
)


def _write(session: Session) -> dict[str, Any]:
    upstream = session.upstream
    return present(
        {
            "key": session.key,
            "sid": session.sid,
            "subject": write_subject(session.subject),
            "auth_time": session.auth_time,
            "interaction_id": session.interaction_id,
            "acr": session.acr,
            "amr": session.amr,
            "upstream": None if upstream is None else write_upstream_token(upstream),
            "predecessors": [{"key": earlier.key, "sid": earlier.sid} for earlier in session.predecessors],
        }
    )


def _read(fields: Fields) -> Session:
    return Session(
        key=SessionKey(fields.text("key")),
        sid=Sid(fields.text("sid")),
        subject=fields.part("subject", read_subject),
        auth_time=fields.number("auth_time"),
        interaction_id=InteractionId(fields.text("interaction_id")),
        acr=fields.text("acr"),
        amr=fields.texts("amr"),
        upstream=fields.part_or_none("upstream", read_upstream_token),
        predecessors=tuple(_read_predecessor(Fields(part)) for part in fields.mappings("predecessors")),
    )


def _read_predecessor(fields: Fields) -> Predecessor:
    return Predecessor(SessionKey(fields.text("key")), Sid(fields.text("sid")))


READERS: Mapping[int, Callable[[Fields], Session]] = {1: _read}
SESSION = Record("session", 1, _write, READERS)
