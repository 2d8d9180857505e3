"""Changes that await approval: the list, one of them field by field, and what becomes of it."""

from collections.abc import Iterator
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from bridge.domain.approval import Proposal
from bridge.domain.client import Client
from bridge.domain.client_metadata import CLIENT_METADATA, as_metadata
from bridge.domain.metadata_field import Label
from bridge.manage import ClientFaults, Refused
from bridge.manage.approvals import ApprovalAdministration
from bridge.manage.client_files.plan import diffs
from bridge.manage.register import AwaitsApproval
from bridge.manage.sensitive import SENSITIVE_FIELDS
from bridge.web.console import pages
from bridge.web.console.guard import here
from bridge.web.console.rows import ROOT
from bridge.web.texts import N_
from bridge.web.use_cases import use_cases

STATES = {
    "open": N_("Awaits approval"),
    "approved": N_("Approved"),
    "rejected": N_("Rejected"),
    "expired": N_("Expired"),
    "stale": N_("Overtaken"),
}
SECRETS = "secret_hashes"


def listed() -> Response:
    """What awaits approval, and what became of the rest lately."""
    approvals, actor = _approvals(), here().actor
    found = approvals.all(actor)
    standing = {proposal.id: approvals.standing(actor, proposal) for proposal in found}
    return pages.show(
        "approvals",
        waiting=[proposal for proposal in found if standing[proposal.id] == "open"],
        over=[proposal for proposal in found if standing[proposal.id] != "open"],
        standing=standing,
        states=STATES,
        names=approvals.names(actor, found),
    )


def approval(proposal_id: str) -> Response:
    """One proposal, with what it changes."""
    approvals = _approvals()
    return _page(approvals.get(here().actor, proposal_id))


def approve(proposal_id: str) -> Response:
    """Makes the change that was looked at."""
    approvals, actor = _approvals(), here().actor
    try:
        approvals.approve(actor, proposal_id, version=request.form.get("version", ""))
    except ClientFaults as faults:
        return _page(approvals.get(actor, proposal_id), faults=faults.faults, status=422)
    except Refused as refused:
        return _page(approvals.get(actor, proposal_id), faults=(refused.sentence,), status=422)
    return redirect(f"{ROOT}/approvals/{proposal_id}", 303)


def reject(proposal_id: str) -> Response:
    """Settles that it is not made."""
    approvals, actor = _approvals(), here().actor
    try:
        approvals.reject(actor, proposal_id)
    except Refused as refused:
        return _page(approvals.get(actor, proposal_id), faults=(refused.sentence,), status=422)
    return redirect(f"{ROOT}/approvals/{proposal_id}", 303)


def show_proposed(waits: AwaitsApproval) -> Response:
    """Where a change became a proposal: the page of that; its secret is shown this once."""
    if len(waits.proposals) != 1:
        return redirect(f"{ROOT}/approvals", 303)
    (proposal,) = waits.proposals
    if waits.secret is None:
        return redirect(f"{ROOT}/approvals/{proposal.id}", 303)
    return _page(proposal, secret=waits.secret)


def _approvals() -> ApprovalAdministration:
    return use_cases().administration.approvals


def _page(
    proposal: Proposal, *, faults: tuple[str, ...] = (), secret: str | None = None, status: int = 200
) -> Response:
    approvals, actor = _approvals(), here().actor
    standing = approvals.standing(actor, proposal)
    return pages.show(
        "approval",
        status,
        proposal=proposal,
        standing=standing,
        states=STATES,
        why_not=approvals.why_not(actor, proposal),
        rejects=standing == "open" and _rejects(proposal),
        names=approvals.names(actor, [proposal]),
        what=[_label(name) for name in proposal.sensitive],
        changes=list(_changes(proposal)),
        settled=list(_settled(proposal)),
        faults=faults,
        secret=secret,
    )


def _rejects(proposal: Proposal) -> bool:
    actor = here().actor
    if proposal.proposed_by == actor.id:
        return pages.may("reject change")
    return pages.may("approve change", proposal.client_id)


def _changes(proposal: Proposal) -> Iterator[tuple[Label | str, list[str], list[str]]]:
    """What differs: the field, its lines before, its lines after. A secret by its number alone."""
    for diff in diffs(proposal.before, proposal.after):
        yield _label(diff.name), _lines(diff.before), _lines(diff.after)
    before = len(proposal.before.secret_hashes) if proposal.before else 0
    if proposal.after.secret_hashes != (proposal.before.secret_hashes if proposal.before else ()):
        yield _label(SECRETS), _lines(before), [*_lines(len(proposal.after.secret_hashes)), N_("new secret")]


def _settled(proposal: Proposal) -> Iterator[tuple[Label | str, list[str]]]:
    """What decides where the claims go and stays as it is, which an approver has to know too."""
    if proposal.before is None:
        return
    before, after = as_metadata(proposal.before), as_metadata(proposal.after)
    default = as_metadata(Client(proposal.client_id, "", ()))
    for name in ("scope", *SENSITIVE_FIELDS):
        if name != SECRETS and before[name] == after[name] != default[name]:
            yield _label(name), _lines(after[name])


def _label(name: str) -> Label | str:
    return CLIENT_METADATA[name].label if name in CLIENT_METADATA else name


def _lines(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{name} {part}" for name, part in value.items()]
    if isinstance(value, list | tuple):
        return [str(part) for part in value]
    if isinstance(value, bool):
        return [N_("yes") if value else N_("no")]
    return [] if value is None or value == "" else [str(value)]
