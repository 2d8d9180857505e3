"""Walks the trail of administration from its first row to its last, and says what does not fit."""

import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bridge.domain.admin_audit import AuditVerdict
from bridge.stores.audit_chain import (
    OPENED,
    UNFIT,
    ChainKeys,
    ChainRow,
    SegmentHash,
    facts_of,
    known_key,
    read_head,
    row_mac,
)

MAX_FAULTS = 50  # sentences; a wrong restore could give one for each row


@dataclass(frozen=True, slots=True)
class Beginning:
    """What went before the first row that there is: the last row that was pruned; at first nothing.

    `through`: its number; `segment`: the hash of its segment.
    """

    through: int = 0
    mac: str = ""
    segment: str = field(default_factory=lambda: SegmentHash().text())


class AuditVerifier:
    """One walk: each row in its order, and at the end the verdict.

    A changed row is known by its mac; one that was taken out by the gap in the numbers; one that was put in,
    or two that changed places, by both. A fault is told at its row, not again at each row after it.
    """

    def __init__(self, keys: ChainKeys, beginning: Beginning, head: str = "") -> None:
        self._keys, self._beginning = keys, beginning
        self._before: tuple[int, str] = (beginning.through, beginning.mac)
        self._segment_hash = beginning.segment  # of the segment before this one
        self._hash = SegmentHash()
        self._in_segment = False
        self._key: bytes | None = None
        self._key_id = ""
        self._faults: list[str] = []
        self._whole = True  # nothing was wrong in this segment so far
        self._unvouched: list[tuple[int, str]] = []  # rows of keys that are not known: number, key
        self._first = 0
        self._head = self._read_head(head)

    def row(self, row: ChainRow) -> None:
        """The next row."""
        number, mac = self._before
        self._first = self._first or row.sequence
        follows = row.sequence == number + 1
        if not follows:
            self._say_gap(number, row.sequence)
        if row.event == OPENED or not self._in_segment:
            self._begin_segment(row, follows)
        else:
            self._check_mac(row, mac, follows)
        if self._head is not None and self._head == (row.sequence, row.mac):
            self._head = None  # it is there as it was
        self._hash.add(row)
        self._before = row.sequence, row.mac

    def verdict(self, counted: int) -> AuditVerdict:
        """After the last row. `counted`: how many rows were ever written, as SQL counts them."""
        last = self._before[0]
        if counted > last:
            self._say(f"{_rows(last + 1, counted)} missing at the end.")
        elif counted < last:
            self._say(f"The counter of rows stands at {counted}, and was set back.")
        self._check_head(last)
        self._say_unvouched(before=last + 1)
        return AuditVerdict(self._first, last if self._first else 0, tuple(self._faults[:MAX_FAULTS]))

    def _begin_segment(self, row: ChainRow, follows: bool) -> None:
        """What a segment begins with: its key, and the hash of the segment before."""
        facts, mac, whole = facts_of(row), self._before[1], self._whole
        hashed = self._hash.text() if self._in_segment else self._beginning.segment
        self._key_id = facts.get("master_key", "")
        self._key = known_key(self._keys, self._key_id)
        self._hash, self._in_segment, self._whole = SegmentHash(), True, True
        if row.event != OPENED:
            self._say(f"{_named(row)} can't be the first of the trail.")
        if not self._check_mac(row, mac, follows) or not follows:
            return
        vouched = facts.get("before")
        if vouched == UNFIT:
            self._say_unvouched(before=row.sequence)
        elif vouched == hashed and self._key is not None:
            self._unvouched = []  # by this hash, and those in the rows that it was made of
        elif vouched != hashed and whole and row.event == OPENED:
            self._say(f"{_named(row)} does not fit the segment before it: rows were changed there, or here.")

    def _check_mac(self, row: ChainRow, before: str, follows: bool) -> bool:
        """Whether it fits, as far as can be said. Where the row before is missing, the gap was told."""
        if self._key is None:
            self._unvouched.append((row.sequence, self._key_id))
            return True
        if follows and not hmac.compare_digest(row_mac(self._key, before, row).encode(), row.mac.encode()):
            self._say(f"{_named(row)} was changed, or put in: it is not the row that was written there.")
            return False
        return True

    def _say_unvouched(self, before: int) -> None:
        """The rows before that one whose key is not known, and for which no later row will speak."""
        said = [row for row in self._unvouched if row[0] < before]
        self._unvouched = [row for row in self._unvouched if row[0] >= before]
        if not said:
            return
        (first, key_id), (end, _) = said[0], said[-1]
        self._say(
            f"{_rows(first, end)} not verified: the master key {key_id or '?'} that wrote there is not"
            " among the master_keys here."
        )

    def _say_gap(self, before: int, number: int) -> None:
        if number <= before:
            self._say(f"Row {number} stands before what was pruned up to row {before}: it was put in.")
        else:
            self._say(f"{_rows(before + 1, number - 1)} missing.")

    def _read_head(self, text: str) -> tuple[int, str] | None:
        if not text:
            return None
        found = read_head(self._keys, text)
        if found is None:
            self._say("The head that was given was not signed with any of the master_keys here.")
        return found if found is None or found[0] >= self._beginning.through else None

    def _check_head(self, last: int) -> None:
        if self._head is None or self._head == (self._beginning.through, self._beginning.mac):
            return
        number = self._head[0]
        if number > last:
            self._say(f"The trail was cut off: the head names row {number}, and the last one is {last}.")
        else:
            self._say(f"Row {number} is not the one that the head names: rows up to it were written anew.")

    def _say(self, sentence: str) -> None:
        self._whole = False
        self._faults.append(sentence)


def _rows(first: int, last: int) -> str:
    return f"Row {first} is" if first == last else f"Rows {first} to {last} are"


def _named(row: ChainRow) -> str:
    at = datetime.fromtimestamp(row.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if 0 <= row.at < 2**37 else "?"
    return f"Row {row.sequence} ({row.event}, {at})"
