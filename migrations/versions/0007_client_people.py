"""The people of applications that only listed people may use"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("INSERT INTO versions (name, number) VALUES ('client_people', 0)")
    op.create_table(
        "client_people",
        sa.Column(
            "client_id",
            sa.String(255),
            sa.ForeignKey("clients.client_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("subject_id", sa.String(128), primary_key=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("joined_at", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    op.create_table(
        "client_invitations",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column(
            "client_id",
            sa.String(255),
            sa.ForeignKey("clients.client_id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("sealed", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("client_invitations")
    op.drop_table("client_people")
    op.execute("DELETE FROM versions WHERE name = 'client_people'")
