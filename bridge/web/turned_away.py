"""The page for somebody who is not let in to the application: whom to ask, and the way back."""

from werkzeug.wrappers import Response

from bridge.domain.next_step import TurnAway
from bridge.login.decider import Decision, connector_of
from bridge.web import pages
from bridge.web.headers import next_hops
from bridge.web.interactions import address_of, interaction_form, resting_form
from bridge.web.responses import page
from bridge.web.use_cases import use_cases


def show(decision: Decision, step: TurnAway) -> Response:
    """The page. The button back tells the application access_denied; by the other another person signs in."""
    interaction, client = decision.interaction, decision.client
    html = pages.turned_away(
        client=client,
        address=address_of(interaction),
        identity=step.session.subject.identity,
        waits=step.waits,
        cancel=interaction_form("/login/cancel", "cancel", interaction),
        another=resting_form("/login/start", "start", interaction),
    )
    login_pages = connector_of(client, use_cases().connectors).login_pages
    forms = (*login_pages, *next_hops(interaction.request.reply_to.redirect_uri, client))
    return page(html, client=client, forms=forms, scripts=True, status=403)
