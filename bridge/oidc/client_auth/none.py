"""none: a public client says who it is, and can't prove it (RFC 6749 §2.1, §3.2.1)."""

from bridge.domain.client import PUBLIC, Client
from bridge.oidc.answer import ClientRequest, Form
from bridge.oidc.client_auth.method import ClientCredentials, Method, Proofs
from bridge.oidc.client_auth.secrets import secret_proven


def used(request: ClientRequest, form: Form) -> bool:
    """Whether the form names a client: only where no other method is used."""
    return "client_id" in form


def read(request: ClientRequest, form: Form) -> ClientCredentials:
    """The name alone."""
    return ClientCredentials(form["client_id"], PUBLIC)


def proven(credentials: ClientCredentials, client: Client | None, proofs: Proofs) -> bool:
    """Nothing is proven. The hash is made all the same, so that a request takes as long as any other."""
    secret_proven(credentials, client, proofs)
    return True


METHOD = Method(used, read, proven, frozenset((PUBLIC,)))
