"""client_secret_post: name and secret in the form (RFC 6749 §2.3.1)."""

from bridge.oidc.answer import ClientRequest, Form
from bridge.oidc.client_auth.method import ClientCredentials, Method
from bridge.oidc.client_auth.secrets import REGISTERED, secret_proven
from bridge.oidc.errors import ClientRefused


def used(request: ClientRequest, form: Form) -> bool:
    """Whether there is a secret in the form."""
    return "client_secret" in form


def read(request: ClientRequest, form: Form) -> ClientCredentials:
    """The credentials in the form. Raises ClientRefused where there is a secret without a client_id."""
    if "client_id" not in form:
        raise ClientRefused
    return ClientCredentials(form["client_id"], "client_secret_post", form["client_secret"])


METHOD = Method(used, read, secret_proven, REGISTERED)
