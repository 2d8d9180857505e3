"""The trail of administration, chained"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("INSERT INTO versions (name, number) VALUES ('admin_audit', 0)")
    op.create_table(
        "admin_audit",
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("segment", sa.BigInteger, nullable=False, index=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
    )
    for column in ("actor", "event", "subject"):
        op.create_index(f"ix_admin_audit_{column}", "admin_audit", [column, "sequence"])


def downgrade() -> None:
    op.drop_table("admin_audit")
    op.execute("DELETE FROM versions WHERE name = 'admin_audit'")
