"""The database: its engine, its tables, and the key of subject identifiers, which must never be lost."""

import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import ArgumentError

from bridge.domain.subject import SubjectKey
from bridge.errors import ConfigError, SealBroken, StoreUnavailable, UnknownMasterKey
from bridge.ports.keys import SecretStore
from bridge.settings import Settings
from bridge.settings.reachable import quoted
from bridge.stores import migrate, sql
from bridge.stores.sealing import MasterSealer
from bridge.stores.sql.engine import OnFailure, reading
from bridge.stores.sql.faults import place
from bridge.stores.sql.tables import consents

SUBJECT_KEY = "subject key"  # its name among the secrets
SUBJECT_KEY_LOST = (
    "The database knows people, but the key that their identifiers come from is gone: restore a backup."
)


def engine_of(settings: Settings, on_failure: OnFailure | None = None) -> Engine:
    """The database; the data directory is made where SQLite needs it. Raises ConfigError.

    `on_failure` is told of each StoreUnavailable.
    """
    if not settings.database.url.get_secret_value():
        _make_data_dir(settings.data_dir)
    return _connected(settings, on_failure)


def _connected(settings: Settings, on_failure: OnFailure | None = None) -> Engine:
    database = settings.database
    try:
        return sql.connect(
            settings.database_url,
            pool_size=database.pool_size,
            timeout=database.timeout,
            on_failure=on_failure,
        )
    except (ValueError, ArgumentError, TypeError):  # TypeError: sqlite:// without a file, in memory
        raise ConfigError(
            ("database.url is sqlite:///path or postgresql://user:password@host/name.",)
        ) from None


def upgrade(settings: Settings) -> None:
    """Bring the database's tables up to date. Raises ConfigError, StoreUnavailable."""
    engine_of(settings).dispose()
    try:
        migrate.upgrade(settings.database_url)
    except migrate.NewerTables:
        raise ConfigError(
            ("database.url: a newer release of the bridge has changed these tables; run that one.",)
        ) from None


def check_database(settings: Settings) -> None:
    """Whether it can be used; a SQLite file that is not there yet is left for the first start to make.

    Such a one knows nobody, and has no key to lose. Raises ConfigError, StoreUnavailable.
    """
    engine = _connected(settings)
    try:
        file = engine.url.database if engine.dialect.name == "sqlite" else None
        if file is not None and not _is_there(Path(file)):
            _check_can_be_made(Path(file).absolute())
            return
        if migrate.current(settings.database_url) is None:
            raise StoreUnavailable("SQL", "no_tables", server=place(engine.url), operation="check")
        sql.health_check(engine)()
        _check_keys(engine, MasterSealer(settings.keys()))
    finally:
        engine.dispose()


def _is_there(file: Path) -> bool:
    """Whether there is such a file or folder; raises ConfigError for what none can be called."""
    try:
        return file.exists()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError((f"The database {quoted(str(file))} can't be made: {reason}.",)) from None


def _check_keys(engine: Engine, sealer: MasterSealer) -> None:
    """Whether the master keys open what has to be opened at a start. Raises ConfigError, StoreUnavailable."""
    in_use = sql.SqlMasterKeys(engine).in_use()
    try:
        if in_use is not None and not sealer.use(in_use):
            raise UnknownMasterKey(in_use)
        subject_key_of(engine, sql.SqlSecrets(engine, sealer))
        sql.SqlSigningKeys(engine, sealer).all()
    except SealBroken as error:
        raise ConfigError((error.sentence,)) from None


def _check_can_be_made(file: Path) -> None:
    """The folder that a first start makes, or the nearest one above it that is there, has to be writable."""
    there = next(folder for folder in file.parents if _is_there(folder))
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise ConfigError((f"The database {file} can't be made: {there} can't be written to.",))


def subject_key_of(engine: Engine, secrets: SecretStore) -> SubjectKey:
    """The key that every `sub` is derived with; made once, at the first start.

    Raises ConfigError when the database has consents but no key, for with a new key every person would be a
    stranger to every client; and when the master key that sealed it is missing.
    """

    def make() -> bytes:
        with reading(engine) as connection:
            if connection.execute(select(consents.c.subject_id).limit(1)).first() is not None:
                raise ConfigError((SUBJECT_KEY_LOST,))
        return os.urandom(32)

    try:
        return SubjectKey(secrets.get_or_make(SUBJECT_KEY, make))
    except SealBroken as error:
        raise ConfigError((error.sentence,)) from None


def _make_data_dir(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _close_to_others(folder)
    except OSError as error:
        raise ConfigError((f"data_dir: {folder} can't be made: {error.strerror}.",)) from None


def _close_to_others(folder: Path) -> None:
    """Remove others' access to files of ours that they could read; other owners' folders stay as they are."""
    databases = list(folder.glob("bridge.db*"))
    modes = [*((file, 0o600) for file in databases), *([(folder, 0o700)] if databases else [])]
    for path, mode in modes:
        with suppress(OSError):  # it has gone, or the file system knows no modes
            found = path.stat()
            if found.st_uid == os.geteuid() and found.st_mode & 0o077:
                path.chmod(mode)
