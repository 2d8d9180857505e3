"""Client secrets, compared by their keyed hash."""

import hmac

from bridge.domain.client import AuthMethod, Client
from bridge.oidc.client_auth.method import ClientCredentials, Proofs

SECRET = "client secret"  # the purpose of the keyed hash
# A client registered for either method may send its secret both ways: which one depends on its library.
REGISTERED: frozenset[AuthMethod] = frozenset(("client_secret_basic", "client_secret_post"))


def secret_proven(credentials: ClientCredentials, client: Client | None, proofs: Proofs) -> bool:
    """Whether the secret is one of the client's (two may be valid at a time), in constant time."""
    shown = [hash_.encode() for hash_ in proofs.sealer.macs(SECRET, credentials.secret)]
    kept = [hash_.encode() for hash_ in client.secret_hashes] if client is not None else []
    equal = [hmac.compare_digest(hash_, kept_hash) for hash_ in shown for kept_hash in kept]
    return any(equal) and bool(credentials.secret)
