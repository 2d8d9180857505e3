"""CamDigiKey's callbacks, of success and of error: each CamDigiKey account has an address of its own."""

from flask import g, redirect
from werkzeug.wrappers import Response

from bridge.domain.auth_token import canonical_auth_token
from bridge.domain.ids import BrowserId, ConnectorId, HandoffKey
from bridge.domain.interaction import Interaction
from bridge.errors import ShownToUser
from bridge.login.begin_anew import BeginAnew
from bridge.login.callback import (
    CallbackOutcome,
    CallbackRequest,
    ConfirmationRequired,
    Resumed,
    UnsolicitedCallback,
)
from bridge.login.signing_in import SignedIn
from bridge.ops.logs import logger
from bridge.ports.connectors import Connector
from bridge.web import refusals
from bridge.web.failure import failure_page
from bridge.web.interactions import begin_again, confirm_address, to_login
from bridge.web.limits import RateLimited
from bridge.web.parameters import query_pairs
from bridge.web.steps import Place, answer
from bridge.web.use_cases import use_cases

UNUSABLE = frozenset({"unsolicited_callback", "not_completed", "already_used", "too_many_requests"})
KEY_OF_WAY = {"expired": "handoff_expired", "answered": "already_used"}  # by NamedHandoff.way


def success(connector: str | None = None) -> Response:
    """CamDigiKey's success callback (document 2.2.1).

    The address holds the auth token, so no page is shown at it: a sign-in that goes on is answered 303.
    """
    uses = use_cases()
    given = dict(query_pairs())
    back = _returned(connector, given)
    try:
        if not back.auth_token:
            raise ShownToUser(400, "unsolicited_callback", "no auth token in its canonical form")
        return after_return(uses.callback.success(back, limit=uses.limits.unsolicited))
    except UnsolicitedCallback as error:
        uses.unsolicited.end(back.auth_token, back.connector)
        return _dead_end(error, back)
    except ShownToUser as error:
        return _dead_end(error, back)


def error(connector: str | None = None) -> Response:
    """CamDigiKey's error callback. Its message is never shown (DESIGN §6.6)."""
    given = dict(query_pairs())
    code, message = given.get("errorCode", ""), given.get("errorMessage", "")
    back = _returned(connector, given)
    refused = use_cases().callback.error(back, code, message)
    if refused is not None:
        client_id = refused.interaction.request.client_id
        logger().info("login.refused", client_id=client_id, error_code=refused.error_code, why=refused.why)
        return to_login(refused.interaction) if refused.proven else _unproven(refused.interaction)
    return _dead_end(ShownToUser(400, "not_completed", "an error callback without its Handoff"), back)


def _unproven(interaction: Interaction) -> Response:
    """The page of a refusal without a state (v2), which may be a stranger's doing: it changes nothing."""
    client = use_cases().decider.client_of(interaction)
    return failure_page(interaction, client, interaction.failure or "server_error", 400)


def after_return(outcome: CallbackOutcome) -> Response:
    """The response for what a success callback came to."""
    match outcome:
        case ConfirmationRequired(key, interaction):
            return redirect(confirm_address(key, interaction), 303)
        case Resumed(interaction, error):
            if error is not None:
                client_id = interaction.request.client_id
                logger().warning("login.failed", client_id=client_id, **error.facts)
            return to_login(interaction)
        case SignedIn():
            return signed_in(outcome, Place.CALLBACK)


def signed_in(done: SignedIn, place: Place) -> Response:
    """The response for a browser whose Session was just opened: its cookie, and what comes next."""
    uses, session = use_cases(), done.new_session.session
    if not done.again:
        logger().info("session.opened", sid=session.sid, client_id=done.decision.client.client_id)
    try:
        response = answer(done.decision, place)
    except BeginAnew as anew:  # in this Session
        response = begin_again(anew)
    mark = uses.subject_key.browser_mark(session.subject.identity.camdigikey_id)
    uses.browser.remember_session(response, done.new_session, mark)
    return response


def _returned(connector: str | None, given: dict[str, str]) -> CallbackRequest:
    browser = use_cases().browser
    return CallbackRequest(
        connector=_connector(connector),
        browser=browser.id() or BrowserId(""),
        state=given.get("state"),
        request_id=g.request_id,
        auth_token=canonical_auth_token(given.get("authToken", "")) or "",
        session=browser.held_session(),
        last_person=browser.last_person(),
    )


def _connector(name: str | None) -> Connector:
    """The account that this address belongs to. Raises ShownToUser."""
    connectors = use_cases().connectors
    if name is None:
        return next(iter(connectors.values()))
    found = connectors.get(ConnectorId(name))
    if found is None:
        raise ShownToUser(404, "not_found", "there is no connector of that name")
    return found


def _dead_end(error: ShownToUser, back: CallbackRequest) -> Response:
    """A callback that can't be used. A browser with a login under way is offered to go on with that one; one
    whose login took too long, or was answered, to go on with what it was for.

    Raises the error itself elsewhere, with the application that the state names.
    """
    uses = use_cases()
    key, browser = uses.browser.cookies.read("handoff"), uses.browser.id()
    live = uses.callback.live_handoff(HandoffKey(key), browser) if key and browser else None
    if live is not None:
        return _go_on(live.interaction, error.key, error)
    named = uses.callback.named_handoff(back) if error.client_id is None else None
    if named is None:
        raise error
    if named.way is not None and error.key in UNUSABLE:
        return _go_on(named.interaction, KEY_OF_WAY.get(named.way, error.key), error)
    error.client_id = named.interaction.request.client_id
    raise error


def _go_on(interaction: Interaction, key: str, error: ShownToUser) -> Response:
    refusals.note_page(error, interaction.request.client_id)
    response = failure_page(interaction, use_cases().decider.client_of(interaction), key, error.status)
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.wait)
    return response
