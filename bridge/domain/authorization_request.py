"""An authorization request of a client, after all checks (oidc/authorization/); never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from bridge.domain.ids import ClientId, Sub

Json = str | int | float | bool | None
ResponseType = Literal["code"]
ResponseMode = Literal["query", "fragment", "form_post"]
Prompt = Literal["none", "login", "consent", "select_account"]
PROMPTS: tuple[Prompt, ...] = get_args(Prompt)


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """One claim asked for by the `claims` parameter (OIDC Core §5.5.1)."""

    essential: bool = False
    values: tuple[Json, ...] = ()  # wanted only if it is one of these; empty: any value


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """The `claims` parameter (OIDC Core §5.5): claims by name, for userinfo and for the ID token."""

    userinfo: Mapping[str, ClaimRequest] = field(default_factory=dict)
    id_token: Mapping[str, ClaimRequest] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Every claim asked for, in either place."""
        return frozenset(self.userinfo) | frozenset(self.id_token)


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Where the answer goes, a code or an error, and how: the client's checked address (RFC 6749 §3.1.2)."""

    redirect_uri: str
    response_mode: ResponseMode = "query"
    state: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A checked request for authorization (OIDC Core §3.1.2.1)."""

    client_id: ClientId
    reply_to: ReplyTo
    scope: tuple[str, ...]  # what is allowed of what was asked, in the order asked
    response_type: ResponseType = "code"
    nonce: str | None = None
    code_challenge: str | None = None  # S256 only (RFC 7636)
    prompt: frozenset[Prompt] = frozenset()
    max_age: int | None = None  # seconds
    required_subs: tuple[Sub, ...] = ()  # any of them, by id_token_hint or the claim sub; empty: anybody
    login_hint: str | None = None
    ui_locales: tuple[str, ...] = ()
    claims_locales: tuple[str, ...] = ()
    claims: ClaimsRequest = field(default_factory=ClaimsRequest)

    @property
    def offline(self) -> bool:
        """Whether it asks for refresh tokens that outlive the Session (OIDC Core §11)."""
        return "offline_access" in self.scope

    @property
    def silent(self) -> bool:
        """Whether no page may be shown (prompt=none)."""
        return "none" in self.prompt
