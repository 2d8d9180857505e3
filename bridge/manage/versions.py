"""The version of a registration, by which two changes of it are kept apart."""

from bridge.domain.client import Client
from bridge.domain.encoding import digest


def version_of(client: Client) -> str:
    """A text that differs where anything of the registration does."""
    return digest(repr(client))[:32]
