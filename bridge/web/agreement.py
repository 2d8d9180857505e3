"""`POST /consent`: the person agrees to what an application is given. The page that asks is in `consent`."""

from flask import request
from werkzeug.wrappers import Response

from bridge.web.consent import csrf_action
from bridge.web.interactions import open_interaction, to_login
from bridge.web.steps import Place, answer
from bridge.web.use_cases import use_cases


def agree() -> Response:
    """Keeps the consent and goes on. The form counts only in the Session that the page was shown to."""
    uses = use_cases()
    interaction = open_interaction(request.form.get("i", ""))
    session = uses.browser.session()
    if session is None:
        return to_login(interaction)
    uses.browser.check_csrf(csrf_action(session.sid), interaction.request.client_id)
    return answer(uses.consent.agree(interaction, session), Place.FORM)
