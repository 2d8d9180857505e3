"""Deleted applications, which can be restored for some days, and whose ids stay taken; and logos"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deleted_clients",
        sa.Column("client_id", sa.String(255), primary_key=True),
        sa.Column("deleted_at", sa.BigInteger, nullable=False),
        sa.Column("data", sa.Text),
    )
    op.create_index("ix_deleted_clients_deleted_at", "deleted_clients", ["deleted_at", "client_id"])
    op.create_table(
        "logos",
        sa.Column("client_id", sa.String(255), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("png", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("logos")
    op.drop_table("deleted_clients")
