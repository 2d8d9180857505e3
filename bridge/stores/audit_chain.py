"""The chain of the trail of administration: how rows hang together, and how a change to them shows.

Each row's mac is HMAC-SHA-256 over the mac before it and the row itself. Its key comes from the master key
that seals (HKDF), so whoever can write to SQL alone can make none. Rows are in segments, by months and by
master keys: the first row of each names the key, and has a plain hash of the whole segment before it. So a
segment whose key was taken out of the settings long ago is still vouched for by the next one. It vouches only
where that segment's macs fitted when it was written: else a changed segment would be vouched for as well.
"""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from bridge.domain.admin_audit import MACHINE, AuditEntry, AuditHead, AuditRow
from bridge.errors import UnknownMasterKey

OPENED = "audit.opened"
PRUNED = "audit.pruned"
UNFIT = "unfit"  # in place of the hash of a segment that nothing vouches for
_ROWS, _HEAD = "audit rows", "audit head"  # what keys are derived for
_HEAD_TEXT = re.compile(r"(\d{1,18})\.([0-9a-f]{64})\.([0-9a-f]{64})")


class ChainKeys(Protocol):
    """Keys derived from the master keys of this process; stores.sealing.MasterSealer."""

    @property
    def seals_with(self) -> str: ...

    @property
    def key_ids(self) -> tuple[str, ...]: ...

    def key_for(self, key_id: str, use: str) -> bytes:
        """A key derived from that master key. Raises UnknownMasterKey."""


class ChainRow(NamedTuple):
    """A row as it rests; `facts` is JSON."""

    sequence: int
    segment: int
    at: int
    actor: str
    event: str
    subject: str
    facts: str
    mac: str = ""

    def canonical(self) -> bytes:
        """All but the mac, in one way of writing."""
        return json.dumps(self[:-1], separators=(",", ":")).encode()

    def read(self) -> AuditRow:
        """As a reader has it."""
        return AuditRow(
            self.sequence, AuditEntry(self.at, self.actor, self.event, self.subject, facts_of(self))
        )


def facts_of(row: ChainRow) -> dict[str, str]:
    """The facts; none where somebody has made them unreadable."""
    try:
        facts: Any = json.loads(row.facts)
    except (ValueError, RecursionError):
        return {}
    return {name: str(value) for name, value in facts.items()} if isinstance(facts, dict) else {}


def row_mac(key: bytes, before: str, row: ChainRow) -> str:
    """The mac of a row that follows the one with the mac `before`."""
    return hmac.new(key, before.encode() + b"\n" + row.canonical(), hashlib.sha256).hexdigest()


class SegmentHash:
    """A plain hash of a segment's rows, which the next segment keeps."""

    def __init__(self, rows: Iterable[ChainRow] = ()) -> None:
        self._hash = hashlib.sha256()
        for row in rows:
            self.add(row)

    def add(self, row: ChainRow) -> None:
        """The next row."""
        self._hash.update(row.canonical() + row.mac.encode("utf-8", "replace") + b"\n")

    def text(self) -> str:
        """Hexadecimal."""
        return self._hash.hexdigest()


def next_row(key: bytes, sequence: int, before: ChainRow | None, segment: int, entry: AuditEntry) -> ChainRow:
    """The row of an entry with its number, after the row `before`."""
    row = ChainRow(
        sequence=sequence,
        segment=segment,
        at=entry.at,
        actor=entry.actor,
        event=entry.event,
        subject=entry.subject,
        facts=json.dumps(dict(entry.facts), sort_keys=True, separators=(",", ":")),
    )
    return row._replace(mac=row_mac(key, before.mac if before else "", row))


def begins_segment(opening: ChainRow | None, key_id: str, at: int) -> bool:
    """Whether a row of that time and key begins a new segment, after the one that began with `opening`."""
    if opening is None or facts_of(opening).get("master_key") != key_id:
        return True
    return time.gmtime(at)[:2] > time.gmtime(opening.at)[:2]


def opening_entry(at: int, key_id: str, before: str) -> AuditEntry:
    """The first entry of a segment. `before`: the hash of the segment before it, or UNFIT."""
    return AuditEntry(at, MACHINE, OPENED, "", {"master_key": key_id, "before": before})


def signed_head(keys: ChainKeys, row: ChainRow) -> AuditHead:
    """The text by which somebody elsewhere knows later what the last row was."""
    proof = _head_proof(keys.key_for(keys.seals_with, _HEAD), str(row.sequence), row.mac)
    return AuditHead(row.sequence, f"{row.sequence}.{row.mac}.{proof}")


def read_head(keys: ChainKeys, text: str) -> tuple[int, str] | None:
    """The number and the mac of a head; None where no key that is known here has signed it."""
    found = _HEAD_TEXT.fullmatch(text.strip())
    if found is None:
        return None
    sequence, mac, proof = found.groups()
    made = [_head_proof(keys.key_for(key_id, _HEAD), sequence, mac) for key_id in keys.key_ids]
    return (int(sequence), mac) if any([hmac.compare_digest(proof, own) for own in made]) else None


def _head_proof(key: bytes, sequence: str, mac: str) -> str:
    return hmac.new(key, f"{sequence}.{mac}".encode(), hashlib.sha256).hexdigest()


def known_key(keys: ChainKeys, key_id: str) -> bytes | None:
    """The key of rows; None where the settings do not have its master key."""
    try:
        return keys.key_for(key_id, _ROWS)
    except UnknownMasterKey:
        return None
