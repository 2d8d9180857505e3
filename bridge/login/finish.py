"""Finish: ask the dispatcher what an Interaction needs now, and if it needs nothing more, open its Grant."""

from dataclasses import dataclass, replace

from bridge.domain.claims import reach
from bridge.domain.client import Client
from bridge.domain.consent import Consent
from bridge.domain.grant import Grant
from bridge.domain.interaction import Interaction, Step, next_step
from bridge.domain.session import Session
from bridge.domain.subject import sub_for
from bridge.domain.token import Code
from bridge.errors import ReturnedToClient, ShownToUser
from bridge.login.support import subject_key
from bridge.oidc.authorize import registered
from bridge.oidc.respond import AuthorizationResponse, failure, success
from bridge.oidc.session_watch import outlived, watched
from bridge.oidc.token_issuer import new_code
from bridge.ports import Services
from bridge.settings import Settings

_DENIED = ("access_denied", "The person did not sign in, or did not agree.")
DECLINED = {  # by Interaction.failure: the OAuth error and its fixed sentence
    "": _DENIED,
    "access_denied": _DENIED,
    "account_inactive": _DENIED,  # what CamDigiKey thinks of an account is the person's, not the client's
    "temporarily_unavailable": ("temporarily_unavailable", "CamDigiKey could not be reached."),
    "server_error": ("server_error", "CamDigiKey's answer could not be trusted."),
}


@dataclass(frozen=True, slots=True)
class Asking:
    """A page has to be shown: to sign in, or to agree."""

    step: Step
    interaction: Interaction
    client: Client
    session: Session | None


Outcome = Asking | AuthorizationResponse


def client_of(interaction: Interaction, services: Services) -> Client:
    """The client of an Interaction, as registered now.

    Raises ShownToUser when it is gone or disabled, or the address for the answer is no longer its own.
    """
    client = services.clients.get(interaction.request.client_id)
    if client is None or not client.enabled:
        raise ShownToUser(400, "unknown_client")
    if not registered(interaction.request.redirect_uri, client):
        raise ShownToUser(400, "bad_redirect_uri", client_id=client.client_id)
    return client


def proceed(
    interaction: Interaction, session: Session | None, services: Services, settings: Settings
) -> Outcome:
    """The one dispatcher: what comes next for an Interaction in this browser."""
    client = client_of(interaction, services)
    if session is not None and session.interaction_id != interaction.id:
        session = _still(session, interaction, services, settings)
    sub = sub_for(subject_key(services), client, session.subject.identity.camdigikey_id) if session else None
    try:
        step = _decide(interaction, session, sub, client, services)
    except ReturnedToClient as error:
        return failure(interaction.request, error, settings.issuer)
    if step is not Step.FINISH or session is None or sub is None:
        return Asking(step, interaction, client, session)
    return _open_grant(interaction, session, sub, client, services, settings)


def _still(
    session: Session, interaction: Interaction, services: Services, settings: Settings
) -> Session | None:
    """The Session, unless it is over at CamDigiKey; asked silently no call goes there (DESIGN §6.2)."""
    now = int(services.clock())
    if "none" in interaction.request.prompt:
        return None if outlived(session, now) else session
    return watched(session, services, settings, now)


def _decide(
    interaction: Interaction, session: Session | None, sub: str | None, client: Client, services: Services
) -> Step:
    consent: Consent | None = None
    if session is not None and not interaction.consented_by and not client.skip_consent:
        consent = services.consents.get(session.subject.id, client.client_id)
    return next_step(interaction, session, sub, consent, client, int(services.clock()))


def agree(
    interaction: Interaction, session: Session | None, services: Services, settings: Settings
) -> Outcome:
    """The person agreed on our page: keep it, beside what they agreed to before, and go on."""
    outcome = proceed(interaction, session, services, settings)
    if not isinstance(outcome, Asking) or outcome.step is not Step.CONSENT or session is None:
        return outcome
    now = int(services.clock())
    client = outcome.client
    before = services.consents.get(session.subject.id, client.client_id)
    consent = before or Consent(session.subject.id, client.client_id, frozenset(), frozenset(), now)
    services.consents.save(consent.widened_by(interaction.request, client, now))
    services.audit.record("consent.given", now, client_id=client.client_id, sid=session.sid)
    return proceed(replace(interaction, consented_by=session.subject.id), session, services, settings)


def decline(interaction: Interaction, settings: Settings) -> AuthorizationResponse:
    """The person goes back to the application without signing in, or because it failed."""
    return failure(interaction.request, ReturnedToClient(*DECLINED[interaction.failure]), settings.issuer)


def _open_grant(
    interaction: Interaction,
    session: Session,
    sub: str,
    client: Client,
    services: Services,
    settings: Settings,
) -> AuthorizationResponse:
    now = int(services.clock())
    request = interaction.request
    grant = Grant(
        id=interaction.id,
        client_id=client.client_id,
        subject=session.subject,
        sub=sub,
        scope=request.scope,
        claims=request.claims,
        reach=reach(request, client),
        claims_locales=request.claims_locales,
        nonce=request.nonce,
        auth_time=session.auth_time,
        acr=session.acr,
        amr=session.amr,
        sid=session.sid,
        session_key=session.key,
        created_at=now,
    )
    lifetime = client.lifetimes.get("code", settings.lifetimes.code)
    code = new_code(grant.id, services.token_bytes)
    record = Code(grant, request.redirect_uri, request.code_challenge, now + lifetime)
    if not services.tokens.open_grant(code, record, now):
        raise ShownToUser(
            400, "already_signed_in", "this Interaction was completed before", client_id=client.client_id
        )
    return success(request, code, settings.issuer)
