"""What the views of one app call: its use cases, and the few ports that pages need themselves."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from bridge.domain.encoding import TokenBytes
from bridge.domain.policy import Policy
from bridge.domain.subject import SubjectKey
from bridge.login.callback import Callback
from bridge.login.completion import Completion
from bridge.login.confirmation import Confirmations
from bridge.login.consent import ConsentGiving
from bridge.login.decider import Decider
from bridge.login.handoff import HandoffStart
from bridge.login.logout import SignOut
from bridge.login.unsolicited import UnsolicitedLogins
from bridge.manage.administration import Administration
from bridge.manage.client_testing import ClientTesting
from bridge.manage.console_sign_in import ConsoleSignIn
from bridge.manage.joining import Joining
from bridge.manage.people import PeopleAdministration
from bridge.oidc.api_tokens import ApiTokens
from bridge.oidc.provider import Provider
from bridge.ops.health import Readiness
from bridge.ports.basics import AuditLog, Clock, Sealer
from bridge.ports.clients import ClientStore
from bridge.ports.connectors import Connectors
from bridge.ports.idempotency import IdempotencyStore
from bridge.ports.keys import Signer
from bridge.ports.logins import InteractionSeal
from bridge.ports.logos import LogoStore
from bridge.settings import Settings
from bridge.web.browser import Browser
from bridge.web.limits import RequestLimits
from bridge.web.proxy_hints import ProxyHints


@dataclass(frozen=True, slots=True)
class UseCases:
    """Everything that views use; built once per app by web.assembly."""

    settings: Settings
    policy: Policy
    clock: Clock
    token_bytes: TokenBytes
    subject_key: SubjectKey
    sealer: Sealer
    signer: Signer
    clients: ClientStore
    audit: AuditLog
    logos: LogoStore
    connectors: Connectors
    interactions: InteractionSeal
    readiness: Readiness
    provider: Provider
    decider: Decider
    handoff_start: HandoffStart
    callback: Callback
    unsolicited: UnsolicitedLogins
    confirmations: Confirmations
    consent: ConsentGiving
    completion: Completion
    sign_out: SignOut
    browser: Browser
    limits: RequestLimits
    proxy_hints: ProxyHints
    administration: Administration
    people: PeopleAdministration
    console_sign_in: ConsoleSignIn
    api_tokens: ApiTokens
    idempotency: IdempotencyStore
    joining: Joining
    testing: ClientTesting


def use_cases() -> UseCases:
    """The use cases of the app that answers this request."""
    return cast(UseCases, current_app.extensions["bridge"])
