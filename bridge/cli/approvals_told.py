"""What a command says where a change awaits approval, and its exit code."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from bridge.manage.register import AwaitsApproval

AWAITS_APPROVAL = 3  # exit code: nothing was done, and it is proposed

reason_option = click.option(
    "--reason",
    default="",
    help="Why a sensitive change may be, where there is no second administrator to approve it.",
)


@contextmanager
def awaiting(as_json: bool = False) -> Iterator[None]:
    """Ends the command with AWAITS_APPROVAL where what it wanted has to be approved first."""
    try:
        yield
    except AwaitsApproval as waits:
        if as_json:
            found = {"awaits_approval": [proposal.id for proposal in waits.proposals]}
            click.echo(json.dumps(found | ({"client_secret": waits.secret} if waits.secret else {})))
        tell_awaiting(waits, secret=not as_json)
        sys.exit(AWAITS_APPROVAL)


def tell_awaiting(waits: AwaitsApproval, *, secret: bool = True) -> None:
    """Say what awaits approval, and by which command it is looked at."""
    if waits.secret and secret:
        click.echo(f"client_secret  {waits.secret}")
        click.echo("Keep the secret now: it is not shown again, and works once this is approved.", err=True)
    click.echo(str(waits), err=True)
    for proposal in waits.proposals:
        click.echo(f"bridge approvals show {proposal.id}", err=True)
