"""This provider's addresses, for who writes an application's configuration."""

from collections.abc import Mapping

from bridge.oidc.endpoints import addresses


def provider_addresses(issuer: str) -> Mapping[str, str]:
    """The addresses of its endpoints, by their names in discovery (RFC 8414 §2)."""
    return addresses(issuer)
