"""Network addresses: loopback, where plain http is allowed, and those of clients, also behind proxies."""

import ipaddress
import re
from collections.abc import Iterable, Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# Some proxies write the port as well, and an IPv6 address then in brackets (RFC 7239 §6, RFC 3986 §3.2.2).
WITH_PORT = re.compile(r"\[(?P<v6>[^\[\]]+)\](?::\d{1,5})?|(?P<v4>[\d.]+):\d{1,5}", re.ASCII)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: localhost or a loopback address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def address_of(text: str) -> Address | None:
    """The address of a text, with or without a port; None for any other text.

    An IPv4 one that is written as IPv6 (::ffff:…) is itself.
    """
    if found := WITH_PORT.fullmatch(text):
        text = found["v6"] or found["v4"]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def nearest(peer: str, forwarded: Sequence[str], proxies: Iterable[Network]) -> Address | None:
    """The nearest address that is none of our proxies; None where it can't be read.

    `peer`: the connection's; `forwarded`: the lines of X-Forwarded-For, to which each hop appended.
    """
    networks = tuple(proxies)
    hops = (hop.strip() for line in reversed(forwarded) for hop in reversed(line.split(",")))
    address = address_of(peer)
    for hop in hops:
        if address is None or not any(address in network for network in networks):
            return address
        address = address_of(hop)
    return address


def rate_limit_key(address: Address) -> str:
    """The key that an address is counted under.

    Of IPv6 it is the /64: one customer has all of it (RFC 6177 §2).
    """
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
    return str(address)
