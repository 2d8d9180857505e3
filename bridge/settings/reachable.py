"""Addresses in the settings that can't be used: where we listen, who stands before us, what pages show."""

import ipaddress
import re
from collections.abc import Iterable, Iterator

from bridge.settings.tree import Settings

HOST_NAME = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9-]{0,62}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,62}[A-Za-z0-9])?)*"
)
WEB = re.compile(r"https?://[^\s/\\?#@]+([/?#]\S*)?")
LOGO = re.compile(r"https://[^\s/\\?#@]+/\S*|/[^\s/\\]\S*")
MAX_QUOTED = 60  # characters of a setting's own text in a sentence about it


def address_faults(settings: Settings) -> Iterator[str]:
    """A sentence for each fault."""
    server, look = settings.server, settings.look
    if not _is_address(server.host):  # the server looks up no name
        yield f"server.host: {quoted(server.host)} is no address of this machine (127.0.0.1, 0.0.0.0, ::)."
    yield from _proxy_faults(settings)
    yield from _network_faults("admin.networks", settings.admin.networks)
    for host in settings.outbound.allowed_hosts:
        if not (_is_address(host.strip("[]")) or HOST_NAME.fullmatch(host)):
            yield f"outbound.allowed_hosts: {quoted(host)} is no name of a host (app.example.gov.kh)."
    if look.logo and not LOGO.fullmatch(look.logo):
        yield f"look.logo: {quoted(look.logo)} is neither an https address nor a path (/static/…)."
    if look.help_uri and not WEB.fullmatch(look.help_uri):
        yield f"look.help_uri: {quoted(look.help_uri)} is no address of the web."
    if not look.institution.strip():
        yield "look.institution is empty: people would not see who asks them to sign in."


def quoted(text: str) -> str:
    """A setting's own text, as it may stand in a sentence about it."""
    return ascii(text) if len(text) <= MAX_QUOTED else ascii(text[:MAX_QUOTED]) + "…"


def _proxy_faults(settings: Settings) -> Iterator[str]:
    proxies = settings.server.trusted_proxies
    yield from _network_faults("server.trusted_proxies", proxies)
    for text in proxies:
        if not list(_network_faults("", (text,))) and ipaddress.ip_network(text).prefixlen == 0:
            yield f"server.trusted_proxies: {text} is everybody, who could then name any address as theirs."


def _network_faults(name: str, networks: Iterable[str]) -> Iterator[str]:
    for text in networks:
        try:
            ipaddress.ip_network(text)
        except ValueError:
            yield f"{name}: {quoted(text)} is no address or network (10.0.0.0/8)."


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
