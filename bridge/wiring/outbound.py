"""The way to addresses that clients registered, as the settings open it."""

from bridge.errors import ConfigError
from bridge.outbound.addresses import Opened
from bridge.outbound.fetcher import GuardedFetcher
from bridge.settings import Settings

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def fetcher_of(settings: Settings) -> GuardedFetcher:
    """Nothing is opened yet. Raises ConfigError.

    While the issuer itself is plain http on loopback, for trying things out, clients on loopback are called.
    """
    outbound = settings.outbound
    hosts = outbound.allowed_hosts if settings.secure else (*outbound.allowed_hosts, *LOOPBACK)
    try:
        opened = Opened.of(outbound.allowed_networks, hosts)
    except ValueError as error:
        raise ConfigError((f"outbound.allowed_networks: {error} (a network reads 10.0.0.0/8).",)) from None
    return GuardedFetcher(opened, timeout=outbound.timeout, ca_file=outbound.ca_file)
