"""The pages people see: a function for each, which takes what the page shows and returns HTML.

The words are in `templates/`, `texts` and `shares`, in English; Khmer is in `translations/`. They are for
citizens, so without jargon: never client, scope, token or authorize (DESIGN §11). A page that can't be loaded
again in the other language says what happened in both.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, g

from bridge.domain.authorization_request import AuthorizationRequest
from bridge.domain.client import Client
from bridge.domain.subject import Identity
from bridge.web import language, texts
from bridge.web.names import first_letter, masked_names
from bridge.web.shares import shares_of
from bridge.web.use_cases import use_cases

_HOST = re.compile(r"[A-Za-z0-9._-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Form:
    """A form: where it goes, and its hidden fields. `rests`: its button counts after a moment (presses)."""

    action: str
    fields: Mapping[str, str]
    rests: bool = False


def sign_in(*, client: Client, address: str, go: Form, cancel: Form) -> str:
    """The page before CamDigiKey: who asks, and where the person is about to go.

    `address`: the page's own, whatever address it was asked at.
    """
    return _page("sign_in", client, address, go=go, cancel=cancel)


def already_under_way(*, client: Client, go: Form, cancel: Form) -> str:
    """Asks whether to go on: a second sign-in of this browser would end the first (v2)."""
    return _page("already_under_way", client, go=go, cancel=cancel)


def confirm(*, client: Client, identity: Identity, go: Form, cancel: Form) -> str:
    """Is this you? The name is masked: the person recognises it, and a stranger learns little."""
    return _page("confirm", client, names=masked_names(identity), go=go, cancel=cancel)


def consent(
    *,
    client: Client,
    address: str,
    request: AuthorizationRequest,
    identity: Identity,
    go: Form,
    cancel: Form,
    not_me: Form,
) -> str:
    """What the application is told, and of whom: the name is masked, as on the page "is this you?".

    `address`: the page's own, whatever address it was asked at.
    """
    shares, names = shares_of(request, client), masked_names(identity)
    return _page("consent", client, address, shares=shares, names=names, go=go, cancel=cancel, not_me=not_me)


def turned_away(
    *, client: Client, address: str, identity: Identity, waits: bool, cancel: Form, another: Form
) -> str:
    """Who is signed in may not use the application, or not yet, and whom they may ask.

    `address`: the page's own; `waits`: they accepted an invitation, and are to be let in still.
    """
    return _page(
        "turned_away",
        client,
        address,
        names=masked_names(identity),
        waits=waits,
        contact=client.access_contact,
        cancel=cancel,
        another=another,
    )


def join(*, client: Client, go: Form) -> str:
    """The link of an invitation was opened: to which application, and what happens."""
    return _page("join", client, go=go)


def joined(*, client: Client, code: str) -> str:
    """The invitation is accepted; `code`: what the person is known by until they are let in."""
    way = _safe_link(client.way_back)
    return _page("joined", client, code=code, contact=client.access_contact, way_back=way, switches=())


def problem(*, client: Client, kind: str, try_again: str, cancel: Form, reference: str | None = None) -> str:
    """The sign-in at CamDigiKey did not work. Two buttons; the one that is likelier to help comes first.

    `kind`: a key of texts.PROBLEMS; `try_again`: the address of the Interaction's page.
    """
    text = texts.PROBLEMS.get(kind, texts.PROBLEMS["server_error"])
    return _page(
        "problem",
        client,
        text=text,
        other_language=_in_other_language(text),
        try_again=try_again,
        cancel=cancel,
        retry_wont_help=kind in texts.RETRY_WONT_HELP,
        request_id=reference or g.get("request_id", ""),
    )


def form_post(*, action: str, fields: Mapping[str, str]) -> str:
    """The answer to an application that wants it posted (Form Post Response Mode)."""
    return _page("form_post", form=Form(action, fields), switches=())


def go_on(address: str) -> str:
    """The way on to an address that is too long for the Location header of a redirect."""
    return _page("go_on", address_to=address, switches=())


def error(
    *,
    key: str,
    status: int,
    way_back: str | None,
    client_name: str | None,
    again: str | None = None,
    home: str = "/",
    wait: int = 0,
    said: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """An error that ends the sign-in: what happened, what to do, and where to go on.

    `key`: one of texts.ERRORS; `way_back`: the application's address; `again`: an address that asks the same
    once more, which is offered where the text says that it helps; `home`: our front page; `wait`: seconds
    until it may be tried again; `said`: what happened in the application's own words, by language.
    """
    text = texts.ERRORS.get(key, texts.ERRORS["bad_request" if status < 500 else "internal"])
    if not text.again:
        again = None
    elif again is not None and text.do_again:
        text = replace(text, do=text.do_again)
    return _page(
        "error",
        key=key,
        text=text,
        said=said.get(language.current(), ""),
        other_language=_in_other_language(text, said),
        again=again,
        home=home,
        way_back=_safe_link(way_back),
        client_name=client_name,
        minutes=-(-wait // 60),
    )


def logout_confirm(*, client: Client | None, go: Form, cancel: str | None) -> str:
    """Asks whether the person wants to sign out. `cancel`: the application's address, where it has one."""
    return _page("logout_confirm", client, go=go, way_back=_safe_link(cancel) or "/")


