"""All use cases of administration, for a command or a page, and how they are put together."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bridge.domain.encoding import TokenBytes
from bridge.domain.ids import ConnectorId
from bridge.manage.administrators import AdministratorAdministration
from bridge.manage.audit import AuditAdministration
from bridge.manage.break_glass import EmergencyAdministration
from bridge.manage.client_files.administration import ClientFileAdministration
from bridge.manage.clients import ClientAdministration
from bridge.manage.deleted_clients import DeletedClientAdministration
from bridge.manage.jobs import JobAdministration
from bridge.manage.keys import KeyAdministration
from bridge.manage.logos import LogoAdministration
from bridge.ports.administrators import AdministratorStore
from bridge.ports.audit import AdminAudit
from bridge.ports.basics import Clock, Sealer
from bridge.ports.clients import ClientStore, DeletedClientStore
from bridge.ports.keys import SigningKeyStore
from bridge.ports.logos import LogoStore, PictureMaker
from bridge.ports.outbound import JobLog, Outbox


@dataclass(frozen=True, slots=True)
class AdministrationPorts:
    """What administration needs: SQL and keys, neither Redis nor CamDigiKey.

    `connectors`: the CamDigiKey accounts that a client may name; `environment`: the CamDigiKey by which
    administrators sign in; `every`: the background jobs, and the seconds between two runs of each.
    """

    clients: ClientStore
    deleted_clients: DeletedClientStore
    logos: LogoStore
    pictures: PictureMaker
    administrators: AdministratorStore
    signing_keys: SigningKeyStore
    sealer: Sealer
    trail: AdminAudit
    outbox: Outbox
    job_log: JobLog
    clock: Clock
    token_bytes: TokenBytes
    connectors: Collection[ConnectorId]
    issuer: str
    environment: str
    every: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Administration:
    """The use cases, built with the ports that each needs."""

    clients: ClientAdministration
    deleted_clients: DeletedClientAdministration
    logos: LogoAdministration
    client_files: ClientFileAdministration
    keys: KeyAdministration
    jobs: JobAdministration
    administrators: AdministratorAdministration
    audit: AuditAdministration
    emergencies: EmergencyAdministration
    clock: Clock


def assemble(ports: AdministrationPorts) -> Administration:
    """The use cases on these ports."""
    p = ports
    clients = ClientAdministration(p.clients, p.sealer, p.clock, p.token_bytes, p.connectors, p.issuer)
    return Administration(
        clients=clients,
        logos=LogoAdministration(clients, p.logos, p.pictures, p.clock, p.issuer),
        deleted_clients=DeletedClientAdministration(
            p.deleted_clients, p.sealer, p.clock, p.token_bytes, p.connectors, p.issuer
        ),
        client_files=ClientFileAdministration(p.clients, p.sealer, p.clock, p.connectors, p.issuer),
        keys=KeyAdministration(p.signing_keys, p.clock),
        jobs=JobAdministration(p.job_log, p.outbox, p.every),
        administrators=AdministratorAdministration(p.administrators, p.environment, p.clock, p.token_bytes),
        audit=AuditAdministration(p.trail, p.administrators),
        emergencies=EmergencyAdministration(p.trail, p.clock),
        clock=p.clock,
    )
