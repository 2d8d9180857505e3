"""Client secrets: compared by keyed hash, by whichever of two ways they came."""

import hmac

from bridge.domain.client import AuthMethod, Client
from bridge.oidc.client_auth.method import ClientCredentials, Proofs

SECRET = "client secret"  # the purpose of the keyed hash
# A secret may come by header or by form, whichever the client's library prefers: both prove the same.
REGISTERED: frozenset[AuthMethod] = frozenset(("client_secret_basic", "client_secret_post"))


def secret_proven(credentials: ClientCredentials, client: Client | None, proofs: Proofs) -> bool:
    """Whether the secret is one of the client's, in a time that tells nothing of it; two may live at once."""
    shown = proofs.sealer.mac(SECRET, credentials.secret).encode()
    kept = client.secret_hashes if client is not None else ()
    return any([hmac.compare_digest(shown, kept_hash.encode()) for kept_hash in kept]) and bool(
        credentials.secret
    )
