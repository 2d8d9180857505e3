"""The record of a PendingConfirmation."""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.domain.connector import UpstreamLogin
from bridge.domain.ids import ConfirmationKey
from bridge.domain.interaction import PendingConfirmation
from bridge.stores.records.fields import Fields
from bridge.stores.records.interaction import read_interaction, write_interaction
from bridge.stores.records.record import Record
from bridge.stores.records.subject import (
    read_identity,
    read_upstream_token,
    write_identity,
    write_upstream_token,
)


def _write(pending: PendingConfirmation) -> dict[str, Any]:
    return {
        "key": pending.key,
        "interaction": write_interaction(pending.interaction),
        "identity": write_identity(pending.login.identity),
        "upstream": write_upstream_token(pending.login.token),
        "returned_at": pending.returned_at,
        "auth_token": pending.auth_token,
        "session_secret": pending.session_secret,
    }


def _read(fields: Fields) -> PendingConfirmation:
    identity = fields.part("identity", read_identity)
    return PendingConfirmation(
        key=ConfirmationKey(fields.text("key")),
        interaction=fields.part("interaction", read_interaction),
        login=UpstreamLogin(identity, fields.part("upstream", read_upstream_token)),
        returned_at=fields.number("returned_at"),
        auth_token=fields.text("auth_token"),
        session_secret=fields.text("session_secret"),
    )


READERS: Mapping[int, Callable[[Fields], PendingConfirmation]] = {1: _read}
PENDING_CONFIRMATION = Record("pending_confirmation", 1, _write, READERS)
