"""Which addresses we call: https in public networks, and no ports of other services (DESIGN §6.12).

A client's registration is written by strangers. Unchecked, it could make this server call what only this
server can reach: the machine itself, its network, its cloud's metadata service (SSRF).
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bridge.ports.outbound import FetchError

MAX_ADDRESS = 2000
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

# Stricter than RFC 3986: no user name, no fragment, nothing that two parsers could read in two ways.
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://"
    r"(?:(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252}))|\[(?P<ipv6>[0-9A-Fa-f:.]{2,45})\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>(?:/(?:[A-Za-z0-9\-._~:/@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)?"
    r"(?:\?(?:[A-Za-z0-9\-._~:/?@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)?)"
)
_DEFAULT_PORTS = {"https": 443, "http": 80}

# Ports of services that may take a line of HTTP for a command: those that browsers block (Fetch §2.9), and
# those of databases, which may be in networks that an operator has allowed.
# fmt: off
BLOCKED_PORTS = frozenset(
    {
        0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
        102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
        465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
        993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
        6668, 6669, 6679, 6697, 10080, 445, 873, 1433, 1521, 2181, 2375, 2379, 2380, 3306, 3389, 5432,
        5672, 5900, 6379, 9042, 9092, 11211, 26379, 27017,
    }
)
# fmt: on

# IPv4 networks that are not public (IANA's registry of special purposes), and the addresses of clouds.
_REFUSED_IPV4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' NAT (RFC 6598); Alibaba's metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's platform
        "169.254.0.0/16",  # link-local; the metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # IETF; Oracle's metadata
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")  # the rest, ::1, NAT64, fc00::/7 and fe80::/10, is not
# Within it: networks of special purposes, and those whose addresses hold an IPv4 address to be checked again.
_REFUSED_IPV6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # IETF: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


@dataclass(frozen=True, slots=True)
class AllowedTargets:
    """What the settings allow beyond public networks: networks (by https), and hosts (also by http)."""

    networks: tuple[IPNetwork, ...] = ()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, networks: Iterable[str] = (), hosts: Iterable[str] = ()) -> "AllowedTargets":
        """Made from the texts of the settings. Raises ValueError for what is no network."""
        named = frozenset(host.strip("[]").lower() for host in hosts)
        return cls(tuple(ipaddress.ip_network(network) for network in networks), named)


@dataclass(frozen=True, slots=True)
class Target:
    """An address in parts; parsed once, so that what is checked is what is called."""

    scheme: str
    host: str  # small letters, no brackets
    port: int


def check_address(address: str, allowed: AllowedTargets) -> Target:
    """The parts of an address. Raises FetchError where it is not https, or could be read in several ways."""
    found = _ADDRESS.fullmatch(address) if len(address) <= MAX_ADDRESS else None
    if found is None:
        raise FetchError("address", "not a plain https address")
    host = (found["name"] or found["ipv6"]).lower()
    if found["scheme"] != "https" and host not in allowed.hosts:
        raise FetchError("address", "http is for hosts that the settings name")
    port = int(found["port"] or _DEFAULT_PORTS[found["scheme"]])
    if port in BLOCKED_PORTS or port > 65535:
        raise FetchError("address", "a port of another service")
    return Target(found["scheme"], host, port)


def check_resolved(target: Target, addresses: Sequence[str], allowed: AllowedTargets) -> Sequence[str]:
    """The addresses that a name resolved to. Raises FetchError unless all of them may be called."""
    if not addresses:
        raise FetchError("unresolved", "the name has no address")
    if target.host not in allowed.hosts and not all(_is_good(address, allowed) for address in addresses):
        raise FetchError("address", "not in a public network")
    return addresses


def _is_good(address: str, allowed: AllowedTargets) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    # An address with a scope (fe80::1%eth0) is never public, and Python ignores the scope when it compares.
    if getattr(parsed, "scope_id", None) is not None:
        return False
    return is_public(parsed) or any(parsed in network for network in allowed.networks)


def is_public(address: IPAddress) -> bool:
    """Whether it is in the public internet, by our own lists: those of Python differ between releases."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _REFUSED_IPV4)
    return address in _GLOBAL_IPV6 and not any(address in network for network in _REFUSED_IPV6)
