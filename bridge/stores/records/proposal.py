"""The record of a proposal. It holds the application's own records, before and after, each as a text."""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.domain.approval import PROPOSAL_STATES, Proposal
from bridge.stores.records.client import CLIENT
from bridge.stores.records.fields import Fields, present, unless_default
from bridge.stores.records.record import Record


def _write(proposal: Proposal) -> dict[str, Any]:
    return present(
        {
            "id": proposal.id,
            "before": None if proposal.before is None else CLIENT.dump(proposal.before).decode(),
            "after": CLIENT.dump(proposal.after).decode(),
            "version": proposal.version,
            "sensitive": proposal.sensitive,
            "proposed_by": proposal.proposed_by,
            "proposed_at": proposal.proposed_at,
            "expires_at": proposal.expires_at,
            "state": proposal.state,
            "decided_by": unless_default(proposal.decided_by, ""),
            "decided_at": proposal.decided_at,
            "reason": unless_default(proposal.reason, ""),
            "locally": unless_default(proposal.locally, False),
        }
    )


def _read(fields: Fields) -> Proposal:
    before = fields.text_or_none("before")
    return Proposal(
        id=fields.text("id"),
        before=None if before is None else CLIENT.load(before),
        after=CLIENT.load(fields.text("after")),
        version=fields.text("version"),
        sensitive=fields.texts("sensitive"),
        proposed_by=fields.text("proposed_by"),
        proposed_at=fields.number("proposed_at"),
        expires_at=fields.number("expires_at"),
        state=fields.choice("state", PROPOSAL_STATES),
        decided_by=fields.text_or_none("decided_by") or "",
        decided_at=fields.number_or_none("decided_at"),
        reason=fields.text_or_none("reason") or "",
        locally=fields.flag_or_false("locally"),
    )


READERS: Mapping[int, Callable[[Fields], Proposal]] = {1: _read}
PROPOSAL = Record("proposal", 1, _write, READERS)
