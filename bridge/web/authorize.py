"""`/authorize`: where an application's request arrives in a person's browser."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from bridge.domain.interaction import Interaction
from bridge.login.support import random_text
from bridge.oidc import authorize as checks
from bridge.web.edge import Pairs, edge, form_pairs, query_pairs
from bridge.web.login import move_on
from bridge.web.respond import prefetch_refused
from bridge.web.sealed_form import sealed_pairs, unsealed_pairs
from bridge.web.security import is_prefetch

blueprint = Blueprint("authorize", __name__)


@blueprint.get("/authorize")
def authorize() -> Response:
    """A request by the browser's address bar (OIDC Core §3.1.2.1)."""
    return prefetch_refused() if is_prefetch(request) else _authorize(query_pairs())


@blueprint.post("/authorize")
def authorize_by_form() -> Response:
    """A request by a form, which brings no Lax cookies: checked, then asked again by GET (DESIGN §6.2)."""
    pairs = form_pairs()
    e = edge()
    checks.check(pairs, e.services.clients, e.hints)
    return redirect(f"/authorize/form?r={sealed_pairs(pairs, 'authorize')}", 303)


@blueprint.get("/authorize/form")
def authorize_form() -> Response:
    """The sealed GET form of a request that came by POST."""
    return prefetch_refused() if is_prefetch(request) else _authorize(unsealed_pairs("authorize"))


def _authorize(pairs: Pairs) -> Response:
    e = edge()
    asked = checks.check(pairs, e.services.clients, e.hints)
    interaction = Interaction(
        id=random_text(e.services, 16),
        request=asked,
        browser=e.guard.browser_or_new(),
        created_at=int(e.services.clock()),
    )
    return move_on(interaction, e.guard.session(), arrived=False)
