"""`/login`: an Interaction's own page, its button to CamDigiKey, and its button back to the application."""

from flask import redirect, request
from werkzeug.wrappers import Response

from bridge.domain.next_step import Press, ShowSignIn
from bridge.web import presses, sign_in
from bridge.web.fetch_metadata import is_top_navigation
from bridge.web.interactions import OtherBrowser, open_interaction
from bridge.web.responses import send
from bridge.web.steps import Place, answer
from bridge.web.use_cases import use_cases


def login() -> Response:
    """The page that comes next for an Interaction; its address works with F5, Back and in a second tab."""
    uses, text = use_cases(), request.args.get("i", "")
    try:
        interaction = open_interaction(text)
    except OtherBrowser as other_browser:
        return _try_cookie(text, other_browser)
    session = uses.browser.session()
    decision = uses.decider.decide(interaction, session, navigated=is_top_navigation(request))
    return answer(decision, Place.PAGE)


def _try_cookie(text: str, other_browser: OtherBrowser) -> Response:
    """Gives a browser that brought no cookie one, and sends it here once more.

    If it comes back without it, it refuses cookies, and that is what its page says.
    """
    if other_browser.has_cookie or "cookie" in request.args:
        raise other_browser
    use_cases().browser.id_or_new()
    return redirect(f"/login?i={text}&cookie=1", 303)


def start() -> Response:
    """The person presses "Continue with CamDigiKey"; `replace` in the form: another sign-in may end by it."""
    uses = use_cases()
    interaction = open_interaction(request.form.get("i", ""))
    uses.browser.check_csrf("start", interaction.request.client_id)
    press: Press = "replace" if "replace" in request.form else "continue"
    session = uses.browser.session()
    if presses.counts("start"):
        return answer(uses.decider.decide(interaction, session, press), Place.FORM)
    decision = uses.decider.decide(interaction, session)
    if isinstance(decision.step, ShowSignIn):
        return sign_in.show_again(decision, press)
    return answer(decision, Place.PAGE)


def cancel() -> Response:
    """The person goes back to the application, which is told access_denied or what failed."""
    uses = use_cases()
    interaction = open_interaction(request.form.get("i", ""))
    uses.browser.check_csrf("cancel", interaction.request.client_id)
    client = uses.decider.client_of(interaction)
    # What failed at CamDigiKey decides nothing: the same page also offers to try again.
    remembered = interaction.failure is None and uses.limits.may_remember()
    return send(uses.completion.decline(interaction, remembered=remembered), client)
