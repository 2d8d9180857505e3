"""The page before CamDigiKey, the page asked before another sign-in ends, and the redirect to CamDigiKey."""

from dataclasses import replace

from flask import g, redirect
from werkzeug.wrappers import Response

from bridge.domain.next_step import GoToCamDigiKey, Press
from bridge.errors import UpstreamError
from bridge.login.decider import Decision, connector_of
from bridge.login.handoff import AnsweredBefore, OtherHandoffLive
from bridge.oidc.authorization_response import AuthorizationResponse
from bridge.ops.logs import logger
from bridge.web import pages
from bridge.web.headers import next_hops
from bridge.web.interactions import address_of, interaction_form, resting_form, to_login
from bridge.web.responses import page, send
from bridge.web.use_cases import use_cases


def show(decision: Decision) -> Response:
    """The page: which application asks, and that the person is about to go to CamDigiKey."""
    interaction = decision.interaction
    html = pages.sign_in(
        client=decision.client,
        address=address_of(interaction),
        go=resting_form("/login/start", "start", interaction),
        cancel=interaction_form("/login/cancel", "cancel", interaction),
    )
    return _sign_in_page(html, decision)


def show_again(decision: Decision, press: Press) -> Response:
    """The page on which this press did not count yet."""
    return ask_to_replace(decision) if press == "replace" else show(decision)


def ask_to_replace(decision: Decision) -> Response:
    """The page that asks before another sign-in of this browser ends (v2)."""
    interaction = decision.interaction
    html = pages.already_under_way(
        client=decision.client,
        go=resting_form("/login/start", "start", interaction, replace="1"),
        cancel=interaction_form("/login/cancel", "cancel", interaction),
    )
    return _sign_in_page(html, decision)


def go_to_camdigikey(decision: Decision, step: GoToCamDigiKey) -> Response:
    """Begins a Handoff and sends the browser to CamDigiKey; where that fails, to the page that says so.

    Raises RateLimited, ShownToUser, StoreUnavailable.
    """
    uses, interaction = use_cases(), decision.interaction
    uses.limits.start(decision.client.client_id)
    connector = connector_of(decision.client, uses.connectors)
    try:
        started = uses.handoff_start.start(
            interaction,
            connector,
            decision.session,
            replaces_other=step.replaces_other,
            request_id=g.request_id,
        )
    except OtherHandoffLive:
        return ask_to_replace(decision)
    except AnsweredBefore as before:
        return send(
            AuthorizationResponse(interaction.request.reply_to, before.answer.params), decision.client
        )
    except UpstreamError as error:
        logger().warning("login.not_started", client_id=decision.client.client_id, **error.facts)
        return to_login(replace(interaction, failure=error.failure, failed_in=g.request_id))
    response = redirect(started.login_url, 303)
    uses.browser.cookies.put(response, "handoff", started.key, uses.policy.lifetimes.handoff)
    return response


def _sign_in_page(html: str, decision: Decision) -> Response:
    client, reply_to = decision.client, decision.interaction.request.reply_to
    login_pages = connector_of(client, use_cases().connectors).login_pages
    forms = (*login_pages, *next_hops(reply_to.redirect_uri, client))
    return page(html, client=client, forms=forms, scripts=True)
