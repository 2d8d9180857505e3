"""none: a public client sends its client_id, and has no secret to prove it with (RFC 6749 §2.1, §3.2.1)."""

from bridge.domain.client import PUBLIC, Client
from bridge.oidc.answer import ClientRequest, Form
from bridge.oidc.client_auth.method import ClientCredentials, Method, Proofs
from bridge.oidc.client_auth.secrets import secret_proven


def used(request: ClientRequest, form: Form) -> bool:
    """Whether the form has a client_id; asked last, after all other methods."""
    return "client_id" in form


def read(request: ClientRequest, form: Form) -> ClientCredentials:
    """The client_id alone."""
    return ClientCredentials(form["client_id"], PUBLIC)


def proven(credentials: ClientCredentials, client: Client | None, proofs: Proofs) -> bool:
    """Always true: there is nothing to check.

    The hash is computed all the same, for an equal response time.
    """
    secret_proven(credentials, client, proofs)
    return True


METHOD = Method(used, read, proven, frozenset((PUBLIC,)))
