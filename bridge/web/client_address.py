"""Whose request it is, by address: behind proxies, and as a limit counts it."""

import ipaddress
from collections.abc import Sequence

from flask import Request

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class ClientAddress:
    """Finds the address that a request came from. `proxies`: networks whose X-Forwarded-For counts."""

    def __init__(self, proxies: Sequence[str]) -> None:
        self._proxies = [ipaddress.ip_network(network) for network in proxies]

    def of(self, asked: Request) -> str:
        """The nearest address that is none of our proxies."""
        hops = [asked.remote_addr or ""]
        for line in reversed(asked.headers.getlist("X-Forwarded-For")):
            hops += [hop.strip() for hop in reversed(line.split(","))]
        for hop in hops[:-1]:
            if not self._is_proxy(hop):
                return hop
        return hops[-1]

    def _is_proxy(self, text: str) -> bool:
        address = _parsed_address(text)
        return address is not None and any(address in network for network in self._proxies)


def counted_as(text: str) -> str:
    """What stands for an address in a limit: of IPv6 the /64, all of which one customer has (RFC 6177 §2)."""
    address = _parsed_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
    return str(address or text)


def _parsed_address(text: str) -> Address | None:
    """The address of a text, an IPv4 one that is written as IPv6 (::ffff:…) as itself; None for any other."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
