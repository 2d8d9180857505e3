"""The end of a sign-in: a Grant is opened and its code goes to the client, or an error does."""

from bridge.domain.activity import login_reference, person_at
from bridge.domain.claims import claim_names
from bridge.domain.client import Client
from bridge.domain.encoding import TokenBytes, random_text
from bridge.domain.grant import Grant, Origin
from bridge.domain.ids import GrantId
from bridge.domain.interaction import Failure, GivenAnswer, Interaction
from bridge.domain.next_step import Finish
from bridge.domain.policy import REPEATED_FOR, Policy
from bridge.domain.principal import LoginFacts, PersonPrincipal
from bridge.domain.session import Session
from bridge.domain.token import AuthorizationCode
from bridge.errors import ReturnedToClient, StoreUnavailable
from bridge.login.begin_anew import BeginAnew
from bridge.login.consent import ConsentGiving
from bridge.login.decider import Decision
from bridge.oidc.authorization_response import AuthorizationResponse, failure, success
from bridge.oidc.token_issuer import new_code
from bridge.ports.basics import AuditLog, Clock
from bridge.ports.grants import CodeStore, GrantStore

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
    """Makes the answer to the client that ends an Interaction.

    The first answer counts. Who asks again in the same browser, by whatever button, gets it once more for a
    minute, while it holds; otherwise the same request begins anew (DESIGN §6.18).
    """

    def __init__(
        self,
        grants: GrantStore,
        codes: CodeStore,
        consents: ConsentGiving,
        audit: AuditLog,
        token_bytes: TokenBytes,
        clock: Clock,
        policy: Policy,
    ) -> None:
        self._grants = grants
        self._codes = codes
        self._consents = consents
        self._audit = audit
        self._token_bytes = token_bytes
        self._clock = clock
        self._policy = policy

    def complete(self, decision: Decision, finish: Finish) -> AuthorizationResponse:
        """Open the Interaction's Grant, and answer with its code; or give the first answer again.

        Raises BeginAnew where that holds no longer.
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
        response = success(request, text, self._policy.issuer)
        answer = GivenAnswer(decision.interaction.browser, now, response.params)
        first = self._grants.open(grant, now, (text, code), answer)
        if first:
            facts = {"client_id": client.client_id, "grant_id": grant.id, "sid": finish.session.sid}
            facts |= {"person": person_at(finish.sub), "login": login_reference(decision.interaction.id)}
            self._audit.note("grant.opened", now, **facts)
        else:
            answer = self._given_before(decision.interaction, finish.session, now)
        if answer.code is not None:  # after "no" nothing is kept, whatever is pressed
            self._consents.keep(decision, finish.session, finish.sub, again=not first)
        return AuthorizationResponse(request.reply_to, answer.params)

    def refuse(self, interaction: Interaction, error: ReturnedToClient) -> AuthorizationResponse:
        """Answer the client with an error."""
        return failure(interaction.request.reply_to, error, self._policy.issuer)

    def decline(self, interaction: Interaction, *, remembered: bool = True) -> AuthorizationResponse:
        """The person goes back to the application without signing in; the error says why (see DECLINED).

        Where the Interaction was answered in the last minute, that answer again. `remembered`: whether this
        one is. Nobody needs a store to go back: where Redis is away, nothing is remembered. Raises BeginAnew.
        """
        now = int(self._clock())
        response = self.refuse(interaction, ReturnedToClient(*DECLINED[interaction.failure]))
        answer = GivenAnswer(interaction.browser, now, response.params)
        try:
            if not remembered or self._grants.close(_origin(interaction), answer):
                self._note_declined(interaction, now)
                return response
            given = self._last_answer(interaction, now)
        except StoreUnavailable:
            return response
        return AuthorizationResponse(interaction.request.reply_to, given.params) if given else response

    def _note_declined(self, interaction: Interaction, now: int) -> None:
        facts = {"client_id": interaction.request.client_id, "login": login_reference(interaction.id)}
        self._audit.note("login.declined", now, reason=interaction.failure or "declined", **facts)

    def _given_before(self, interaction: Interaction, session: Session, now: int) -> GivenAnswer:
        """The answer that this Interaction has had. Raises BeginAnew where it holds no longer.

        A "no" holds no longer for who has signed in since.
        """
        given = self._last_answer(interaction, now)
        if given is None or (given.code is None and given.given_at < session.auth_time):
            raise BeginAnew(interaction)
        return given

    def _last_answer(self, interaction: Interaction, now: int) -> GivenAnswer | None:
        """The answer of the last minute; None where it is longer ago. Raises BeginAnew for a dead code."""
        given = self._grants.answer_of(_origin(interaction))
        if given is None or given.browser != interaction.browser or now - given.given_at > REPEATED_FOR:
            return None
        if given.code is not None and not self._codes.live(given.code, now):
            raise BeginAnew(interaction)
        return given

    def _grant(self, decision: Decision, finish: Finish, now: int) -> Grant:
        interaction, request, session = decision.interaction, decision.interaction.request, finish.session
        return Grant(
            id=GrantId(random_text(self._token_bytes, 16)),
            origin=_origin(interaction),
            client_id=decision.client.client_id,
            principal=PersonPrincipal(session.subject, finish.sub, _login_facts(session), finish.roles),
            scope=request.scope,
            created_at=now,
            claims=request.claims,
            claim_names=_claim_names(interaction, session, decision.client),
            claims_locales=request.claims_locales,
        )


def _origin(interaction: Interaction) -> Origin:
    return Origin("interaction", interaction.id)


def _claim_names(interaction: Interaction, session: Session, client: Client) -> frozenset[str]:
    """What the request can give the client, and no more than its page showed to the person who agreed."""
    possible, shown = claim_names(interaction.request, client), interaction.consented_claims
    if shown is None or interaction.consented_by != session.subject.id:
        return possible
    return possible & shown


def _login_facts(session: Session) -> LoginFacts:
    return LoginFacts(session.sid, session.key, session.auth_time, session.acr, session.amr)
