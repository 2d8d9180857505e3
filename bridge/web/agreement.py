"""The person agrees to what an application is given."""

from flask import request
from werkzeug.wrappers import Response

from bridge.web.consent import csrf_action
from bridge.web.interactions import opened, to_login
from bridge.web.steps import Place, answer
from bridge.web.use_cases import use_cases


def agree() -> Response:
    """Yes, by the Session that the page was shown to."""
    uses = use_cases()
    interaction = opened(request.form.get("i", ""))
    session = uses.browser.session()
    if session is None:
        return to_login(interaction)
    uses.browser.check_csrf(csrf_action(session.sid), interaction.request.client_id)
    return answer(uses.consent.agree(interaction, session), Place.FORM)
