"""Builds the fetcher for addresses that clients registered, with what the settings allow."""

from bridge.errors import ConfigError
from bridge.outbound.addresses import AllowedTargets
from bridge.outbound.fetcher import GuardedFetcher
from bridge.settings import Settings

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def fetcher_of(settings: Settings) -> GuardedFetcher:
    """The fetcher; it does not connect yet. Raises ConfigError.

    Where the issuer is plain http on loopback, for trying things out, clients on loopback are called too.
    """
    outbound = settings.outbound
    hosts = outbound.allowed_hosts if settings.secure else (*outbound.allowed_hosts, *LOOPBACK)
    try:
        allowed = AllowedTargets.of(outbound.allowed_networks, hosts)
    except ValueError as error:
        raise ConfigError((f"outbound.allowed_networks: {error} (a network reads 10.0.0.0/8).",)) from None
    return GuardedFetcher(allowed, timeout=outbound.timeout, ca_file=outbound.ca_file)
