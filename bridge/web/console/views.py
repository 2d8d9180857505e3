"""Mounts the console's pages on the application: each row with its view and the guard before it."""

from collections.abc import Mapping

from flask import Flask
from werkzeug.wrappers import Response

from bridge.manage import Forbidden, Refused
from bridge.web.console import (
    administrators,
    application,
    applications,
    audit,
    pages,
    people,
    service,
    signing_in,
)
from bridge.web.console.guard import View, guarded
from bridge.web.console.rows import PAGES
from bridge.web.texts import N_

VIEWS: Mapping[str, View] = {
    "home": administrators.home,
    "sign_in": signing_in.sign_in,
    "begin": signing_in.begin,
    "callback": signing_in.callback,
    "sign_out": signing_in.sign_out,
    "invitation": signing_in.invitation,
    "accept": signing_in.accept,
    "sessions": administrators.sessions,
    "end_session": administrators.end_session,
    "applications": applications.applications,
    "kinds": applications.kinds,
    "new_application": applications.new_application,
    "register": applications.register,
    "application": application.application,
    "credentials": application.credentials,
    "new_secret": application.new_secret,
    "disable": application.disable,
    "enable": application.enable,
    "delete": application.delete,
    "fields": application.fields,
    "edit": application.edit,
    "people": people.people,
    "look_for_person": people.look_for_person,
    "person": people.person,
    "end_sign_in": people.end_sign_in,
    "end_grants": people.end_grants,
    "withdraw_consent": people.withdraw_consent,
    "ask_reason": people.ask_reason,
    "person_everywhere": people.person_everywhere,
    "end_everywhere": people.end_everywhere,
    "administrators": administrators.administrators,
    "invite": administrators.invite,
    "confirm": administrators.confirm,
    "change_role": administrators.change_role,
    "remove": administrators.remove,
    "audit": audit.audit,
    "trust": service.trust,
    "rotate_key": service.rotate_key,
    "remove_key": service.remove_key,
    "settings": service.settings,
}
FORBIDDEN = N_("Your role does not allow this. An owner can change it.")


def mount(app: Flask) -> None:
    """Give Flask the console's pages, and what its errors look like."""
    for row in PAGES:
        view = guarded(row, VIEWS[row.view])
        app.add_url_rule(row.path, f"console {row.view}", view, methods=[row.method])
    app.register_error_handler(Forbidden, _forbidden)
    app.register_error_handler(Refused, _refused)


def _forbidden(error: Forbidden) -> Response:
    return pages.show("message", 403, sentence=FORBIDDEN)


def _refused(error: Refused) -> Response:
    return pages.show("message", 409, sentence=error.sentence)
