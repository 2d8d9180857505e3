"""Answers of the administration API that are given again to who asks the same once more."""

import json

from sqlalchemy import Connection, Engine, delete, select, update

from bridge.ports.idempotency import Begun, KeptAnswer
from bridge.stores.sql.engine import dialect_insert, writing
from bridge.stores.sql.tables import api_answers


class SqlIdempotency:
    """ports.IdempotencyStore."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, key: str, request: str, now: int, expires_at: int) -> KeptAnswer | Begun:
        """Take the key for this request, or say what became of it (see ports.IdempotencyStore)."""
        of_this = api_answers.c.digest == key

        def step(connection: Connection) -> KeptAnswer | Begun:
            connection.execute(delete(api_answers).where(of_this, api_answers.c.expires_at <= now))
            new = dialect_insert(connection, api_answers).values(
                digest=key, request=request, expires_at=expires_at
            )
            mine = new.on_conflict_do_nothing().returning(api_answers.c.digest)  # rowcount tells nothing here
            if connection.execute(mine).first() is not None:
                return "begun"
            row = connection.execute(select(api_answers).where(of_this)).first()
            if row is not None and row.request != request:
                return "other request"
            if row is None or row.status is None:  # none any more: forgotten in this very moment
                return "in flight"
            return KeptAnswer(row.status, json.loads(row.headers), row.body)

        return writing(self._engine, step)

    def finish(self, key: str, answer: KeptAnswer) -> None:
        """Keep the answer."""
        row = {
            "status": answer.status,
            "headers": json.dumps(dict(answer.headers), sort_keys=True),
            "body": answer.body,
        }
        of_this = update(api_answers).where(api_answers.c.digest == key)
        writing(self._engine, lambda connection: connection.execute(of_this.values(**row)).close())

    def forget(self, key: str) -> None:
        """The key is free again."""
        of_this = delete(api_answers).where(api_answers.c.digest == key)
        writing(self._engine, lambda connection: connection.execute(of_this).close())
