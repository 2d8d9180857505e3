"""Who administers: administrators, invitations, console sessions"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
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


def downgrade() -> None:
    op.drop_table("console_sessions")
    op.drop_table("invitations")
    op.drop_table("administrators")
    op.execute("DELETE FROM versions WHERE name = 'administrators'")
