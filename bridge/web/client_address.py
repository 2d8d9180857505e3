"""The network address that a request came from, also behind proxies, and the key it is rate limited by."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from flask import Request
from werkzeug.exceptions import BadRequest

from bridge.domain import network


class AddressUnreadable(BadRequest):
    """A proxy of ours wrote something else than addresses: it is not known whose request it is."""


class ClientAddress:
    """Finds the address that a request came from. `proxies`: networks whose X-Forwarded-For counts."""

    def __init__(self, proxies: Sequence[str]) -> None:
        self._proxies = [ipaddress.ip_network(text) for text in proxies]

        self.is_proxy = lru_cache(maxsize=1024)(self._is_proxy)

    def _is_proxy(self, peer: str) -> bool:
        """Whether a connection's address is one of our proxies'."""
        address = network.address_of(peer)
        return address is not None and any(address in proxy for proxy in self._proxies)

    def of(self, request: Request) -> str:
        """The sender's address: going back through X-Forwarded-For, the first that is none of our proxies.

        Raises AddressUnreadable (400).
        """
        peer = request.remote_addr or ""
        forwarded = request.environ.get("HTTP_X_FORWARDED_FOR")  # its lines are joined in the environ
        address = network.nearest(peer, (forwarded,) if forwarded is not None else (), self._proxies)
        if address is not None:
            return str(address)
        if network.address_of(peer) is None:  # no server's: a test's
            return peer
        raise AddressUnreadable


def rate_limit_key(text: str) -> str:
    """The key that an address is counted under; a text that is none stands for itself."""
    address = network.address_of(text)
    return network.rate_limit_key(address) if address is not None else text
