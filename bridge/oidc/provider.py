"""Builds the use cases of the protocol's endpoints, each with the ports that it needs."""

from dataclasses import dataclass

from bridge.domain.policy import Policy
from bridge.oidc.authorization import AuthorizationRequests
from bridge.oidc.client_auth.authentication import ClientAuthentication
from bridge.oidc.client_auth.method import Proofs
from bridge.oidc.id_token import HintReader
from bridge.oidc.introspection import IntrospectionEndpoint
from bridge.oidc.logout import LogoutRequests
from bridge.oidc.revocation import RevocationEndpoint
from bridge.oidc.server.authorization_code import CodeExchange
from bridge.oidc.server.client_credentials import ClientCall
from bridge.oidc.server.refresh_token import Refresh
from bridge.oidc.server.server import GrantTypeUseCases, Server, TokenEndpoint
from bridge.oidc.token_issuer import TokenIssuer
from bridge.oidc.userinfo import UserinfoEndpoint
from bridge.ports.services import Services
from bridge.sessions.watch import SessionWatch


@dataclass(frozen=True, slots=True)
class Provider:
    """The use cases that the views of the protocol's endpoints call."""

    token: TokenEndpoint
    userinfo: UserinfoEndpoint
    introspection: IntrospectionEndpoint
    revocation: RevocationEndpoint
    hints: HintReader
    authorization_requests: AuthorizationRequests
    logout_requests: LogoutRequests


def assemble(services: Services, policy: Policy, watch: SessionWatch) -> Provider:
    """Build all of them; `watch` checks Sessions with CamDigiKey at a refresh."""
    s = services
    hints = HintReader(s.signer, policy.issuer)
    authentication = ClientAuthentication(s.clients, Proofs(s.sealer))
    return Provider(
        token=TokenEndpoint(Server(authentication, _grant_types(services, policy, watch), s.clock), s.audit),
        userinfo=UserinfoEndpoint(s.tokens, s.clients, s.clock),
        introspection=IntrospectionEndpoint(authentication, s.tokens, s.sessions, s.people, policy, s.clock),
        revocation=RevocationEndpoint(authentication, s.tokens, s.grants, s.audit, s.clock),
        hints=hints,
        authorization_requests=AuthorizationRequests(s.clients, hints),
        logout_requests=LogoutRequests(s.clients, hints),
    )


def _grant_types(services: Services, policy: Policy, watch: SessionWatch) -> GrantTypeUseCases:
    s = services
    issuer = TokenIssuer(policy, s.token_bytes, s.signer)
    return GrantTypeUseCases(
        CodeExchange(s.codes, s.grants, s.people, s.tokens, s.audit, issuer),
        Refresh(s.tokens, s.grants, s.people, s.sessions, watch, s.audit, issuer),
        ClientCall(s.grants, s.tokens, s.token_bytes, issuer),
    )
