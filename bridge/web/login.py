"""The Interaction's own address: whatever page comes next, the way on to CamDigiKey, and the way back."""

from flask import redirect, request
from werkzeug.wrappers import Response

from bridge.domain.next_step import Press
from bridge.web.fetch_metadata import is_top_navigation
from bridge.web.interactions import Elsewhere, Overdue, begun, opened, to_login
from bridge.web.responses import send
from bridge.web.steps import Place, answer
from bridge.web.use_cases import use_cases


def login() -> Response:
    """The clean URL that bears F5, Back and a second tab."""
    uses, text = use_cases(), request.args.get("i", "")
    try:
        interaction = opened(text)
    except Elsewhere as elsewhere:
        return _try_cookie(text, elsewhere)
    session = uses.browser.session()
    decision = uses.decider.decide(interaction, session, navigated=is_top_navigation(request))
    return answer(decision, Place.PAGE)


def _try_cookie(text: str, elsewhere: Elsewhere) -> Response:
    """A browser without our cookie gets one and is asked once more: so a refused cookie can be told apart."""
    if elsewhere.has_cookie or "cookie" in request.args:
        raise elsewhere
    use_cases().browser.id_or_new()
    return redirect(f"/login?i={text}&cookie=1", 303)


def start() -> Response:
    """The person goes on to CamDigiKey."""
    uses = use_cases()
    interaction = opened(request.form.get("i", ""))
    uses.browser.check_csrf("start", interaction.request.client_id)
    press: Press = "replace" if "replace" in request.form else "continue"
    return answer(uses.decider.decide(interaction, uses.browser.session(), press), Place.FORM)


def cancel() -> Response:
    """The person goes back to the application."""
    uses = use_cases()
    interaction = opened(request.form.get("i", ""))
    uses.browser.check_csrf("cancel", interaction.request.client_id)
    uses.decider.client_of(interaction)
    return send(uses.completion.decline(interaction))


def begin_again(overdue: Overdue) -> Response:
    """The same request again, in this browser that asked it."""
    return to_login(begun(overdue.interaction.request, overdue.interaction.browser))
