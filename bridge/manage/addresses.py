"""Checks of the addresses that an application registers. Each returns a sentence that says what to change.

An empty text means that the address is right. Addresses are compared as exact strings, so none may be
registered that browsers would change (capital letters in the host, a missing slash, `..`).
"""

import ipaddress
import re
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import SplitResult, urlsplit

import idna

from bridge.domain.network import is_loopback
from bridge.domain.sentence import said

MAX_LENGTH = 2000  # characters of an address
# What RFC 3986 allows in an address, with % before two hexadecimal digits alone.
ALLOWED = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")
HOST = re.compile(r"[a-z0-9._-]+")  # a name: no %, and nothing that would end a source in a CSP header
DEFAULT_PORTS = {"https": 443, "http": 80}
FORBIDDEN_SCHEMES = ("javascript", "data", "file", "ftp", "about", "blob", "vbscript", "ws", "wss", "mailto")


def redirect_uri_fault(uri: str, *, native: bool) -> str:
    """What is wrong with a redirect URI (RFC 6749 §3.1.2, RFC 9700 §2.1, RFC 8252 §7); empty if nothing."""
    if fault := _form_fault(uri) or _scheme_fault(uri, native=native):
        return fault
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https"):
        return ""
    if not parts.path:
        right = parts._replace(path="/").geturl()
        return said(
            "{uri} has no path: browsers add a slash, and then it is another address. Write {right}",
            uri=uri,
            right=right,
        )
    return ""


def post_logout_uri_fault(uri: str, *, native: bool) -> str:
    """The same for an address after signing out; one without a path is right, since products send it so.

    It is compared as if it had the slash that browsers add (RFC 3986 §6.2.3), and nothing secret goes there.
    """
    parts = urlsplit(uri) if not _form_fault(uri) else None
    if parts is not None and parts.scheme in ("http", "https") and not parts.path:
        uri = parts._replace(path="/").geturl()
    return redirect_uri_fault(uri, native=native)


def page_fault(uri: str) -> str:
    """What is wrong with the address of a page or image: it has to be https, or http on this machine."""
    fault = _form_fault(uri)
    if fault or urlsplit(uri).scheme == "https":
        return fault
    if urlsplit(uri).scheme == "http" and is_loopback(urlsplit(uri).hostname or ""):
        return ""
    return said("{uri} has to begin with https:// (http:// is for 127.0.0.1 and localhost alone).", uri=uri)


def origin_fault(origin: str) -> str:
    """What is wrong with an origin: it is scheme, host and port, without a path (RFC 6454 §4)."""
    if fault := page_fault(origin):
        return fault
    parts = urlsplit(origin)
    right = f"{parts.scheme}://{parts.netloc}"
    if origin != right:
        return said("{origin} is more than an origin. Write {right} instead.", origin=origin, right=right)
    default = DEFAULT_PORTS[parts.scheme]
    if parts.port == default:
        return said(
            "{origin}: browsers leave the port {default} out, so leave it out too.",
            origin=origin,
            default=default,
        )
    return ""


def own_origin_fault(uri: str, issuer: str) -> str:
    """A sentence where a well-formed redirect URI is on the issuer's own origin; empty if it is elsewhere.

    An answer that comes there would meet our own pages, with this origin's cookies: the console alone does.
    """
    if _origin(uri) != _origin(issuer):
        return ""
    return said("{uri} is on this service's own origin: an application's address is its own.", uri=uri)


def _origin(uri: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(uri)
    return parts.scheme, parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme)


def sectors(uris: Sequence[str]) -> list[str]:
    """The hosts of redirect URIs, each once (OIDC Core §8.1); the scheme where an address has no host.

    Loopback hosts are left out: every machine has them, so they do not tell applications apart. So are
    addresses that can't be parsed.
    """
    found: dict[str, None] = {}
    for uri in uris:
        with suppress(ValueError):
            found[urlsplit(uri).hostname or urlsplit(uri).scheme] = None
    return [host for host in found if host and not is_loopback(host)]


def _form_fault(uri: str) -> str:
    for fault_of in (_text_fault, _parts_fault, _host_fault, _path_fault):
        if fault := fault_of(uri):
            return fault
    return ""


def _text_fault(uri: str) -> str:
    if len(uri) > MAX_LENGTH:
        return said("{beginning}… is longer than {limit} characters.", beginning=uri[:60], limit=MAX_LENGTH)
    if uri != uri.strip() or not uri:
        return said("{uri!r} is empty or has blanks at its ends.", uri=uri)
    if "*" in uri:
        return said(
            "{uri} has a wildcard: addresses are compared letter by letter. Register each one by itself.",
            uri=uri,
        )
    if not uri.isascii():
        return _not_ascii(uri)
    if not ALLOWED.fullmatch(uri):
        return said(
            "{uri!r} has letters that an address can't have (a blank, a quote, a lone %): write them as %XX.",
            uri=uri,
        )
    return ""


