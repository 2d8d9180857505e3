"""The end of a sign-in: a Grant is opened and its code goes to the client, or an error does."""

from bridge.domain.claims import claim_names
from bridge.domain.encoding import TokenBytes, random_text
from bridge.domain.grant import Grant, Origin
from bridge.domain.ids import GrantId
from bridge.domain.interaction import Failure, Interaction
from bridge.domain.next_step import Finish
from bridge.domain.policy import Policy
from bridge.domain.principal import LoginFacts, PersonPrincipal
from bridge.domain.session import Session
from bridge.domain.token import AuthorizationCode
from bridge.errors import ReturnedToClient, ShownToUser
from bridge.login.decider import Decision
from bridge.oidc.authorization_response import AuthorizationResponse, failure, success
from bridge.oidc.token_issuer import new_code
from bridge.ports.basics import AuditLog, Clock
from bridge.ports.grants import GrantStore

_DENIED = ("access_denied", "The person did not sign in, or did not agree.")
DECLINED: dict[
    Failure | None, tuple[str, str]
] = {  # by Interaction.failure: the OAuth error and its sentence
    None: _DENIED,
    "access_denied": _DENIED,
    "account_inactive": _DENIED,  # what CamDigiKey thinks of an account is the person's, not the client's
    "temporarily_unavailable": ("temporarily_unavailable", "CamDigiKey could not be reached."),
    "server_error": ("server_error", "CamDigiKey's answer could not be trusted."),
}


class Completion:
    """Makes the answer to the client that ends an Interaction."""

    def __init__(
        self, grants: GrantStore, audit: AuditLog, token_bytes: TokenBytes, clock: Clock, policy: Policy
    ) -> None:
        self._grants = grants
        self._audit = audit
        self._token_bytes = token_bytes
        self._clock = clock
        self._policy = policy

    def complete(self, decision: Decision, finish: Finish) -> AuthorizationResponse:
        """Open the Interaction's Grant, and answer with its code.

        Raises ShownToUser when this Interaction was completed before: one Grant may come of it.
        """
        now, client, request = int(self._clock()), decision.client, decision.interaction.request
        grant = self._grant(decision, finish, now)
        text = new_code(grant.id, self._token_bytes)
        code = AuthorizationCode(
            grant_id=grant.id,
            client_id=client.client_id,
            redirect_uri=request.reply_to.redirect_uri,
            expires_at=now + client.lifetime("code", self._policy.lifetimes.code),
            code_challenge=request.code_challenge,
            nonce=request.nonce,
        )
        if not self._grants.open(grant, now, (text, code)):
            detail = "this Interaction was completed before"
            raise ShownToUser(400, "already_signed_in", detail, client_id=client.client_id)
        facts = {"client_id": client.client_id, "grant_id": grant.id, "sid": finish.session.sid}
        self._audit.note("grant.opened", now, **facts)
        return success(request, text, self._policy.issuer)

    def refuse(self, interaction: Interaction, error: ReturnedToClient) -> AuthorizationResponse:
        """Answer the client with an error."""
        return failure(interaction.request.reply_to, error, self._policy.issuer)

    def decline(self, interaction: Interaction) -> AuthorizationResponse:
        """The person goes back to the application without signing in; the error says why (see DECLINED)."""
        return self.refuse(interaction, ReturnedToClient(*DECLINED[interaction.failure]))

    def _grant(self, decision: Decision, finish: Finish, now: int) -> Grant:
        interaction, request, session = decision.interaction, decision.interaction.request, finish.session
        return Grant(
            id=GrantId(random_text(self._token_bytes, 16)),
            origin=Origin("interaction", interaction.id),
            client_id=decision.client.client_id,
            principal=PersonPrincipal(session.subject, finish.sub, _login_facts(session)),
            scope=request.scope,
            created_at=now,
            claims=request.claims,
            claim_names=claim_names(request, decision.client),
            claims_locales=request.claims_locales,
        )


def _login_facts(session: Session) -> LoginFacts:
    return LoginFacts(session.sid, session.key, session.auth_time, session.acr, session.amr)
