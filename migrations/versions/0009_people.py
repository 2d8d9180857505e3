"""People are found by the sub that a client knows them by; looks across applications are remembered"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("consents", "grants"):
        op.add_column(table, sa.Column("sub_digest", sa.String(64)))
        op.drop_index(f"ix_{table}_client_id", table)
        op.create_index(f"ix_{table}_client_id", table, ["client_id", "sub_digest"])
    op.create_table(
        "person_looks",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("subject_id", sa.String(128), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_person_looks_subject_id", "person_looks", ["subject_id", "id"])


def downgrade() -> None:
    op.drop_table("person_looks")
    for table in ("consents", "grants"):
        op.drop_index(f"ix_{table}_client_id", table)
        op.create_index(f"ix_{table}_client_id", table, ["client_id"])
        op.drop_column(table, "sub_digest")
