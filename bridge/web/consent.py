"""The page that asks a person to agree to what an application is given."""

from werkzeug.wrappers import Response

from bridge.domain.next_step import AskConsent
from bridge.login.decider import Decision
from bridge.web import pages
from bridge.web.headers import next_hops
from bridge.web.interactions import address_of, interaction_form
from bridge.web.responses import page


def show(decision: Decision, step: AskConsent) -> Response:
    """The page. Its CSRF token names the Session, so that nobody agrees by a page shown to another person."""
    interaction, client = decision.interaction, decision.client
    html = pages.consent(
        client=client,
        address=address_of(interaction),
        request=interaction.request,
        go=interaction_form("/consent", csrf_action(step.session.sid), interaction),
        cancel=interaction_form("/login/cancel", "cancel", interaction),
    )
    forms = next_hops(interaction.request.reply_to.redirect_uri, client)
    return page(html, client=client, forms=forms, scripts=True)


def csrf_action(sid: str) -> str:
    """What the form does, for its CSRF token: it belongs to the Session of this sid."""
    return f"consent:{sid}"
