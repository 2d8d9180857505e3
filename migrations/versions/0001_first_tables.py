"""The first tables: clients, keys, secrets, consents, spent tokens, audit, offline grants, outbox, jobs"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _what_the_bridge_is()
    _what_people_did()
    _offline_grants()
    _work_in_the_background()


def _what_the_bridge_is() -> None:
    versions = op.create_table(
        "versions",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    names = ("clients", "signing_keys", "master_keys")
    op.bulk_insert(versions, [{"name": name, "number": 0} for name in names])
    op.create_table(
        "clients",
        sa.Column("client_id", sa.String(255), primary_key=True),
        sa.Column("client_name", sa.Text, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("application_type", sa.String(16), nullable=False),
        sa.Column("connector", sa.String(32)),
        sa.Column("client_id_issued_at", sa.BigInteger, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "signing_keys",
        sa.Column("kid", sa.String(128), primary_key=True),
        sa.Column("alg", sa.String(16), nullable=False),
        sa.Column("private_jwk", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("retired_at", sa.BigInteger),
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    op.create_table(
        "master_keys",
        sa.Column("key_id", sa.String(16), primary_key=True),
        sa.Column("used_from", sa.BigInteger, nullable=False),
        sa.Column("used_until", sa.BigInteger),
    )
    op.create_table(
        "instances",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("master_keys", sa.Text, nullable=False),
        sa.Column("clock_ahead", sa.Integer, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
    )


def _what_people_did() -> None:
    op.create_table(
        "consents",
        sa.Column("subject_id", sa.String(128), primary_key=True),
        sa.Column("client_id", sa.String(255), primary_key=True),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("claims", sa.Text, nullable=False),
        sa.Column("granted_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_consents_client_id", "consents", ["client_id"])
    op.create_table(
        "spent_tokens",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("spent_at", sa.BigInteger, nullable=False),
        sa.Column("unsolicited", sa.Boolean, nullable=False),
    )
    op.create_index("ix_spent_tokens_spent_at", "spent_tokens", ["spent_at"])
    op.create_index("ix_spent_tokens_unsolicited", "spent_tokens", ["unsolicited"])
    op.create_table(
        "audit",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
    )
    op.create_index("ix_audit_at", "audit", ["at"])


def _offline_grants() -> None:
    op.create_table(
        "grants",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("origin", sa.String(96), nullable=False),
        sa.Column("client_id", sa.String(255), nullable=False),
        sa.Column("subject_id", sa.String(128), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.UniqueConstraint("origin", name="uq_grants_origin"),
    )
    op.create_index("ix_grants_client_id", "grants", ["client_id"])
    op.create_index("ix_grants_subject_id", "grants", ["subject_id"])
    op.create_table(
        "refresh_tokens",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("grant_id", sa.String(128), sa.ForeignKey("grants.id", ondelete="CASCADE"), nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("rotated_at", sa.BigInteger),
        sa.Column("answer", sa.LargeBinary),
    )
    op.create_index("ix_refresh_tokens_grant_id", "refresh_tokens", ["grant_id"])
    op.create_index("ix_refresh_tokens_expires_at", "refresh_tokens", ["expires_at"])


def _work_in_the_background() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("client_id", sa.String(255), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger, nullable=False),
        sa.Column("settled_at", sa.BigInteger),
        sa.Column("why", sa.String(64)),
    )
    op.create_index("ix_outbox_state", "outbox", ["state", "next_attempt_at"])
    op.create_table(
        "jobs",
        sa.Column("job", sa.String(64), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("milliseconds", sa.BigInteger, nullable=False),
        sa.Column("result", sa.String(200), nullable=False),
        sa.Column("failed", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "jobs",
        "outbox",
        "refresh_tokens",
        "grants",
        "audit",
        "spent_tokens",
        "consents",
        "instances",
        "master_keys",
        "secrets",
        "signing_keys",
        "clients",
        "versions",
    ):  # fmt: skip -- one list
        op.drop_table(table)
