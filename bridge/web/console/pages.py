"""Renders the console's pages: what they all show, and the response with its headers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple

from flask import current_app, g, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from bridge.domain.admin_audit import AuditRow
from bridge.domain.metadata_field import Label
from bridge.domain.sentence import Sentence
from bridge.manage.access import Action, allowed
from bridge.web import language
from bridge.web.browser import token_fits
from bridge.web.console.rows import ROOT
from bridge.web.responses import page
from bridge.web.texts import N_
from bridge.web.use_cases import use_cases

SEARCHED = ("applications", "activity", "audit")  # whose list follows what one types, by htmx
CAMBODIA = timezone(timedelta(hours=7), "Asia/Phnom_Penh")  # without summer time since 1920


@dataclass(frozen=True, slots=True)
class ParkedForm:
    """A form that was posted before a fresh sign-in, to be posted again after it."""

    action: str
    fields: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """A line of the rail; shown to whom the action is allowed."""

    path: str
    text: str
    action: Action


NAVIGATION = (
    NavigationEntry(ROOT, N_("Home"), "see activity"),
    NavigationEntry(f"{ROOT}/applications", N_("Applications"), "list clients"),
    NavigationEntry(f"{ROOT}/approvals", N_("Approvals"), "list approvals"),
    NavigationEntry(f"{ROOT}/activity", N_("Activity"), "see activity"),
    NavigationEntry(f"{ROOT}/people", N_("People"), "see person"),
    NavigationEntry(f"{ROOT}/administrators", N_("Administrators"), "list administrators"),
    NavigationEntry(f"{ROOT}/audit", N_("What was done"), "see audit"),
    NavigationEntry(f"{ROOT}/trust", N_("CamDigiKey and keys"), "see accounts"),
    NavigationEntry(f"{ROOT}/settings", N_("Settings"), "see settings"),
)


def show(template: str, status: int = 200, **values: Any) -> Response:
    """A page of the console as a response."""
    return page(_html(template, values), status=status, scripts=True, asks=template in SEARCHED)


def moving_on(address: str, form: ParkedForm | None = None) -> Response:
    """A page that goes on by itself, or with its link; with `form` by posting that."""
    return show("moving_on", address=address, parked=form)


def label(text: Label) -> str:
    """A label in the language of this page."""
    return text.km if language.current() == "km" else text.en


def _named(text: Label | str) -> str:
    """A field's name: its label, or what it is called where it has none."""
    return text if isinstance(text, str) else label(text)


def _html(template: str, values: Mapping[str, Any]) -> str:
    look, spoken = use_cases().settings.look, language.current()
    signed_in = g.get("console")
    context = {
        "key": template,
        "language": spoken,
        "switches": language.switches(None),
        "institution": (look.institution_km if spoken == "km" else "") or look.institution,
        "colour": look.colour,
        "request_id": g.get("request_id", ""),
        "root": ROOT,
        "me": signed_in.administrator if signed_in else None,
        "may": may,
        "navigation": [entry for entry in NAVIGATION if may(entry.action)],
        "csrf": csrf,
        "label": label,
        "named": _named,
        "prose": _prose,
        "said_here": _say,
        "at": _at,
        "section": "",
        "emergency": signed_in is not None and signed_in.actor.in_an_emergency,
        "unseen": _unseen(),
        "this_page": request.full_path.rstrip("?"),
        **values,
        "faults": [_say(fault) for fault in values.get("faults", ())],
        "sentence": _say(values.get("sentence", "")),
    }
    return current_app.jinja_env.get_template(f"console/{template}.html").render(context)


def _say(sentence: str) -> str:
    """A sentence in the language of this page, where there is one in the catalogue.

    It may hold what somebody wrote: the templates' own gettext would take a % in it for a place.
    """
    words = language.words(language.current())
    if isinstance(sentence, Sentence):
        values = {
            name: _say(value) if isinstance(value, Sentence) else value
            for name, value in sentence.values.items()
        }
        return words(sentence.template).format(**values)
    return words(sentence) if sentence else ""


def _prose(text: str) -> Markup:
    """A sentence in which what stands between backticks is code."""
    parts = text.split("`")
    marked = (
        Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in enumerate(parts)
    )
    return Markup("").join(marked)


class Instant(NamedTuple):
    """A time as a page shows it: in Cambodia, its seconds, and exactly."""

    here: str
    seconds: str
    exact: str


def _at(seconds: int) -> Instant:
    exact = datetime.fromtimestamp(seconds, UTC)
    there = exact.astimezone(CAMBODIA)
    return Instant(there.strftime("%Y-%m-%d %H:%M"), there.strftime(":%S"), exact.isoformat())


def _unseen() -> Sequence[AuditRow]:
    """The emergencies that an owner is to be told of."""
    signed_in = g.get("console")
    if signed_in is None or not allowed(signed_in.actor, "see emergencies"):
        return ()
    since = signed_in.administrator.created_at
    return use_cases().administration.emergencies.unseen(signed_in.actor, since)


def may(action: Action, subject: str = "") -> bool:
    """Whether who asks for this page may do that; nobody where nobody is signed in."""
    signed_in = g.get("console")
    return signed_in is not None and allowed(signed_in.actor, action, subject)


def csrf(action: str, session_key: str = "") -> str:
    """The token of a form that posts to the path `action`, for this session alone."""
    return use_cases().sealer.mac("csrf", _bound_to(session_key or g.console.session.key, action))


def csrf_fits(action: str) -> bool:
    """Whether this request's form brings that token."""
    return token_fits(use_cases().sealer, _bound_to(g.console.session.key, action))


def _bound_to(session_key: str, action: str) -> str:
    return f"console|{session_key}|{action}"
