"""Whether an address can be the issuer: applications compare it letter by letter (OIDC Discovery §4.3)."""

from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from bridge.domain.network import is_loopback

DEFAULT_PORTS = {"https": 443, "http": 80}


def issuer_faults(issuer: str) -> Iterator[str]:
    """A sentence for each fault."""
    if any(letter.isspace() or not letter.isprintable() for letter in issuer):
        yield f"issuer: {issuer!r} has a blank in it, or at an end."
        return
    try:
        parts = urlsplit(issuer)
        _ = parts.port
    except ValueError:
        yield f"issuer: {issuer!r} is not an address."
        return
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        yield "issuer has to be an address that starts with https://."
        return
    yield from _host_faults(issuer, parts)
    if parts.username is not None or parts.query or parts.fragment or issuer.endswith(("?", "#")):
        yield "issuer has no user, query or fragment (OIDC Discovery §3)."
    if parts.path == "/":
        yield "issuer has no slash at its end (OIDC Discovery §3)."
    elif parts.path:
        yield "issuer has no path: cookies of the kind __Host- belong to a whole host."


def _host_faults(issuer: str, parts: SplitResult) -> Iterator[str]:
    host, address = parts.hostname or "", parts.netloc.rpartition("@")[2]
    if parts.scheme == "http" and not is_loopback(host):
        yield "issuer: plain http is for 127.0.0.1, ::1 and localhost alone; use https."
    if not host.isascii():
        yield "issuer: write the host in punycode (xn--…), as browsers send it."
    elif address != address.lower() or not issuer.startswith(parts.scheme):
        yield f"issuer: browsers write {parts.scheme}://{address.lower()}, in small letters; write it so."
    if host.endswith(".") or ".." in host or host.startswith("."):
        yield "issuer: its host has a dot too many."
    if address.endswith(":") or parts.port == 0:
        yield "issuer: its port is missing or 0; leave the colon out, or name a port."
    elif parts.port == DEFAULT_PORTS[parts.scheme]:
        yield f"issuer: browsers leave the port {parts.port} of {parts.scheme} out, so leave it out too."
