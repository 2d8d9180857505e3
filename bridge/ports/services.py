"""Services: every port with its implementation. Each use case gets only the few that it needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bridge.domain.encoding import TokenBytes
from bridge.domain.expiry import Expiry
from bridge.domain.subject import Identity, SubjectKey
from bridge.ports.activity import ActivityLog
from bridge.ports.administrators import AdministratorStore, ConsoleSessionStore
from bridge.ports.approvals import ApprovalStore
from bridge.ports.audit import AdminAudit
from bridge.ports.basics import AuditLog, Clock, Counters, HealthCheck, RateLimiter, Sealer
from bridge.ports.client_people import ClientPeople
from bridge.ports.clients import ClientStore, ConsentStore, DeletedClientStore
from bridge.ports.connectors import Connectors
from bridge.ports.facts import ServiceFacts
from bridge.ports.grants import CodeStore, GrantStore, TokenStore
from bridge.ports.idempotency import IdempotencyStore
from bridge.ports.keys import SecretStore, Signer, SigningKeyStore
from bridge.ports.logins import ConfirmationStore, HandoffStore, InteractionSeal, SpentTokens
from bridge.ports.logos import LogoStore, PictureMaker
from bridge.ports.outbound import AlertStates, Fetcher, JobLog, Lease, Outbox
from bridge.ports.people import PersonLooks
from bridge.ports.sessions import SessionStore


@dataclass(frozen=True, slots=True)
class Services:
    """All ports of one process; made by wiring, or by a test."""

    clock: Clock
    token_bytes: TokenBytes
    subject_key: SubjectKey
    connectors: Connectors
    sealer: Sealer
    signer: Signer
    interactions: InteractionSeal
    clients: ClientStore
    people: ClientPeople
    deleted_clients: DeletedClientStore
    logos: LogoStore
    pictures: PictureMaker
    signing_keys: SigningKeyStore
    secrets: SecretStore
    consents: ConsentStore
    spent: SpentTokens
    audit: AuditLog
    activity: ActivityLog
    trail: AdminAudit
    person_looks: PersonLooks
    handoffs: HandoffStore
    confirmations: ConfirmationStore
    sessions: SessionStore
    grants: GrantStore
    codes: CodeStore
    tokens: TokenStore
    limiter: RateLimiter
    approvals: ApprovalStore
    administrators: AdministratorStore
    console_sessions: ConsoleSessionStore
    idempotency: IdempotencyStore
    outbox: Outbox
    alert_states: AlertStates
    fetcher: Fetcher
    lease: Lease
    job_log: JobLog
    counters: Counters
    facts: ServiceFacts
    environment: str  # the CamDigiKey by which administrators sign in
    certificates: Sequence[Expiry]  # of the CamDigiKey accounts
    personas: Mapping[str, Identity]  # the people of a simulator; empty where CamDigiKey is none
    every: Mapping[str, float]  # seconds between two runs of each background job
    checks: Mapping[str, HealthCheck]
    close: Callable[[], None]  # closes all connections
