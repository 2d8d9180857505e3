"""What a page that ends a person's way leads to: their application, and the same request once more.

It is read from the request that failed, whatever failed in it: an application's parameters, or what is sealed
in an address or a form of ours. Nothing has to be trusted for that: the application's public name and
registered address are shown, and an address of ours that checks everything anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from bridge.domain.client import Client
from bridge.errors import SealBroken, ShownToUser, StoreUnavailable
from bridge.oidc.endpoints import endpoint_of
from bridge.web import language
from bridge.web.logout import address_without_fault
from bridge.web.parameters import MAX_PARAMETERS, Pairs
from bridge.web.sealed_form import pairs_of, sealed_pairs
from bridge.web.use_cases import use_cases

SAME_ADDRESS = ""  # a link to where the page is; so an auth token in that address stands in no page of ours
Values = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class AtHand:
    """What a request was about.

    `again`: an address of ours that begins it anew; None where there is none. `pairs`: an application's
    parameters.
    """

    client_id: str | None = None
    again: str | None = None
    pairs: Pairs = ()


@dataclass(frozen=True, slots=True)
class WayOut:
    """Where an error page leads. `again` as in AtHand; `home`: our front page."""

    client: Client | None = None
    again: str | None = None
    home: str = "/"


def way_out(key: str, client_id: str | None = None) -> WayOut:
    """The way out of this request.

    `key`: of the page's text; `client_id`: of the application, where the error names it.
    """
    found = _of_this_request()
    client = _registered(client_id or found.client_id)
    if key == "logout_failed":  # the same would fail again
        return WayOut(client, address_without_fault(found.pairs, client))
    if key == "misdirected":
        issuer = use_cases().policy.issuer
        return WayOut(client, _right_address(issuer), issuer + "/")
    return WayOut(client, SAME_ADDRESS if request.method == "GET" else found.again)


def _registered(client_id: str | None) -> Client | None:
    """The client of that id; None also where it is disabled, or SQL is away and it is not in memory."""
    try:
        client = use_cases().clients.get(client_id) if client_id else None
    except StoreUnavailable:
        return None
    return client if client is not None and client.enabled else None


def _right_address(issuer: str) -> str | None:
    """The address that was asked for, at the issuer's host; None where it may hold an auth token."""
    endpoint = endpoint_of(request.path)
    if request.method != "GET" or endpoint is None or endpoint.whole_page_only:
        return None
    query = quote(request.query_string, safe=language.QUERY_CHARACTERS)
    return issuer + request.path + (f"?{query}" if query else "")


def _of_this_request() -> AtHand:
    try:
        found = _read(request.path, request.form if request.method == "POST" else request.args)
    except HTTPException:  # the body was too large, or never came
        found = AtHand()
    return found if found.again is not None else _of_the_page_before(found)


def _of_the_page_before(found: AtHand) -> AtHand:
    """Of the page of ours that the browser says a form was on (Referer): its address holds what it is about.

    Where the form can't be read, that is all there is; a false one leads nowhere that its sender could not.
    """
    try:
        page = urlsplit(request.referrer or "")
        if request.method != "POST" or f"{page.scheme}://{page.netloc}" != use_cases().policy.issuer:
            return found
        before = _read(page.path, MultiDict(parse_qsl(page.query, max_num_fields=MAX_PARAMETERS)))
    except ValueError:  # no address, or too many parameters
        return found
    return AtHand(found.client_id or before.client_id, before.again)


def _read(path: str, values: Values) -> AtHand:
    endpoint = endpoint_of(path)
    reader = READERS.get(endpoint.name) if endpoint is not None else None
    return reader(path, values) if reader is not None else AtHand()


def _parameters(path: str, values: Values) -> AtHand:
    """Of an application's request to `/authorize` or `/logout`."""
    purpose, pairs = path.strip("/"), tuple(values.items(multi=True))
    try:
        again = f"/{purpose}/form?r={sealed_pairs(pairs, purpose)}" if pairs else None
    except ShownToUser:  # too long for an address
        again = None
    return AtHand(_client_id(pairs), again, pairs)


def _sealed_parameters(path: str, values: Values) -> AtHand:
    """Of such a request that is sealed in an address or a form."""
    purpose, text = path.split("/")[1], values.get("r", "")
    try:
        pairs = pairs_of(text, purpose)
    except SealBroken:
        return AtHand()
    return AtHand(_client_id(pairs), f"/{purpose}/form?r={text}", pairs)


def _interaction(path: str, values: Values) -> AtHand:
    """Of a login page's address or form. The page "is this you?" has an address of its own."""
    text = values.get("i", "")
    page = path.removesuffix("/no") if path.startswith("/confirm/") else "/login"
    again = f"{page}?i={quote(text, safe='')}"
    try:
        return AtHand(use_cases().interactions.unseal(text).request.client_id, again)
    except SealBroken:
        return AtHand()
    except StoreUnavailable:  # it is parked in Redis
        return AtHand(None, again)


def _client_id(pairs: Pairs) -> str | None:
    """Which client a request names, by itself or by its hint; None where it names two."""
    named = [value for name, value in pairs if name == "client_id"]
    if named:
        return named[0] if len(named) == 1 else None
    hint = dict(pairs).get("id_token_hint")
    try:
        return use_cases().provider.logout_requests.hints.audience(hint) if hint else None
    except StoreUnavailable:
        return None


def _invitation(path: str, values: Values) -> AtHand:
    return AtHand(again=path)


def _nothing(path: str, values: Values) -> AtHand:
    return AtHand()


# By endpoint. Of a callback its own view knows more; the others are no part of an application's request.
READERS: Mapping[str, Callable[[str, Values], AtHand]] = {
    "authorize": _parameters,
    "authorize_form": _sealed_parameters,
    "login": _interaction,
    "login_start": _interaction,
    "login_cancel": _interaction,
    "consent": _interaction,
    "consent_not_me": _interaction,
    "confirm": _interaction,
    "confirm_reject": _interaction,
    "logout": _parameters,
    "logout_form": _sealed_parameters,
    "logout_confirm": _sealed_parameters,
    "callback": _nothing,
    "callback_error": _nothing,
    "join": _invitation,
    "joined": _nothing,
    "home": _nothing,
    "look": _nothing,
}
