"""The network address that a request came from, also behind proxies, and the key it is rate limited by."""

import ipaddress
from collections.abc import Sequence

from flask import Request

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class ClientAddress:
    """Finds the address that a request came from. `proxies`: networks whose X-Forwarded-For counts."""

    def __init__(self, proxies: Sequence[str]) -> None:
        self._proxies = [ipaddress.ip_network(network) for network in proxies]

    def of(self, request: Request) -> str:
        """The sender's address: going back through X-Forwarded-For, the first that is none of our proxies."""
        hops = [request.remote_addr or ""]
        for line in reversed(request.headers.getlist("X-Forwarded-For")):
            hops += [hop.strip() for hop in reversed(line.split(","))]
        for hop in hops[:-1]:
            if not self._is_proxy(hop):
                return hop
        return hops[-1]

    def _is_proxy(self, text: str) -> bool:
        address = _parsed_address(text)
        return address is not None and any(address in network for network in self._proxies)


def rate_limit_key(text: str) -> str:
    """The key that an address is counted under.

    Of IPv6 it is the /64: one customer has all of it (RFC 6177 §2).
    """
    address = _parsed_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
    return str(address or text)


def _parsed_address(text: str) -> Address | None:
    """The address in a text; None for anything else.

    IPv4 written as IPv6 (::ffff:192.0.2.1) comes as IPv4.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
