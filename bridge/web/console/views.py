"""Mounts the console's pages on the application: each row with its view and the guard before it."""

from collections.abc import Iterable, Mapping

from flask import Flask
from werkzeug.wrappers import Response

from bridge.manage import Forbidden, Refused
from bridge.manage.register import AwaitsApproval
from bridge.web.console import (
    activity,
    administrators,
    application,
    applications,
    approvals,
    audit,
    copies,
    deleted,
    emergency,
    home,
    listed_people,
    look,
    pages,
    people,
    returning,
    service,
    signing_in,
    testing,
)
from bridge.web.console.emergency import EMERGENCY_VIEWS
from bridge.web.console.guard import View, guarded
from bridge.web.console.rows import PAGES, ConsolePage
from bridge.web.texts import N_

VIEWS: Mapping[str, View] = {
    "home": home.home,
    "sign_in": signing_in.sign_in,
    "begin": signing_in.begin,
    "callback": returning.callback,
    "sign_out": signing_in.sign_out,
    "invitation": signing_in.invitation,
    "accept": signing_in.accept,
    "sessions": administrators.sessions,
    "end_session": administrators.end_session,
    "applications": applications.applications,
    "deleted": deleted.deleted,
    "restore": deleted.restore,
    "kinds": applications.kinds,
    "new_application": applications.new_application,
    "register": applications.register,
    "application": application.application,
    "export": copies.export,
    "duplicate": copies.duplicate,
    "register_duplicate": copies.register_duplicate,
    "choose_file": copies.choose_file,
    "import_file": copies.import_file,
    "credentials": application.credentials,
    "new_secret": application.new_secret,
    "disable": application.disable,
    "enable": application.enable,
    "delete": application.delete,
    "test_page": testing.test_page,
    "begin_test": testing.begin_test,
    "evaluate": testing.evaluate,
    "listed_people": listed_people.listed_people,
    "invite_person": listed_people.invite_person,
    "approve_person": listed_people.approve_person,
    "person_roles": listed_people.person_roles,
    "remove_person": listed_people.remove_person,
    "upload_logo": look.upload_logo,
    "fields": application.fields,
    "edit": application.edit,
    "approvals": approvals.listed,
    "approval": approvals.approval,
    "approve": approvals.approve,
    "reject": approvals.reject,
    "application_activity": activity.application_activity,
    "activity": activity.activity,
    "timeline": activity.timeline,
    "refused_requests": activity.refused_requests,
    "export_activity": activity.export_activity,
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
    "seen": emergency.seen,
}
FORBIDDEN = N_("Your role does not allow this. An owner can change it.")


def mount(app: Flask, rows: Iterable[ConsolePage] = PAGES) -> None:
    """Give Flask the console's pages, and what its errors look like."""
    for row in rows:
        view = guarded(row, {**VIEWS, **EMERGENCY_VIEWS}[row.view])
        app.add_url_rule(row.path, f"console {row.view}", view, methods=[row.method])
    app.register_error_handler(Forbidden, _forbidden)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(AwaitsApproval, approvals.show_proposed)


def _forbidden(error: Forbidden) -> Response:
    return pages.show("message", 403, sentence=FORBIDDEN)


def _refused(error: Refused) -> Response:
    return pages.show("message", 409, sentence=error.sentence)
