"""Alembic's entry. `bridge.stores.migrate` hands in a connection that is in its transaction already."""

from alembic import context

from bridge.stores.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite can't alter most of a table in place
    compare_type=True,
)
context.run_migrations()
