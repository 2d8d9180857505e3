"""The last run of each background job."""

from collections.abc import Mapping

from sqlalchemy import Connection, Engine, select

from bridge.ports.outbound import JobRun
from bridge.stores.sql.engine import dialect_insert, reading, writing
from bridge.stores.sql.tables import jobs

MAX_RESULT = 200  # characters


class SqlJobLog:
    """ports.JobLog."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, run: JobRun) -> None:
        """Store it in place of the job's earlier run."""
        row = {
            "at": run.at,
            "milliseconds": run.milliseconds,
            "result": run.result[:MAX_RESULT],
            "failed": run.failed,
        }

        def step(connection: Connection) -> None:
            new = dialect_insert(connection, jobs).values(job=run.job, **row)
            connection.execute(new.on_conflict_do_update(index_elements=["job"], set_=row))

        writing(self._engine, step)

    def last(self) -> Mapping[str, JobRun]:
        """The last run of each job, by its name."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(jobs)).all()
        return {row.job: JobRun(row.job, row.at, row.milliseconds, row.result, row.failed) for row in rows}
