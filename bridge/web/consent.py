"""The person agrees to what an application is given. (The page is shown at the Interaction's address.)"""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from bridge.login import finish
from bridge.web.edge import edge
from bridge.web.login import opened, show, to_login

blueprint = Blueprint("consent", __name__)


@blueprint.post("/consent")
def agree() -> Response:
    """Yes. The form's token names the Session it was shown to: another one has to be asked itself."""
    e = edge()
    interaction = opened(request.form.get("i", ""))
    session = e.guard.session()
    if session is None:
        return to_login(interaction)
    e.guard.check_csrf(f"consent:{session.sid}", interaction.request.client_id)
    return show(finish.agree(interaction, session, e.services, e.settings), arrived=False)
