"""Administration of the keys of hashes: of clients' secrets, and of the forms that browsers are given."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bridge.domain.ids import ClientId
from bridge.domain.lasting_keys import HASHING_KEYS, HashingKey
from bridge.manage.access import Actor, Refused, Trail, may
from bridge.ports.basics import Clock
from bridge.ports.clients import ClientStore
from bridge.ports.keys import RenewableKeys


@dataclass(frozen=True, slots=True)
class HashingKeyState:
    """The keys of one row. `number`: of the one that hashes now; `next_from`: when a newer one begins to."""

    name: str
    number: int
    made_at: int
    next_from: int | None  # epoch seconds
    counting: tuple[int, ...]  # the numbers of those whose hashes count
    older: tuple[ClientId, ...]  # clients with a secret that an earlier key has hashed


class HashingKeyAdministration:
    """Everything that can be done to keys of hashes. Each method begins with may()."""

    def __init__(self, keys: RenewableKeys, clients: ClientStore, clock: Clock) -> None:
        self._keys, self._clients, self._clock = keys, clients, clock
        self._trail = Trail(clock)

    def all(self, actor: Actor) -> Sequence[HashingKeyState]:
        """The keys of each row that has any; nothing is opened for it."""
        may(actor, "list keys of hashes")
        return [state for row in HASHING_KEYS if (state := self._state(row)) is not None]

    def renew(self, actor: Actor, name: str, new: Callable[[int], bytes] = os.urandom) -> int:
        """Add a key, which hashes once every process has read it; its number. Raises Refused."""
        may(actor, "renew key", name)
        if name not in {row.name for row in HASHING_KEYS}:
            raise Refused(f"There are {', '.join(row.name for row in HASHING_KEYS)}, and no {name}.")
        entry = self._trail.entry(actor, "hashing_key.renewed", name)
        return self._keys.renew(name, new(32), int(self._clock()), entry=entry)

    def next_steps(self, actor: Actor) -> Sequence[str]:
        """What an operator has to do next, a sentence each."""
        return [
            f"{state.name}: {client_id} has a secret that an earlier key has hashed, which still counts;"
            f" `bridge client rotate-secret {client_id}` gives it another."
            for state in self.all(actor)
            for client_id in state.older
        ]

    def _state(self, row: HashingKey) -> HashingKeyState | None:
        keys, now = self._keys.listed(row.name), self._clock()
        if not keys:
            return None
        number = row.current(keys, now)
        [made_at] = [key.made_at for key in keys if key.number == number]
        later = [row.begins(key) for key in keys if key.number > number]
        older = self._hashed_before(number) if row.counts_for is None else ()
        return HashingKeyState(
            row.name, number, made_at, min(later, default=None), row.counting(keys, now), older
        )

    def _hashed_before(self, number: int) -> tuple[ClientId, ...]:
        return tuple(
            client.client_id
            for client in self._clients.all()
            if any(_number_of(kept) < number for kept in client.secret_hashes)
        )


def _number_of(kept_hash: str) -> int:
    """The number of the key that made a hash: the first one's stands in none."""
    number, colon, _ = kept_hash.partition(":")
    return int(number) if colon else 1
