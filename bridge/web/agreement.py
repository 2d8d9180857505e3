"""The answers to the page that `consent` shows: the person agrees, or is not the one who is signed in."""

from flask import request
from werkzeug.wrappers import Response

from bridge.login.begin_anew import BeginAnew
from bridge.web import consent, presses
from bridge.web.interactions import begin_again, open_interaction, to_login
from bridge.web.steps import Place, answer
from bridge.web.use_cases import use_cases


def agree() -> Response:
    """`POST /consent`: goes on, with what the page showed to this Session's person and no more.

    A press that does not count gets the page again.
    """
    uses = use_cases()
    interaction = open_interaction(request.form.get("i", ""))
    session = uses.browser.session()
    if session is None:
        return to_login(interaction)
    action = consent.csrf_action(session.sid)
    uses.browser.check_csrf(action, interaction.request.client_id)
    shown = consent.claims_shown(interaction, session)
    if not presses.counts(action) or shown is None:
        return answer(uses.decider.decide(interaction, session), Place.PAGE)
    return answer(uses.consent.agree(interaction, session, shown), Place.FORM)


def not_me() -> Response:
    """`POST /consent/not-me`: who is signed in here is signed out, and the same request begins anew."""
    uses = use_cases()
    interaction = open_interaction(request.form.get("i", ""))
    session = uses.browser.held_session()
    if session is None:
        return begin_again(BeginAnew(interaction))
    action = consent.not_me_action(session.sid)
    uses.browser.check_csrf(action, interaction.request.client_id)
    if not presses.counts(action):
        return answer(uses.decider.decide(interaction, uses.browser.session()), Place.PAGE)
    uses.sign_out.sign_out(session, "person")
    response = begin_again(BeginAnew(interaction))
    mark = uses.subject_key.browser_mark(session.subject.identity.camdigikey_id)
    uses.browser.forget_session(response, mark)
    return response
