"""The page that asks a person to agree to what an application is given."""

from werkzeug.wrappers import Response

from bridge.domain.next_step import AskConsent
from bridge.login.decider import Decision
from bridge.web import pages
from bridge.web.headers import next_hops
from bridge.web.interactions import address_of, form
from bridge.web.responses import page


def show(decision: Decision, step: AskConsent) -> Response:
    """What the application is told. The form's token names the Session it is shown to."""
    interaction, client = decision.interaction, decision.client
    html = pages.consent(
        client=client,
        address=address_of(interaction),
        request=interaction.request,
        go=form("/consent", csrf_action(step.session.sid), interaction),
        cancel=form("/login/cancel", "cancel", interaction),
    )
    forms = next_hops(interaction.request.reply_to.redirect_uri, client)
    return page(html, client=client, forms=forms, scripts=True)


def csrf_action(sid: str) -> str:
    """What the form does, for its token: another Session has to be asked itself."""
    return f"consent:{sid}"
