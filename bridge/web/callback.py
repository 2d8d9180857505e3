"""The way back from CamDigiKey: its two callbacks, and the page "is this you?"."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from bridge.errors import ShownToUser
from bridge.login import callback, confirm, finish
from bridge.login.support import SignedIn, person_mark
from bridge.ops.logs import logger
from bridge.web import language, pages
from bridge.web.edge import edge, query_pairs
from bridge.web.login import problem_page, to_login
from bridge.web.respond import page, prefetch_refused
from bridge.web.security import YEAR, is_part_of_a_page, is_prefetch, next_hops

blueprint = Blueprint("callback", __name__)


@blueprint.get("/camdigikey/callback")
def arrive() -> Response:
    """CamDigiKey's success callback (document 2.2.1). Answers 303 to a clean URL, whatever happened."""
    if is_prefetch(request) or is_part_of_a_page(request):  # any site's <img> would burn tokens
        return prefetch_refused()
    e = edge()
    given = dict(query_pairs())
    auth_token = given.get("authToken", "")
    browser = e.guard.browser()
    try:
        if not 0 < len(auth_token) <= 8192:
            raise ShownToUser(400, "orphan_callback", "no auth token")
        before, last = e.guard.session(), e.guard.last_person()
        outcome = callback.arrive(
            auth_token,
            given.get("state"),
            browser,
            before,
            last,
            e.services,
            e.settings,
            limit=e.guard.limit_starts,
        )
    except callback.Orphan as orphan:
        callback.send_away(auth_token, e.services)
        return _dead_end(orphan)
    except ShownToUser as error:
        return _dead_end(error)
    return _after_callback(outcome)


def _after_callback(outcome: callback.Outcome) -> Response:
    match outcome:
        case callback.Unconfirmed(key):
            return redirect(f"/confirm/{key}", 303)
        case callback.Failed(interaction):
            return to_login(interaction, "/login/problem")
        case callback.Resumed(interaction):
            return to_login(interaction)
        case SignedIn():
            return _signed_in(outcome)


def _signed_in(done: SignedIn) -> Response:
    e = edge()
    logger().info("session.opened", sid=done.session.sid, client_id=done.interaction.request.client_id)
    response = to_login(done.interaction)
    mark = person_mark(e.services, done.session.subject.identity.camdigikey_id)
    e.guard.cookies.put(response, "session", done.secret)
    e.guard.cookies.put(response, "last", mark, YEAR)
    e.guard.cookies.drop(response, "handoff")
    return response


def _dead_end(error: ShownToUser) -> Response:
    """A callback that leads nowhere; where this browser has a login under way, its ways on are offered."""
    e = edge()
    live = callback.waiting_here(e.guard.cookies.read("handoff"), e.guard.browser(), e.services)
    if live is None:
        raise error
    return problem_page(live.interaction, kind=error.key, status=error.status)


@blueprint.get("/camdigikey/error")
def come_back_with_error() -> Response:
    """CamDigiKey's error callback. Its message is never shown (DESIGN §6.6)."""
    if is_prefetch(request) or is_part_of_a_page(request):
        return prefetch_refused()
    e = edge()
    given = dict(query_pairs())
    failed = callback.come_back_with_error(
        given.get("errorCode", ""), given.get("state"), e.guard.browser(), e.services
    )
    if failed is not None:
        return to_login(failed.interaction, "/login/problem")
    return _dead_end(ShownToUser(400, "not_completed", "an error callback without its Handoff"))


@blueprint.get("/confirm/<key>")
def ask(key: str) -> Response:
    """The page "is this you?"."""
    e = edge()
    found = confirm.look(key, e.guard.browser(), e.services)
    if found is None:
        raise ShownToUser(400, "link_expired", "nobody waits for a confirmation here")
    interaction, arrival = found
    language.prefer(interaction.request.ui_locales)
    client = finish.client_of(interaction, e.services)
    fields = {"csrf": e.guard.csrf("confirm:" + key)}
    return page(
        pages.confirm(
            client=client,
            identity=arrival.identity,
            go=pages.Form(f"/confirm/{key}", fields),
            cancel=pages.Form(f"/confirm/{key}/no", fields),
        ),
        client=client,
        forms=next_hops(interaction.request.redirect_uri, client),
    )


@blueprint.post("/confirm/<key>")
def accept(key: str) -> Response:
    """Yes."""
    e = edge()
    e.guard.check_csrf("confirm:" + key)
    return _signed_in(confirm.accept(key, e.guard.browser(), e.guard.session(), e.services, e.settings))


@blueprint.post("/confirm/<key>/no")
def reject(key: str) -> Response:
    """No: back to the beginning of the sign-in."""
    e = edge()
    e.guard.check_csrf("confirm:" + key)
    return to_login(confirm.reject(key, e.guard.browser(), e.services))
