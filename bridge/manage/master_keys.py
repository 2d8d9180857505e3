"""Administration of master keys: which is known where, which seals, and what comes next.

A master key is changed in three steps, each of them safe to repeat: every instance is given the new one; it
is told to seal (`use`); what rests is sealed anew, and the old one taken away. `next_steps` says where it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bridge.manage.access import Actor, Refused, Trail, may
from bridge.ports.basics import Clock
from bridge.ports.keys import Instance, Instances, MasterKeyStore, MasterKeyUse, Resealing


@dataclass(frozen=True, slots=True)
class MasterKeyState:
    """A master key, by its id. `known_by` and `unknown_to`: the hosts of the processes that serve now."""

    key_id: str
    here: bool  # in the settings of who asks
    use: MasterKeyUse | None  # None: it has never sealed
    rows: int  # that it sealed in SQL
    known_by: tuple[str, ...]
    unknown_to: tuple[str, ...]

    @property
    def seals(self) -> bool:
        """Whether it is the one in use."""
        return self.use is not None and self.use.used_until is None


class MasterKeyAdministration:
    """Everything that can be done to master keys. Each method begins with may()."""

    def __init__(
        self,
        master_keys: MasterKeyStore,
        instances: Instances,
        resealing: Resealing,
        here: Sequence[str],
        kept_for: int,
        clock: Clock,
    ) -> None:
        """`here`: the ids of the keys in the settings. `kept_for`: seconds that Redis keeps anything."""
        self._master_keys, self._instances, self._resealing = master_keys, instances, resealing
        self._here, self._kept_for, self._clock = tuple(here), kept_for, clock
        self._trail = Trail(clock)

    def instances(self, actor: Actor) -> Sequence[Instance]:
        """The processes that serve now."""
        may(actor, "list instances")
        return self._instances.live(int(self._clock()))

    def all(self, actor: Actor) -> Sequence[MasterKeyState]:
        """Every key that seals, has sealed, or is known to anybody: the one in use first."""
        may(actor, "list master keys")
        live, rows = self.instances(actor), self._resealing.counts()
        uses = {use.key_id: use for use in self._master_keys.all()}
        names = dict.fromkeys(
            [*uses, *self._here, *(key for process in live for key in process.master_keys), *rows]
        )
        states = [self._state(key_id, uses.get(key_id), live, rows) for key_id in names]
        return sorted(states, key=lambda state: not state.seals)

    def next_steps(self, actor: Actor) -> Sequence[str]:
        """What an operator has to do next, a sentence each; none: nothing."""
        states = self.all(actor)
        in_use = next((state for state in states if state.seals), None)
        if in_use is None:
            return ["The first start takes the first of master_keys into use."]
        if not in_use.here:
            return [f"{in_use.key_id} seals, and is not among the master_keys here: add it."]
        return [step for state in states if (step := self._next_step(state)) is not None]

    def use(self, actor: Actor, key_id: str | None) -> str:
        """This key seals from now on, or, with None, the new one that there is; its id.

        Raises Refused where an instance that serves would not open what it seals.
        """
        may(actor, "use master key", key_id or "")
        state = self._chosen(self.all(actor), key_id)
        if not state.here:
            raise Refused(
                f"{state.key_id} is not among the master_keys here: ids are in `bridge keys status`."
            )
        if state.seals:
            raise Refused(f"{state.key_id} is in use already.")
        if state.unknown_to:
            raise Refused(_spread(state) + f" Then `bridge keys use {state.key_id}` again.")
        entry = self._trail.entry(actor, "master_key.used", state.key_id)
        self._master_keys.use(state.key_id, int(self._clock()), entry=entry)
        return state.key_id

    def reseal(self, actor: Actor) -> int:
        """Seal anew what rests in SQL under other keys than the one in use; how many rows."""
        may(actor, "reseal")
        return self._resealing.reseal(entry=self._trail.entry(actor, "master_key.resealed"))

    def _state(
        self, key_id: str, use: MasterKeyUse | None, live: Sequence[Instance], rows: Mapping[str, int]
    ) -> MasterKeyState:
        known_by = _hosts(process for process in live if key_id in process.master_keys)
        unknown_to = _hosts(process for process in live if key_id not in process.master_keys)
        return MasterKeyState(key_id, key_id in self._here, use, rows.get(key_id, 0), known_by, unknown_to)

    def _chosen(self, states: Sequence[MasterKeyState], key_id: str | None) -> MasterKeyState:
        new = [state for state in states if state.here and state.use is None]
        if key_id is None and len(new) == 1:
            return new[0]
        for state in states:
            if state.key_id == key_id:
                return state
        if key_id is not None:
            raise Refused(f"No instance knows a master key {key_id}; their ids are in `bridge keys status`.")
        if new:
            raise Refused(f"Which one? {', '.join(state.key_id for state in new)} have never sealed.")
        raise Refused("There is no new master key here: `bridge keys master` prints one, for master_keys.")

    def _next_step(self, state: MasterKeyState) -> str | None:
        if state.use is None:
            return _spread(state) if state.unknown_to else _take_into_use(state)
        if state.use.used_until is None:
            return _spread(state) if state.unknown_to else None
        if state.rows:
            return _rows_left(state)
        if not (state.here or state.known_by):
            return None  # it is gone
        free_at = state.use.used_until + self._kept_for
        return _retire(state, free_at if free_at > self._clock() else None)


def _hosts(instances: Iterable[Instance]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found.host for found in instances))


def instant(at: int) -> str:
    """Epoch seconds, for a person."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _spread(state: MasterKeyState) -> str:
    what = "seals, and is" if state.seals else "is"
    return (
        f"{state.key_id} {what} not known to every process at {', '.join(state.unknown_to)}: add it to"
        " master_keys there and restart that instance."
    )


def _take_into_use(state: MasterKeyState) -> str:
    if not state.here:
        return f"{state.key_id} is known to others and not here: add it to master_keys here."
    return f"Every instance knows {state.key_id}: `bridge keys use {state.key_id}` makes it seal."


def _rows_left(state: MasterKeyState) -> str:
    if not state.here and not state.known_by:
        return (
            f"{state.rows} rows are sealed with {state.key_id}, which nobody knows: put it back into"
            " master_keys on every instance, or what they hold is lost."
        )
    return (
        f"{state.rows} rows in SQL are still sealed with {state.key_id}: keep it. They are sealed anew within"
        " minutes, or now by `bridge keys reseal`."
    )


def _retire(state: MasterKeyState, free_at: int | None) -> str:
    if free_at is None:
        return (
            f"{state.key_id} seals nothing any more: take it out of master_keys on every instance, and"
            " restart them one by one."
        )
    return (
        f"Keep {state.key_id} until {instant(free_at)}: until then sign-ins that it sealed may live in Redis."
    )
