"""The tables. Every change here comes with a migration; a test compares the two. Times are epoch seconds."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

# Sorted by code points on both databases, so that all texts with one beginning are a range.
BY_CODE_POINT = Text().with_variant(Text(collation="C"), "postgresql")

versions = Table(  # a number that grows with every change to what processes keep in memory
    "versions",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("number", BigInteger, nullable=False),
)

clients = Table(
    "clients",
    metadata,
    Column("client_id", String(255), primary_key=True),
    Column("client_name", Text, nullable=False),
    Column("name_key", BY_CODE_POINT, nullable=False),  # of the name: lists are sorted by it
    Column("enabled", Boolean, nullable=False),
    Column("application_type", String(16), nullable=False),
    Column("connector", String(32)),
    Column("client_id_issued_at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),  # all of it: stores.records.CLIENT
    Column("version", BigInteger, nullable=False),  # the number of its last change
    Column("changed_at", BigInteger, nullable=False),
    Index(None, "name_key", "client_id"),
)

client_people = Table(  # of the applications that only listed people may use
    "client_people",
    metadata,
    Column("client_id", String(255), ForeignKey("clients.client_id", ondelete="CASCADE"), primary_key=True),
    Column("subject_id", String(128), primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("joined_at", BigInteger, nullable=False),
    Column("sealed", Text, nullable=False),  # stores.records.CLIENT_PERSON
)

client_invitations = Table(  # to use such an application
    "client_invitations",
    metadata,
    Column("digest", String(64), primary_key=True),  # of its token
    Column(
        "client_id",
        String(255),
        ForeignKey("clients.client_id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("sealed", Text, nullable=False),  # stores.records.CLIENT_INVITATION
)

deleted_clients = Table(  # their ids stay taken for good
    "deleted_clients",
    metadata,
    Column("client_id", String(255), primary_key=True),
    Column("deleted_at", BigInteger, nullable=False),
    Column("data", Text),  # as in `clients`, without secrets; NULL once it can't be restored any more
    Index(None, "deleted_at", "client_id"),
)

logos = Table(  # that were uploaded; what an application names is its address
    "logos",
    metadata,
    Column("client_id", String(255), primary_key=True),
    Column("digest", String(64), primary_key=True),  # SHA-256 of it
    Column("png", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False, index=True),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", String(128), primary_key=True),
    Column("alg", String(16), nullable=False),
    Column("private_jwk", Text, nullable=False),  # sealed
    Column("created_at", BigInteger, nullable=False),
    Column("retired_at", BigInteger),
)

secrets = Table(
    "secrets",  # lasting keys, sealed
    metadata,
    Column("name", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),  # 1, and one more with each that takes its place
    Column("made_at", BigInteger, nullable=False),
    Column("sealed", Text, nullable=False),
)

master_keys = Table(  # those that seal or have sealed, by their ids; the keys themselves are in the settings
    "master_keys",
    metadata,
    Column("key_id", String(16), primary_key=True),
    Column("used_from", BigInteger, nullable=False),
    Column("used_until", BigInteger),  # NULL: it seals now
)

instances = Table(  # the processes that serve, as each told lately
    "instances",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("host", String(255), nullable=False),
    Column("master_keys", Text, nullable=False),  # JSON list of the ids that it knows
    Column("clock_ahead", Integer, nullable=False),  # seconds that its machine's clock differs from ours
    Column("seen_at", BigInteger, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("subject_id", String(128), primary_key=True),
    Column("client_id", String(255), primary_key=True),
    Column("scope", Text, nullable=False),  # JSON list
    Column("claims", Text, nullable=False),  # JSON list
    Column("granted_at", BigInteger, nullable=False),
    Column("sub_digest", String(64)),  # of the client's name for the person
    Index(None, "client_id", "sub_digest"),
)

spent_tokens = Table(
    "spent_tokens",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("spent_at", BigInteger, nullable=False, index=True),
    Column("unsolicited", Boolean, nullable=False, index=True),  # it came without a Handoff
)

audit = Table(  # what sign-ins leave behind; the columns between event and facts repeat what is searched
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("event", String(64), nullable=False),
    Column("kind", String(16)),  # domain.events.Kind
    Column("client_id", String(255)),
    Column("reason", String(64)),
    Column("request_id", String(64)),
    Column("login", String(32)),  # domain.activity.login_reference
    Column("grant_id", String(128)),
    Column("facts", Text, nullable=False),  # JSON object of texts
    Index(None, "at", "id"),
    Index(None, "kind", "at", "id"),
    Index(None, "client_id", "at", "id"),
    Index(None, "reason", "at", "id"),
    Index(None, "request_id"),
    Index(None, "login"),
    Index(None, "grant_id"),
)

activity_hours = Table(  # counts by the hour, so that nobody has to count rows
    "activity_hours",
    metadata,
    Column("hour", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("reason", String(64), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("milliseconds", BigInteger, nullable=False),  # of calls to CamDigiKey: all together
    Column("slowest", BigInteger, nullable=False),
)

client_uses = Table(  # outside the client's record: it changes all the time, and its version does not
    "client_uses",
    metadata,
    Column("client_id", String(255), primary_key=True),
    Column("used_at", BigInteger, nullable=False),
)

alerts = Table(  # the state of each thing that operators are told of, so that they are told once
    "alerts",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("raised", Boolean, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)

admin_audit = Table(  # the trail of administration, chained: stores.audit_chain
    "admin_audit",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("segment", BigInteger, nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(255), nullable=False),
    Column("event", String(64), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("facts", Text, nullable=False),  # JSON object of texts
    Column("mac", String(64), nullable=False),
    Index(None, "actor", "sequence"),
    Index(None, "event", "sequence"),
    Index(None, "subject", "sequence"),
)

person_looks = Table(  # across applications, with the reason that was given: to be shown to the person
    "person_looks",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("subject_id", String(128), nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    Column("role", String(16), nullable=False),  # of who looked
    Column("reason", Text, nullable=False),
    Index(None, "subject_id", "id"),
)

grants = Table(  # offline ones; all others live in Redis
    "grants",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("origin", String(96), nullable=False, unique=True),  # its kind, and the digest of its id
    Column("client_id", String(255), nullable=False),
    Column("subject_id", String(128), nullable=False, index=True),
    Column("sub_digest", String(64)),  # of the client's name for the person
    Column("sealed", Text, nullable=False),  # stores.records.GRANT
    Column("created_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Index(None, "client_id", "sub_digest"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("grant_id", String(128), ForeignKey("grants.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("ends_at", BigInteger, nullable=False),
    Column("rotated_at", BigInteger),
    Column("answer", LargeBinary),  # sealed under the token itself
)

outbox = Table(  # messages to clients: waiting, and for a time those that were delivered or given up
    "outbox",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("client_id", String(255), nullable=False),
    Column("facts", Text, nullable=False),  # JSON object of texts
    Column("created_at", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),  # domain.OutboxState
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("settled_at", BigInteger),  # when it was delivered or given up
    Column("why", String(64)),  # of the last attempt that failed
    Index(None, "state", "next_attempt_at"),
)

jobs = Table(  # the last run of each background job
    "jobs",
    metadata,
    Column("job", String(64), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("milliseconds", BigInteger, nullable=False),
    Column("result", String(200), nullable=False),
    Column("failed", Boolean, nullable=False),
)

api_answers = Table(  # of the administration API, to requests that may come twice; secrets never
    "api_answers",
    metadata,
    Column("digest", String(64), primary_key=True),  # of who asked, and of their key
    Column("request", String(64), nullable=False),  # the digest of what was asked
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("status", Integer),  # NULL: not answered yet
    Column("headers", Text),  # JSON object of texts
    Column("body", Text),
)

administrators = Table(
    "administrators",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("environment", String(255), nullable=False),
    Column("sub", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("sealed", Text, nullable=False),  # stores.records.ADMINISTRATOR
    UniqueConstraint("environment", "sub"),
)

invitations = Table(  # to administer
    "invitations",
    metadata,
    Column("digest", String(64), primary_key=True),  # of its token
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("sealed", Text, nullable=False),  # stores.records.INVITATION
)

approvals = Table(  # proposals, and what became of them
    "approvals",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("client_id", String(255), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("proposed_by", String(255), nullable=False),
    Column("proposed_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("data", Text, nullable=False),  # stores.records.PROPOSAL
    Index(None, "state", "proposed_at"),
)

console_sessions = Table(
    "console_sessions",
    metadata,
    Column("digest", String(64), primary_key=True),  # of its cookie's secret
    Column(
        "administrator_id",
        String(64),
        ForeignKey("administrators.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("sid", String(64), nullable=False),
    Column("session_key", String(64), nullable=False),
    Column("auth_time", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False, index=True),
    Column("used_at", BigInteger, nullable=False),
    Column("browser", String(200), nullable=False),
)
