"""The activity of applications: what is searched of the audit trail, counts by the hour, and alerts"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SEARCHED = {"kind": 16, "client_id": 255, "reason": 64, "request_id": 64, "login": 32, "grant_id": 128}
BY_TIME = ("kind", "client_id", "reason")
ALONE = ("request_id", "login", "grant_id")


def upgrade() -> None:
    with op.batch_alter_table("audit") as table:
        for name, length in SEARCHED.items():
            table.add_column(sa.Column(name, sa.String(length)))
    op.drop_index("ix_audit_at", "audit")
    op.create_index("ix_audit_at", "audit", ["at", "id"])
    for name in BY_TIME:
        op.create_index(f"ix_audit_{name}", "audit", [name, "at", "id"])
    for name in ALONE:
        op.create_index(f"ix_audit_{name}", "audit", [name])
    op.create_table(
        "activity_hours",
        sa.Column("hour", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("reason", sa.String(64), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("milliseconds", sa.BigInteger, nullable=False),
        sa.Column("slowest", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "client_uses",
        sa.Column("client_id", sa.String(255), primary_key=True),
        sa.Column("used_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "alerts",
        sa.Column("name", sa.String(128), primary_key=True),
        sa.Column("raised", sa.Boolean, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    for name in ("alerts", "client_uses", "activity_hours"):
        op.drop_table(name)
    for name in (*BY_TIME, *ALONE, "at"):
        op.drop_index(f"ix_audit_{name}", "audit")
    with op.batch_alter_table("audit") as table:
        for name in SEARCHED:
            table.drop_column(name)
    op.create_index("ix_audit_at", "audit", ["at"])
