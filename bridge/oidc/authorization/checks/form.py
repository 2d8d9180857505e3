"""Checks of a request as a whole: repeated, oversized and unsupported parameters."""

from bridge.errors import ReturnedToClient
from bridge.oidc.authorization.parameters import MAX_LENGTH, MAX_LENGTHS, MAX_TOTAL
from bridge.oidc.authorization.parts import UncheckedRequest

NOT_SUPPORTED = ("request", "request_uri", "registration")


def check_once(unchecked: UncheckedRequest) -> None:
    """No parameter twice (RFC 6749 §3.1)."""
    repeated = unchecked.parameters.repeated
    if repeated:
        detail = str(sorted(repeated)[:5])
        raise ReturnedToClient("invalid_request", "A parameter came more than once.", detail)


def check_size(unchecked: UncheckedRequest) -> None:
    """No parameter longer than MAX_LENGTH, and not more than MAX_TOTAL together (DESIGN §6.14)."""
    values = unchecked.parameters.values
    for name, value in values.items():
        if len(value) > MAX_LENGTHS.get(name, MAX_LENGTH):
            raise ReturnedToClient("invalid_request", "A parameter is too long.", name[:40])
    if sum(map(len, values.values())) > MAX_TOTAL:
        raise ReturnedToClient("invalid_request", "The request is too long.")


def check_by_value(unchecked: UncheckedRequest) -> None:
    """Request objects and self-registration are not offered (OIDC Core §6, §7.2.1)."""
    for name in NOT_SUPPORTED:
        if unchecked.parameters.get(name):
            raise ReturnedToClient(f"{name}_not_supported", f"The parameter {name} is not supported.")
