"""`bridge keys status`: which keys are in use where, and what is to do next."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bridge.cli.console import config_option, settings_of
from bridge.cli.operator import operator
from bridge.domain.client import SIGNING_ALGS
from bridge.errors import SealBroken
from bridge.manage import AllKeys, HashingKeyState, MasterKeyState
from bridge.manage.master_keys import instant
from bridge.ports.keys import Instance, SigningKey
from bridge.wiring.administration import key_administration

TOLD_CLOCK = 5  # seconds that a machine's clock may differ without a word


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def status(config_file: Path | None, as_json: bool) -> None:
    """Which keys are in use where, and what is to do next."""
    with key_administration(settings_of(config_file), only_look=True) as keys:
        found = _found(keys)
    click.echo(json.dumps(found, indent=2) if as_json else "\n".join(_lines(found)))


def _found(keys: AllKeys) -> dict[str, Any]:
    now, instances = keys.clock(), keys.master.instances(operator())
    signing, unreadable = _signing(keys)
    next_steps = [
        *unreadable,
        *keys.master.next_steps(operator()),
        *keys.hashing.next_steps(operator()),
        *_clocks(instances),
    ]
    return {
        "master": [_master(state) for state in keys.master.all(operator())],
        "signing": [_signed_by(alg, signing, now) for alg in SIGNING_ALGS if _active(alg, signing)],
        "hashes": [_hashing(state) for state in keys.hashing.all(operator())],
        "instances": [asdict(instance) for instance in instances],
        "next": next_steps,
    }


def _signing(keys: AllKeys) -> tuple[Sequence[SigningKey], list[str]]:
    try:
        return keys.signing.all(operator()), []
    except SealBroken as failure:
        return (), [f"Signing keys can't be opened here. {failure.sentence}"]


def _clocks(instances: Sequence[Instance]) -> Iterator[str]:
    """A sentence for each host whose clock is wrong; what it writes is right all the same."""
    wrong = {found.host: found.clock_ahead for found in instances if abs(found.clock_ahead) > TOLD_CLOCK}
    for host, seconds in wrong.items():
        how = f"{abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'}"
        yield f"The clock of {host} is {how} the database's: set both (NTP)."


def _master(state: MasterKeyState) -> dict[str, Any]:
    return {
        "id": state.key_id,
        "seals": state.seals,
        "used_from": state.use.used_from if state.use else None,
        "used_until": state.use.used_until if state.use else None,
        "rows": state.rows,
        "here": state.here,
        "known_by": state.known_by,
        "unknown_to": state.unknown_to,
    }


def _hashing(state: HashingKeyState) -> dict[str, Any]:
    return {
        "key": state.name,
        "number": state.number,
        "next_from": state.next_from,
        "counting": state.counting,
        "older": state.older,
    }


def _active(alg: str, keys: Sequence[SigningKey]) -> list[SigningKey]:
    return [key for key in keys if key.alg == alg and key.retired_at is None]


def _signed_by(alg: str, keys: Sequence[SigningKey], now: float) -> dict[str, Any]:
    """The key that signs for an alg, and the one that takes its place when it retires."""
    newest = _active(alg, keys)[0]
    leaving = [key for key in keys if key.alg == alg and key.retired_at is not None and key.retired_at > now]
    if not leaving:
        return {"alg": alg, "signs": newest.kid, "next": None, "next_from": None}
    return {"alg": alg, "signs": leaving[0].kid, "next": newest.kid, "next_from": leaving[0].retired_at}


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield "Master keys, which seal what rests:"
    yield from (f"  {_master_line(key)}" for key in found["master"])
    yield "Signing keys, which applications check (`bridge keys list` has all):"
    yield from (f"  {_signing_line(key)}" for key in found["signing"])
    yield "Keys of hashes:"
    yield from (f"  {_hashing_line(key)}" for key in found["hashes"])
    hosts = dict.fromkeys(instance["host"] for instance in found["instances"])
    yield f"Serving: {', '.join(hosts) or 'nobody'} ({len(found['instances'])} processes)."
    yield "Next:" if found["next"] else "Next: nothing."
    yield from (f"  {step}" for step in found["next"])


def _master_line(key: dict[str, Any]) -> str:
    if key["seals"]:
        how = f"seals since {instant(key['used_from'])}"
    elif key["used_until"] is not None:
        how = f"sealed until {instant(key['used_until'])}"
    else:
        how = "has never sealed"
    known = ", ".join([*(["here"] if key["here"] else []), *key["known_by"]]) or "nobody"
    unknown = f"; not to {', '.join(key['unknown_to'])}" if key["unknown_to"] else ""
    return f"{key['id']}  {how}; {key['rows']} rows in SQL; known to {known}{unknown}"


def _signing_line(key: dict[str, Any]) -> str:
    following = f"; from {instant(key['next_from'])} {key['next']}" if key["next"] else ""
    return f"{key['alg']:<5}  {key['signs']} signs{following}"


def _hashing_line(key: dict[str, Any]) -> str:
    following = f"; the next one from {instant(key['next_from'])}" if key["next_from"] else ""
    return f"{key['key']}  key {key['number']} hashes{following}"
