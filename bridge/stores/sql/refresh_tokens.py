"""Refresh tokens of offline Grants; each is stored durably before the client gets it."""

from sqlalchemy import Connection, Engine, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from bridge.domain.encoding import digest
from bridge.domain.policy import ROTATION_GRACE
from bridge.domain.token import RefreshToken, Rotation
from bridge.ports.basics import Counters, Sealer
from bridge.stores.answers import open_answer, seal_answer
from bridge.stores.records import GRANT
from bridge.stores.sealed import Sealed
from bridge.stores.sql.engine import dialect_insert, reading, writing
from bridge.stores.sql.tables import grants, refresh_tokens


class SqlRefreshTokens:
    """The SQL part of ports.TokenStore: refresh tokens of offline Grants (see `stores.tokens`)."""

    def __init__(self, engine: Engine, sealer: Sealer, counters: Counters) -> None:
        self._engine = engine
        self._grants = Sealed(sealer, GRANT, counters)

    def keep(self, token: str, record: RefreshToken) -> bool:
        """Store a token and its Grant; a token that is stored already gets the new limits.

        False where the Grant was ended, or another one was opened for the same origin.
        """
        row = _row(token, record)

        def step(connection: Connection) -> bool:
            grant = dialect_insert(connection, grants).values(**self._grant_row(record))
            connection.execute(
                grant.on_conflict_do_update(index_elements=["id"], set_={"ends_at": grant.excluded.ends_at})
            )
            ended = select(grants.c.ended_at).where(grants.c.id == record.grant.id)
            if connection.execute(ended).scalar_one() is not None:
                return False
            new = dialect_insert(connection, refresh_tokens).values(**row)
            changed = {"issued_at": new.excluded.issued_at, "expires_at": new.excluded.expires_at}
            connection.execute(new.on_conflict_do_update(index_elements=["digest"], set_=changed))
            return True

        try:
            return writing(self._engine, step)
        except IntegrityError:  # of the origin, which is unique
            return False

    def refresh_token(self, token: str, now: int) -> RefreshToken | None:
        """The record of a refresh token whose Grant has not ended; also of one that was rotated."""
        limits = refresh_tokens.c.issued_at, refresh_tokens.c.expires_at, refresh_tokens.c.ends_at
        live = (
            select(grants.c.sealed, refresh_tokens.c.rotated_at, *limits)
            .join_from(refresh_tokens, grants)
            .where(
                refresh_tokens.c.digest == digest(token),
                refresh_tokens.c.expires_at > now,
                grants.c.ended_at.is_(None),
            )
        )
        with reading(self._engine) as connection:
            row = connection.execute(live).first()
        grant = None if row is None else self._grants.open(row.sealed)
        if row is None or grant is None:
            return None
        rotated = row.rotated_at is not None
        return RefreshToken(grant, row.issued_at, row.expires_at, row.ends_at, rotated)

    def rotate(
        self, old: str, refresh: tuple[str, RefreshToken], answer: bytes, now: int
    ) -> tuple[Rotation, bytes]:
        """Replace `old` by a new token, in one transaction; of many attempts at once one wins."""
        row = _row(*refresh)
        taken = (
            update(refresh_tokens)
            .where(
                refresh_tokens.c.digest == digest(old),
                refresh_tokens.c.grant_id == refresh[1].grant.id,
                refresh_tokens.c.rotated_at.is_(None),
                refresh_tokens.c.expires_at > now,
                exists().where(grants.c.id == refresh_tokens.c.grant_id, grants.c.ended_at.is_(None)),
            )
            .values(rotated_at=now, answer=seal_answer(old, answer))
        )

        def step(connection: Connection) -> tuple[Rotation, bytes]:
            if connection.execute(taken).rowcount:
                connection.execute(insert(refresh_tokens).values(**row))
                return Rotation.WON, answer
            return _why_not_rotated(connection, old, now)

        return writing(self._engine, step)

    def _grant_row(self, record: RefreshToken) -> dict[str, str | int]:
        grant = record.grant
        return {
            "id": grant.id,
            "origin": f"{grant.origin.kind}:{digest(grant.origin.id)}",
            "client_id": grant.client_id,
            "subject_id": grant.person.subject.id,
            "sub_digest": digest(grant.person.sub),
            "sealed": self._grants.seal(grant),
            "created_at": grant.created_at,
            "ends_at": record.ends_at,
        }


def _row(token: str, record: RefreshToken) -> dict[str, str | int]:
    return {
        "digest": digest(token),
        "grant_id": record.grant.id,
        "issued_at": record.issued_at,
        "expires_at": min(record.expires_at, record.ends_at),
        "ends_at": record.ends_at,
    }


def _why_not_rotated(connection: Connection, old: str, now: int) -> tuple[Rotation, bytes]:
    """Why `old` can't be rotated: it is unknown or has ended, was rotated a moment ago, or is reused.

    Reuse ends its Grant (RFC 9700 §4.14.2).
    """
    query = select(
        refresh_tokens.c.grant_id, refresh_tokens.c.rotated_at, refresh_tokens.c.answer, grants.c.ended_at
    ).join(grants)
    row = connection.execute(query.where(refresh_tokens.c.digest == digest(old))).first()
    if row is None or row.rotated_at is None or row.ended_at is not None:
        return Rotation.GONE, b""
    if now - row.rotated_at < ROTATION_GRACE and row.answer is not None:
        return Rotation.REPEATED, open_answer(old, row.answer)
    return Rotation.REUSED, b""  # its caller ends the Grant, here last
