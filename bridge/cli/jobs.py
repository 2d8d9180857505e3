"""`bridge jobs`: what the workers did in the background, and what waits to be sent to applications."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bridge.cli.console import config_option, settings_of
from bridge.cli.operator import operator
from bridge.domain.outbox import OutboxState
from bridge.manage import JobState
from bridge.wiring.administration import administration


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def jobs(config_file: Path | None, as_json: bool) -> None:
    """What was done in the background, and what waits to be sent."""
    with administration(settings_of(config_file)) as admin:
        states, messages = admin.jobs.all(operator()), admin.jobs.messages(operator())
    if as_json:
        found = {"jobs": [_fields(state) for state in states], "messages": dict(messages)}
        click.echo(json.dumps(found, indent=2))
    else:
        _print(states, messages)


def _fields(state: JobState) -> dict[str, Any]:
    run = state.last
    last = None
    if run is not None:
        last = {"at": run.at, "milliseconds": run.milliseconds, "result": run.result, "failed": run.failed}
    return {"job": state.name, "every": state.every, "last": last}


def _print(states: Sequence[JobState], messages: Mapping[OutboxState, int]) -> None:
    width = max(len(state.name) for state in states)
    for state in states:
        click.echo(f"{state.name:<{width}}  every {state.every:>4g} s  {_last(state)}")
    counted = ", ".join(f"{number} {name}" for name, number in messages.items())
    click.echo(f"Messages to applications: {counted}.")


def _last(state: JobState) -> str:
    run = state.last
    if run is None:
        return "had nothing to do yet"
    at = datetime.fromtimestamp(run.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"{at}  {run.milliseconds} ms  {'failed: ' if run.failed else ''}{run.result}"
