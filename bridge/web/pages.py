"""The pages, in a first plain form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import g
from markupsafe import Markup, escape

from bridge.domain.authorization_request import AuthorizationRequest
from bridge.domain.client import Client
from bridge.domain.subject import Identity


@dataclass(frozen=True, slots=True)
class Form:
    """A form: where it goes, and its hidden fields."""

    action: str
    fields: Mapping[str, str]


def _page(title: str, *parts: str) -> str:
    return Markup("<!doctype html><html lang=en><title>{}</title><h1>{}</h1>{}").format(
        title, title, Markup("").join(Markup(p) for p in parts)
    )


def _form(form: Form, button: str, text: str) -> str:
    fields = Markup("").join(
        Markup('<input type="hidden" name="{}" value="{}">').format(k, v) for k, v in form.fields.items()
    )
    return Markup('<form method="post" action="{}">{}<button id="{}">{}</button></form>').format(
        form.action, fields, button, text
    )


def sign_in(*, client: Client, go: Form, cancel: Form) -> str:
    return _page(
        "Sign in",
        Markup("<p>{}</p>").format(client.name),
        _form(go, "continue", "Continue"),
        _form(cancel, "cancel", "Back"),
    )


def already_under_way(*, client: Client, go: Form, cancel: Form) -> str:
    return _page(
        "Another sign-in is under way", _form(go, "continue", "Continue"), _form(cancel, "cancel", "Back")
    )


def confirm(*, client: Client, identity: Identity, go: Form, cancel: Form) -> str:
    return _page("Is this you?", _form(go, "continue", "Yes"), _form(cancel, "cancel", "No"))


def consent(*, client: Client, shares: Sequence[str], offline: bool, go: Form, cancel: Form) -> str:
    return _page("Share", _form(go, "continue", "Agree"), _form(cancel, "cancel", "Back"))


def shares_of(request: AuthorizationRequest, client: Client) -> tuple[str, ...]:
    return request.scope


def problem(*, client: Client, kind: str, try_again: str, cancel: Form) -> str:
    return _page(
        "Sign-in did not work",
        Markup('<p>{}</p><a id="continue" href="{}">Try again</a><p>{}</p>').format(
            kind, try_again, g.request_id
        ),
        _form(cancel, "cancel", "Back"),
    )


def form_post(*, action: str, fields: Mapping[str, str]) -> str:
    return _page("Going on", _form(Form(action, fields), "continue", "Continue"))


def error(*, key: str, status: int, way_back: str, client_name: str) -> str:
    return _page(
        "This request cannot be answered",
        Markup('<p data-key="{}">{}</p><p>{}</p>').format(key, key, g.get("request_id", "")),
    )


def logout_confirm(*, client: Client | None, go: Form, cancel: str) -> str:
    return _page("Sign out?", _form(go, "continue", "Sign out"))


def signed_out(*, client: Client | None, way_back: str) -> str:
    return _page("Signed out", escape(way_back))


def home() -> str:
    return _page("Sign in with CamDigiKey")


def image_origins(client: Client | None) -> Iterable[str]:
    if client is None or not client.logo_uri:
        return ()
    parts = urlsplit(client.logo_uri)
    return (f"{parts.scheme}://{parts.netloc}",)
