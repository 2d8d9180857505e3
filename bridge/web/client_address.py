"""The network address that a request came from, also behind proxies, and the key it is rate limited by."""

import ipaddress
from collections.abc import Sequence

from flask import Request
from werkzeug.exceptions import BadRequest

from bridge.domain import network


class ClientAddress:
    """Finds the address that a request came from. `proxies`: networks whose X-Forwarded-For counts."""

    def __init__(self, proxies: Sequence[str]) -> None:
        self._proxies = [ipaddress.ip_network(text) for text in proxies]

    def of(self, request: Request) -> str:
        """The sender's address: going back through X-Forwarded-For, the first that is none of our proxies.

        Raises BadRequest where a proxy of ours wrote something else: it is not known whose request it is.
        """
        peer = request.remote_addr or ""
        forwarded = request.environ.get("HTTP_X_FORWARDED_FOR")  # its lines are joined in the environ
        address = network.nearest(peer, (forwarded,) if forwarded is not None else (), self._proxies)
        if address is not None:
            return str(address)
        if network.address_of(peer) is None:  # no server's: a test's
            return peer
        raise BadRequest


def rate_limit_key(text: str) -> str:
    """The key that an address is counted under; a text that is none stands for itself."""
    address = network.address_of(text)
    return network.rate_limit_key(address) if address is not None else text
