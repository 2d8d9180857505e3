"""`/authorize`: an application sends a person's browser here, and a good request gets its first page."""

from flask import redirect, request
from werkzeug.wrappers import Response

from bridge.web import language
from bridge.web.fetch_metadata import is_top_navigation
from bridge.web.interactions import new_interaction
from bridge.web.parameters import Pairs, form_pairs, query_pairs
from bridge.web.sealed_form import sealed_pairs, unsealed_pairs
from bridge.web.steps import Place, answer
from bridge.web.use_cases import use_cases


def authorize() -> Response:
    """A request by the browser's address bar (OIDC Core §3.1.2.1)."""
    return _authorize(query_pairs())


def authorize_by_form() -> Response:
    """A request by a form, which brings no Lax cookies: checked, then asked again by GET (DESIGN §6.2)."""
    pairs = form_pairs()
    use_cases().provider.authorization_requests.check(pairs, "form")
    return redirect(f"/authorize/form?r={sealed_pairs(pairs, 'authorize')}", 303)


def authorize_form() -> Response:
    """The sealed GET form of a request that came by POST."""
    return _authorize(unsealed_pairs("authorize"))


def _authorize(pairs: Pairs) -> Response:
    uses = use_cases()
    checked = uses.provider.authorization_requests.check(pairs, "query")
    language.prefer(checked.ui_locales)
    interaction = new_interaction(checked, uses.browser.id_or_new())
    session = uses.browser.session()
    decision = uses.decider.decide(interaction, session, navigated=is_top_navigation(request))
    return answer(decision, Place.PAGE)