def signed_out(*, client: Client | None, way_back: str | None) -> str:
    """Says that the person is signed out. `way_back`: the application's address, where it has one."""
    return _page("signed_out", client, way_back=_safe_link(way_back))


def home() -> str:
    """The front page: what this service is."""
    return _page("home")


def image_origins(client: Client | None) -> tuple[str, ...]:
    """The origins of the pictures that a page for this client shows."""
    logos = (use_cases().settings.look.logo, client.logo_uri if client else None)
    return tuple(filter(None, map(_picture_origin, logos)))


def _page(
    template: str, client: Client | None = None, address: str | None = None, /, key: str = "", **words: Any
) -> str:
    look = use_cases().settings.look
    spoken = language.current()
    values = {
        "key": key or template,
        "language": spoken,
        "switches": language.switches(address),
        "address": address,
        "institution": (look.institution_km if spoken == "km" else "") or look.institution,
        "logo": look.logo if look.logo.startswith("/") or _picture_origin(look.logo) else "",
        "colour": (client.colour if client else None) or look.colour,
        "help_uri": _safe_link(look.help_uri),
        "request_id": g.get("request_id", ""),
        "application": shown_of(client) if client else None,
        "rests": any(isinstance(word, Form) and word.rests for word in words.values()),
        **words,
    }
    return current_app.jinja_env.get_template(template + ".html").render(values)


def shown_of(client: Client) -> dict[str, str]:
    """What a page shows of the application; addresses that are not safe to link to are left out."""
    return {
        "name": client.name_in(language.current()),
        "initial": first_letter(client.name_in(language.current())),
        "host": _host(client),
        "logo": (client.logo_uri or "") if _picture_origin(client.logo_uri) else "",
        "policy": _safe_link(client.policy_uri),
        "terms": _safe_link(client.tos_uri),
        "colour": (client.colour or "").removeprefix("#"),
    }


def _host(client: Client) -> str:
    """The application's host, so that people notice a false one; empty for a native one without a page."""
    if not client.client_uri and client.application_type == "native":
        return ""
    home = client.client_uri or next(iter(client.redirect_uris), "")
    return urlsplit(home).hostname or ""


def _safe_link(uri: str | None) -> str:
    """The address, if a page may link to it; else empty.

    Allowed are the web and a native application's own scheme, which has a dot (RFC 8252 §7.1); never
    javascript: or data:.
    """
    if uri is None:
        return ""
    scheme = uri.partition(":")[0].lower()
    return uri if scheme in ("https", "http") or "." in scheme else ""


def _picture_origin(uri: str | None) -> str:
    """The origin of an image's address; empty where it can't be shown: plain http is for loopback alone."""
    if uri is None:
        return ""
    scheme, _, rest = uri.partition("://")
    host = rest.partition("/")[0]
    known = scheme == "https" or (scheme == "http" and not use_cases().settings.secure)
    return f"{scheme}://{host}" if known and _HOST.fullmatch(host) else ""


def _in_other_language(
    text: texts.Text, said: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str] | None:
    """The same text in the other language; None where the page has a link to that language."""
    if language.switches():
        return None
    gettext = language.words(language.other())
    return {
        "language": language.other(),
        "title": gettext(text.title),
        "happened": said.get(language.other()) or gettext(text.happened),
        "do": gettext(text.do),
    }
