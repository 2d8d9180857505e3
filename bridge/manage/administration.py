"""All use cases of administration, for a command or a page, and how they are put together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bridge.domain.encoding import TokenBytes
from bridge.domain.expiry import Expiry
from bridge.domain.ids import ConnectorId
from bridge.domain.network import is_loopback
from bridge.manage.activity import ActivityAdministration
from bridge.manage.administrators import AdministratorAdministration
from bridge.manage.approvals import ApprovalAdministration
from bridge.manage.audit import AuditAdministration
from bridge.manage.break_glass import EmergencyAdministration
from bridge.manage.client_files.administration import ClientFileAdministration
from bridge.manage.client_people import ClientPeopleAdministration
from bridge.manage.clients import ClientAdministration
from bridge.manage.deleted_clients import DeletedClientAdministration
from bridge.manage.jobs import JobAdministration
from bridge.manage.keys import KeyAdministration
from bridge.manage.logos import LogoAdministration
from bridge.manage.overview import Overview, SetUp
from bridge.manage.register import ClientRegister
from bridge.manage.service import ServiceAdministration
from bridge.ports.activity import ActivityLog
from bridge.ports.administrators import AdministratorStore
from bridge.ports.approvals import ApprovalStore
from bridge.ports.audit import AdminAudit
from bridge.ports.basics import Clock, Sealer
from bridge.ports.client_people import ClientPeople
from bridge.ports.clients import ClientStore, DeletedClientStore
from bridge.ports.facts import ServiceFacts
from bridge.ports.grants import GrantStore
from bridge.ports.keys import SigningKeyStore
from bridge.ports.logos import LogoStore, PictureMaker
from bridge.ports.outbound import JobLog, Outbox

# The demo's sample applications need nobody's approval where the provider and CamDigiKey are on this machine:
# the simulator alone answers there, and everybody is a pretend person.
DEMO_CLIENTS = ("demo-portal", "demo-office")


@dataclass(frozen=True, slots=True)
class AdministrationPorts:
    """What administration needs: SQL and keys; not CamDigiKey, and Redis only where Grants are ended.

    `connectors`: the CamDigiKey accounts that a client may name; `environment`: the CamDigiKey by which
    administrators sign in; `every`: the background jobs, and the seconds between two runs of each;
    `certificates`: those of the CamDigiKey accounts.
    """

    clients: ClientStore
    approvals: ApprovalStore
    people: ClientPeople
    grants: GrantStore
    deleted_clients: DeletedClientStore
    logos: LogoStore
    pictures: PictureMaker
    administrators: AdministratorStore
    signing_keys: SigningKeyStore
    sealer: Sealer
    trail: AdminAudit
    activity: ActivityLog
    outbox: Outbox
    job_log: JobLog
    facts: ServiceFacts
    clock: Clock
    token_bytes: TokenBytes
    connectors: Collection[ConnectorId]
    issuer: str
    environment: str
    every: Mapping[str, float]
    certificates: Sequence[Expiry]
    set_up: SetUp


@dataclass(frozen=True, slots=True)
class Administration:
    """The use cases, built with the ports that each needs."""

    clients: ClientAdministration
    deleted_clients: DeletedClientAdministration
    logos: LogoAdministration
    client_files: ClientFileAdministration
    approvals: ApprovalAdministration
    listed_people: ClientPeopleAdministration
    keys: KeyAdministration
    jobs: JobAdministration
    administrators: AdministratorAdministration
    audit: AuditAdministration
    service: ServiceAdministration
    activity: ActivityAdministration
    overview: Overview
    emergencies: EmergencyAdministration
    clock: Clock


def assemble(ports: AdministrationPorts) -> Administration:
    """The use cases on these ports."""
    p, register = ports, _register(ports)
    clients = ClientAdministration(
        p.clients, register, p.sealer, p.clock, p.token_bytes, p.connectors, p.issuer
    )
    return Administration(
        clients=clients,
        logos=LogoAdministration(clients, p.logos, p.pictures, p.clock, p.issuer),
        deleted_clients=DeletedClientAdministration(
            p.deleted_clients, register, p.sealer, p.clock, p.token_bytes, p.connectors, p.issuer
        ),
        client_files=ClientFileAdministration(p.clients, register, p.sealer, p.clock, p.connectors, p.issuer),
        approvals=ApprovalAdministration(register, p.clients, p.approvals, p.clock, p.connectors, p.issuer),
        listed_people=ClientPeopleAdministration(
            p.people, p.clients, p.grants, p.trail, p.clock, p.token_bytes
        ),
        keys=KeyAdministration(p.signing_keys, p.clock),
        jobs=JobAdministration(p.job_log, p.outbox, p.every),
        administrators=AdministratorAdministration(p.administrators, p.environment, p.clock, p.token_bytes),
        audit=AuditAdministration(p.trail, p.administrators),
        service=ServiceAdministration(p.facts),
        activity=ActivityAdministration(p.activity, p.trail, p.clock, p.token_bytes),
        overview=Overview(
            p.activity,
            p.clients,
            p.administrators,
            p.signing_keys,
            p.certificates,
            p.set_up,
            p.environment,
            p.clock,
        ),
        emergencies=EmergencyAdministration(p.trail, p.clock),
        clock=p.clock,
    )


def _register(ports: AdministrationPorts) -> ClientRegister:
    p = ports
    pretend = all(is_loopback(urlsplit(address).hostname or "") for address in (p.issuer, p.environment))
    return ClientRegister(
        p.clients,
        p.approvals,
        p.administrators,
        p.clock,
        p.token_bytes,
        p.environment,
        DEMO_CLIENTS if pretend else (),
    )
