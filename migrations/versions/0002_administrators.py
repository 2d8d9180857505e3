"""Who administers: administrators, invitations, console sessions; applications sorted by name"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _names()
    op.execute("INSERT INTO versions (name, number) VALUES ('administrators', 0)")
    op.create_table(
        "administrators",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("environment", sa.String(255), nullable=False),
        sa.Column("sub", sa.String(128), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.UniqueConstraint("environment", "sub"),
    )
    op.create_table(
        "invitations",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    op.create_table(
        "console_sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column(
            "administrator_id",
            sa.String(64),
            sa.ForeignKey("administrators.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("sid", sa.String(64), nullable=False),
        sa.Column("session_key", sa.String(64), nullable=False),
        sa.Column("auth_time", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("used_at", sa.BigInteger, nullable=False),
        sa.Column("browser", sa.String(200), nullable=False),
    )


def _names() -> None:
    """A column that applications are sorted and searched by."""
    by_code_point = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    clients = sa.table("clients", sa.column("client_id"), sa.column("client_name"), sa.column("name_key"))
    op.add_column("clients", sa.Column("name_key", by_code_point, nullable=False, server_default=""))
    connection = op.get_bind()
    for row in connection.execute(sa.select(clients.c.client_id, clients.c.client_name)).all():
        key = unicodedata.normalize("NFKC", row.client_name).casefold()
        connection.execute(
            sa.update(clients).where(clients.c.client_id == row.client_id).values(name_key=key)
        )
    op.create_index("ix_clients_name_key", "clients", ["name_key", "client_id"])


def downgrade() -> None:
    op.drop_index("ix_clients_name_key", "clients")
    op.drop_column("clients", "name_key")
    op.drop_table("console_sessions")
    op.drop_table("invitations")
    op.drop_table("administrators")
    op.execute("DELETE FROM versions WHERE name = 'administrators'")
