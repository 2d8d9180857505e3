"""The record of a Handoff."""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.domain.ids import BrowserId, ConnectorId, HandoffKey
from bridge.domain.interaction import Handoff
from bridge.stores.records.fields import Fields, present
from bridge.stores.records.interaction import read_interaction, write_interaction
from bridge.stores.records.record import Record


def _write(handoff: Handoff) -> dict[str, Any]:
    body = {
        "key": handoff.key,
        "browser": handoff.browser,
        "connector": handoff.connector,
        "interaction": write_interaction(handoff.interaction),
        "created_at": handoff.created_at,
        "state_hash": handoff.state_hash,
        "session_secret": handoff.session_secret,
        "login_url": handoff.login_url or None,
    }
    return present(body)


def _read(fields: Fields) -> Handoff:
    return Handoff(
        key=HandoffKey(fields.text("key")),
        browser=BrowserId(fields.text("browser")),
        connector=ConnectorId(fields.text("connector")),
        interaction=fields.part("interaction", read_interaction),
        created_at=fields.number("created_at"),
        state_hash=fields.text("state_hash"),
        session_secret=fields.text("session_secret"),
        login_url=fields.text_or_none("login_url") or "",
    )


READERS: Mapping[int, Callable[[Fields], Handoff]] = {1: _read}
HANDOFF = Record("handoff", 1, _write, READERS)
