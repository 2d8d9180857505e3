"""Builds the use cases of one app from the ports: each is given only the ports that it needs."""

from bridge.domain.ids import ConnectorId
from bridge.domain.policy import Policy
from bridge.login.callback import Callback
from bridge.login.completion import Completion
from bridge.login.confirmation import Confirmations
from bridge.login.consent import ConsentGiving
from bridge.login.decider import Decider
from bridge.login.handoff import HandoffStart
from bridge.login.logout import SignOut
from bridge.login.signing_in import SigningIn
from bridge.login.unsolicited import UnsolicitedLogins
from bridge.manage import administration
from bridge.manage.administration import AdministrationPorts
from bridge.manage.client_testing import ClientTesting
from bridge.manage.console_sign_in import ConsoleSignIn
from bridge.manage.joining import Joining
from bridge.manage.overview import SetUp
from bridge.manage.people import PeopleAdministration, PeoplePorts
from bridge.oidc import provider
from bridge.oidc.api_tokens import ApiTokens
from bridge.ops.health import Readiness
from bridge.ports.services import Services
from bridge.sessions.ending import SessionEnding
from bridge.sessions.opening import SessionOpening
from bridge.sessions.upstream import UpstreamLogout
from bridge.sessions.watch import SessionWatch
from bridge.settings import Settings
from bridge.web.browser import Browser
from bridge.web.client_address import ClientAddress
from bridge.web.cookies import Cookies
from bridge.web.limits import RequestLimits
from bridge.web.proxy_hints import ProxyHints
from bridge.web.use_cases import UseCases


def assemble(settings: Settings, services: Services) -> UseCases:
    """The use cases of one app, from its settings and its services (see ports.Services)."""
    s, policy = services, settings.policy
    upstream = UpstreamLogout(s.connectors, s.audit)
    ending = SessionEnding(s.sessions, s.grants, s.clients, s.outbox, upstream, s.subject_key, s.audit)
    watch = SessionWatch(s.sessions, s.connectors, s.limiter, ending, s.audit, policy)
    decider = Decider(
        s.clients, s.people, s.consents, s.connectors, s.handoffs, watch, s.subject_key, s.clock
    )
    consent = ConsentGiving(decider, s.consents, s.audit, s.clock)
    signing_in = _signing_in(s, policy, decider, ending, upstream)
    browser = Browser(Cookies(settings.secure), s.sessions, s.sealer, s.clock, s.token_bytes)
    address = ClientAddress(settings.server.trusted_proxies)
    admin = administration.assemble(_administration_ports(s, settings))
    console = _console_sign_in(settings, s, admin)
    return UseCases(
        settings=settings,
        policy=policy,
        clock=s.clock,
        token_bytes=s.token_bytes,
        subject_key=s.subject_key,
        sealer=s.sealer,
        signer=s.signer,
        clients=s.clients,
        audit=s.audit,
        logos=s.logos,
        connectors=s.connectors,
        interactions=s.interactions,
        readiness=Readiness(s.checks),
        provider=provider.assemble(s, policy, watch),
        decider=decider,
        handoff_start=HandoffStart(s.handoffs, s.grants, upstream, s.token_bytes, s.clock, policy, s.audit),
        callback=Callback(s.handoffs, s.spent, s.confirmations, signing_in, s.audit, s.clock, policy),
        unsolicited=UnsolicitedLogins(upstream, s.audit, s.limiter, s.counters, s.clock),
        confirmations=Confirmations(s.confirmations, signing_in, upstream, s.clock),
        consent=consent,
        completion=Completion(s.grants, s.codes, consent, s.audit, s.token_bytes, s.clock, policy),
        sign_out=SignOut(s.sessions, ending, s.clock),
        browser=browser,
        limits=RequestLimits(s.limiter, s.clock, settings.limits, address, browser),
        proxy_hints=ProxyHints(address, s.clock, secure=settings.secure),
        administration=admin,
        people=_people(s, ending),
        api_tokens=ApiTokens(s.tokens, s.clients, policy.issuer, s.clock),
        idempotency=s.idempotency,
        console_sign_in=console,
        testing=ClientTesting(
            console,
            ending,
            s.clients,
            s.people,
            s.trail,
            s.personas,
            s.subject_key,
            policy,
            s.clock,
            s.token_bytes,
        ),
        joining=Joining(
            admin.listed_people, s.clients, s.codes, s.grants, s.clock, s.token_bytes, policy.issuer
        ),
    )


def _administration_ports(services: Services, settings: Settings) -> AdministrationPorts:
    s = services
    return AdministrationPorts(
        clients=s.clients,
        approvals=s.approvals,
        people=s.people,
        grants=s.grants,
        deleted_clients=s.deleted_clients,
        logos=s.logos,
        pictures=s.pictures,
        administrators=s.administrators,
        signing_keys=s.signing_keys,
        sealer=s.sealer,
        trail=s.trail,
        activity=s.activity,
        outbox=s.outbox,
        job_log=s.job_log,
        facts=s.facts,
        clock=s.clock,
        token_bytes=s.token_bytes,
        connectors=tuple(s.connectors),
        issuer=settings.issuer,
        environment=s.environment,
        every=s.every,
        certificates=s.certificates,
        set_up=SetUp.of(settings, s.environment),
    )


def _people(services: Services, ending: SessionEnding) -> PeopleAdministration:
    s = services
    return PeopleAdministration(
        PeoplePorts(s.clients, s.consents, s.grants, s.sessions, ending, s.person_looks, s.trail, s.clock)
    )


def _console_sign_in(
    settings: Settings, services: Services, administration: administration.Administration
) -> ConsoleSignIn:
    s, policy = services, settings.policy
    return ConsoleSignIn(
        s.codes,
        s.grants,
        s.sessions,
        s.administrators,
        s.console_sessions,
        administration.administrators,
        s.audit,
        s.clock,
        s.token_bytes,
        policy.issuer,
        s.environment,
        ConnectorId(settings.admin.connector or next(iter(s.connectors))),
    )


def _signing_in(
    services: Services, policy: Policy, decider: Decider, ending: SessionEnding, upstream: UpstreamLogout
) -> SigningIn:
    opening = SessionOpening(services.sessions, ending, services.subject_key, policy)
    return SigningIn(decider, opening, upstream, services.subject_key, services.audit, services.clock)
