"""The pages people see: each function takes what its page says, and gives HTML. No routing, no cookies.

Words stand in the templates and in `texts`, in English; Khmer is in `translations/`. Citizens are spoken to
without jargon: never client, scope, token or authorize (DESIGN §11).
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import g, render_template

from bridge.domain.authorization_request import AuthorizationRequest
from bridge.domain.client import Client
from bridge.domain.subject import Identity
from bridge.web import texts
from bridge.web.edge import edge
from bridge.web.language import switches

COENG = "\u17d2"  # Khmer: the letter after it is written below
DOTS = "•••"


@dataclass(frozen=True, slots=True)
class Form:
    """A form: where it goes, and its hidden fields."""

    action: str
    fields: Mapping[str, str]


def sign_in(*, client: Client, go: Form, cancel: Form) -> str:
    """The page before CamDigiKey: who asks, and where the person is about to go."""
    return _page("sign_in", client=client, go=go, cancel=cancel)


def already_under_way(*, client: Client, go: Form, cancel: Form) -> str:
    """Another sign-in of this browser would end."""
    return _page("already_under_way", client=client, go=go, cancel=cancel)


def confirm(*, client: Client, identity: Identity, go: Form, cancel: Form) -> str:
    """Is this you? The person is named masked: a stranger learns little, and they know themselves."""
    return _page("confirm", client=client, people=masked_names(identity), go=go, cancel=cancel)


def consent(*, client: Client, request: AuthorizationRequest, go: Form, cancel: Form) -> str:
    """What the application is given."""
    shares = texts.shares(request.scope, request.claims.names, client)
    return _page("consent", client=client, shares=shares, go=go, cancel=cancel)


def problem(*, client: Client, kind: str, try_again: str, cancel: Form) -> str:
    """The sign-in at CamDigiKey did not work; two ways on."""
    said = texts.PROBLEMS.get(kind, texts.PROBLEMS["server_error"])
    return _page("problem", client=client, text=said, try_again=try_again, cancel=cancel)


def form_post(*, action: str, fields: Mapping[str, str]) -> str:
    """The answer to an application that wants it posted (Form Post Response Mode)."""
    return _page("form_post", form=Form(action, fields))


def error(*, key: str, status: int, way_back: str, client_name: str) -> str:
    """A dead end: what happened, what to do, and a way back where there is one."""
    said = texts.ERRORS.get(key, texts.ERRORS["bad_request" if status < 500 else "internal"])
    return _page("error", key=key, text=said, way_back=way_back, client_name=client_name)


def logout_confirm(*, client: Client | None, go: Form, cancel: str) -> str:
    """Do you want to sign out?"""
    return _page("logout_confirm", client=client, go=go, way_back=cancel)


def signed_out(*, client: Client | None, way_back: str) -> str:
    """You are signed out."""
    return _page("signed_out", client=client, way_back=way_back)


def home() -> str:
    """What this service is."""
    return _page("home")


def look_css(colour: str) -> str:
    """The institution's colour, with the ink that can be read on it (WCAG 2.2 §1.4.3)."""
    ink = "#ffffff" if _contrast_with_white(colour) >= 4.5 else "#111111"
    return f":root{{--accent:{colour};--accent-ink:{ink}}}\n"


def image_origins(client: Client | None) -> Iterable[str]:
    """The origins of the pictures that a page for this client shows."""
    logos = (edge().settings.look.logo, client.logo_uri if client else "")
    return tuple(
        f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, logos) if _shown(parts.geturl())
    )


def masked_names(identity: Identity) -> tuple[str, ...]:
    """A person's names, each word but its first letter hidden; Khmer first; empty when there is no name."""
    names = (
        (identity.family_name_km, identity.given_name_km),
        (identity.given_name, identity.family_name),
    )
    return tuple(masked(" ".join(filter(None, parts))) for parts in names if any(parts))


def masked(name: str) -> str:
    """`SOPHEA CHAN` becomes `S••• C•••`; a Khmer letter keeps its marks and what is written below it."""
    return " ".join(_first_letter(word) + DOTS for word in name.split())


def _first_letter(word: str) -> str:
    end = 1
    while end < len(word):
        below = word[end - 1] == COENG
        if not below and not unicodedata.category(word[end]).startswith("M"):
            break
        end += 1
    return word[:end]


def _shown(uri: str) -> bool:
    """Whether a picture's address may be shown: never a plain http one on an https page."""
    return uri.startswith("https://" if edge().settings.secure else ("https://", "http://"))


def _contrast_with_white(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def _page(template: str, client: Client | None = None, key: str = "", **words: Any) -> str:
    return render_template(
        f"{template}.html",
        key=key or template,
        client=client,
        client_logo=client.logo_uri if client and _shown(client.logo_uri) else "",
        client_host=urlsplit(client.client_uri or client.redirect_uris[0]).hostname if client else "",
        look=edge().settings.look,
        request_id=g.get("request_id", ""),
        switches=switches(),
        **words,
    )
