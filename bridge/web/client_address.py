"""Whose request it is, by address: behind proxies, and as a limit counts it."""

import ipaddress
from collections.abc import Sequence

from flask import Request
from werkzeug.exceptions import BadRequest

from bridge.domain.network import address_of, nearest
from bridge.domain.network import counted_as as counted


class ClientAddress:
    """Finds the address that a request came from. `proxies`: networks whose X-Forwarded-For counts."""

    def __init__(self, proxies: Sequence[str]) -> None:
        self._proxies = [ipaddress.ip_network(network) for network in proxies]

    def of(self, asked: Request) -> str:
        """The nearest address that is none of our proxies.

        Raises BadRequest where a proxy of ours wrote something else: it is not known whose request it is.
        """
        peer = asked.remote_addr or ""
        address = nearest(peer, asked.headers.getlist("X-Forwarded-For"), self._proxies)
        if address is not None:
            return str(address)
        if address_of(peer) is None:  # no server's: a test's
            return peer
        raise BadRequest


def counted_as(text: str) -> str:
    """What stands for an address in a limit; a text that is none stands for itself."""
    address = address_of(text)
    return counted(address) if address is not None else text
