"""The table of response modes: how an answer gets to the client (OAuth 2.0 Multiple Response Types §2.1).

The checks of /authorize and discovery read RESPONSE_MODES too: a new mode is a row there. `fragment` is not
offered: it takes errors alone, to who asked for a response type whose answers travel so.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from bridge.domain.authorization_request import ReplyTo, ResponseMode
from bridge.oidc.authorization_response import AuthorizationResponse

Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Redirection:
    """The browser is redirected to this address."""

    location: str


@dataclass(frozen=True, slots=True)
class PostedForm:
    """A page of ours has the browser post these fields (OAuth 2.0 Form Post Response Mode §2)."""

    action: str
    fields: Params


Delivery = Redirection | PostedForm


def location(response: AuthorizationResponse) -> str:
    """The redirect_uri with the answer added to its query (RFC 6749 §3.1.2)."""
    return with_query(response.reply_to.redirect_uri, response.params)


def _by_query(response: AuthorizationResponse) -> Delivery:
    return Redirection(location(response))


def _by_form(response: AuthorizationResponse) -> Delivery:
    return PostedForm(response.reply_to.redirect_uri, response.params)


def _by_fragment(response: AuthorizationResponse) -> Delivery:
    return Redirection(f"{response.reply_to.redirect_uri}#{urlencode(response.params)}")


RESPONSE_MODES: Mapping[ResponseMode, Callable[[AuthorizationResponse], Delivery]] = {
    "query": _by_query,
    "form_post": _by_form,
}


_DELIVERIES: Mapping[ResponseMode, Callable[[AuthorizationResponse], Delivery]] = {
    **RESPONSE_MODES,
    "fragment": _by_fragment,
}


def default_mode(response_type: Collection[str]) -> ResponseMode:
    """How answers to a response type travel by default (OAuth 2.0 Multiple Response Types §2.1, §5)."""
    return "fragment" if {"token", "id_token"} & set(response_type) else "query"


def known_mode(text: str | None) -> ResponseMode | None:
    """The mode of that name; None where we have none."""
    return next((mode for mode in RESPONSE_MODES if mode == text), None)


def delivery(response: AuthorizationResponse) -> Delivery:
    """How this answer gets to the client, by the response mode that it asked for."""
    return _DELIVERIES[response.reply_to.response_mode](response)


def needs_a_page(reply_to: ReplyTo) -> bool:
    """Whether answers to this client need a page of ours, as a posted form does."""
    return isinstance(delivery(AuthorizationResponse(reply_to, ())), PostedForm)


def with_query(uri: str, params: Params) -> str:
    """An address with parameters appended to its query."""
    if not params:
        return uri
    joint = "&" if "?" in uri and not uri.endswith(("?", "&")) else "" if "?" in uri else "?"
    return uri + joint + urlencode(params)


HOST = re.compile(r"[A-Za-z0-9._~:\[\]%-]*")


def origin(uri: str) -> str:
    """The source expression for an address in a Content-Security-Policy: its origin, or its scheme."""
    parts = urlsplit(uri)
    if not HOST.fullmatch(parts.netloc):  # a blank or semicolon would end the source; never registered so
        return "'none'"
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"