def _not_ascii(uri: str) -> str:
    try:
        host = urlsplit(uri).hostname or ""
    except ValueError:
        return said(
            "{uri} has letters beyond ASCII: write the host in punycode (xn--…) and the rest as %XX.", uri=uri
        )
    if host.isascii():
        return said(
            "{uri} has letters beyond ASCII after the host: write them as %XX, as browsers send them.",
            uri=uri,
        )
    try:
        punycode = idna.encode(host, uts46=True).decode()  # UTS #46: capital letters mapped, as browsers do
    except idna.IDNAError as error:
        return said("{uri}: this host can't be written in punycode ({error}).", uri=uri, error=error)
    return said("{uri}: browsers send this host as {punycode}; write it so.", uri=uri, punycode=punycode)


def _parts_fault(uri: str) -> str:
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return said("{uri} can't be read as an address.", uri=uri)
    if not parts.scheme:
        return said("{uri} is not absolute: it has to begin with a scheme, such as https://.", uri=uri)
    if "#" in uri:
        return said(
            "{uri} has a fragment (#…), which never reaches a server: leave it out (RFC 6749 §3.1.2).",
            uri=uri,
        )
    if "@" in parts.netloc:
        return said("{uri} has a user name before its host: leave it out.", uri=uri)
    return ""


def _host_fault(uri: str) -> str:
    parts = urlsplit(uri)
    if uri[: len(parts.scheme)] != parts.scheme:
        return said("{uri}: the scheme is written in small letters: {scheme}:.", uri=uri, scheme=parts.scheme)
    if parts.scheme not in ("http", "https"):
        return ""
    if not parts.hostname:
        return said("{uri} has no host.", uri=uri)
    if parts.netloc != parts.netloc.lower():
        return said(
            "{uri}: browsers send the host in small letters, so write {host}.",
            uri=uri,
            host=parts.netloc.lower(),
        )
    if parts.hostname.endswith(".") or ".." in parts.hostname:
        return said("{uri}: the host has a dot too many.", uri=uri)
    if fault := _name_fault(uri, parts):
        return fault
    if parts.netloc.endswith(":") or parts.port == 0:
        return said("{uri}: the port is missing or 0; leave the colon out, or name a port.", uri=uri)
    if parts.port == {"https": 443, "http": 80}[parts.scheme]:
        return said(
            "{uri}: browsers leave the port {port} out, so leave it out too.", uri=uri, port=parts.port
        )
    return ""


def _name_fault(uri: str, parts: SplitResult) -> str:
    """What is wrong with a host; browsers take every host that ends in a number for IPv4 (WHATWG URL)."""
    host = parts.hostname or ""
    bracketed = parts.netloc.startswith("[")
    if "%" in host or (not bracketed and not HOST.fullmatch(host)):
        return said("{uri}: a host has letters, digits, dots and hyphens alone.", uri=uri)
    if not bracketed and not re.fullmatch(r"\d+|0x[0-9a-f]*", host.rpartition(".")[2]):
        return ""
    try:
        right = str(ipaddress.ip_address(host))
    except ValueError:
        return said("{uri}: {host} is not an IP address.", uri=uri, host=host)
    if right != host:
        return said("{uri}: browsers send this address as {right}; write it so.", uri=uri, right=right)
    return ""


def _path_fault(uri: str) -> str:
    steps = urlsplit(uri).path.lower().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/").split("/")
    if ".." in steps or "." in steps:
        return said(
            "{uri} has a step . or .. in its path, which browsers take away: write where it leads.", uri=uri
        )
    return ""


def _scheme_fault(uri: str, *, native: bool) -> str:
    parts = urlsplit(uri)
    if parts.scheme == "https":
        return ""
    if parts.scheme == "http":
        return _http_fault(parts, uri)
    if not native:
        return said(
            "{uri}: a web application has an https address; other schemes need the application type native.",
            uri=uri,
        )
    if parts.scheme in FORBIDDEN_SCHEMES or "." not in parts.scheme:
        return said(
            "{uri}: a private-use scheme is a domain of yours in reverse order, with a dot,"
            " such as kh.gov.example.app:/callback (RFC 8252 §7.1).",
            uri=uri,
        )
    if parts.netloc or not parts.path.startswith("/"):
        return said(
            "{uri}: after a private-use scheme comes one slash: {scheme}:/callback (RFC 8252 §7.1).",
            uri=uri,
            scheme=parts.scheme,
        )
    return ""


def _http_fault(parts: SplitResult, uri: str) -> str:
    if is_loopback(parts.hostname or ""):
        return ""
    return said("{uri}: plain http is for this machine alone (127.0.0.1, localhost); use https.", uri=uri)
