"""What operators were told."""

from collections.abc import Mapping

from sqlalchemy import Connection, Engine, select

from bridge.domain.alert import AlertState
from bridge.stores.sql.engine import dialect_insert, reading, writing
from bridge.stores.sql.tables import alerts


class SqlAlertStates:
    """ports.AlertStates."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> Mapping[str, AlertState]:
        """The state of each alert that there ever was, by its name."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(alerts)).all()
        return {row.name: AlertState(row.raised, row.changed_at) for row in rows}

    def set(self, name: str, state: AlertState) -> None:
        """Keep it in place of the state before."""
        row = {"raised": state.raised, "changed_at": state.changed_at}

        def step(connection: Connection) -> None:
            new = dialect_insert(connection, alerts).values(name=name, **row)
            connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=row))

        writing(self._engine, step)
