"""`/confirm/<key>`: the page "is this you?" after CamDigiKey (DESIGN §6.4), and the person's yes or no."""

from collections.abc import Callable
from urllib.parse import quote

from flask import redirect
from flask import request as http_request
from werkzeug.wrappers import Response

from bridge.domain.ids import BrowserId, ConfirmationKey
from bridge.domain.interaction import Interaction, PendingConfirmation
from bridge.login.confirmation import NobodyWaits
from bridge.login.signing_in import SignedIn
from bridge.web import language, pages, presses
from bridge.web.callback import signed_in
from bridge.web.headers import next_hops
from bridge.web.interactions import to_login
from bridge.web.responses import page
from bridge.web.steps import Place
from bridge.web.use_cases import use_cases


def ask(key: str) -> Response:
    """The page: who came back from CamDigiKey, with the name masked, and for which application."""
    found = use_cases().confirmations.find(ConfirmationKey(key), _browser())
    if found is None:
        return _over()
    if found.before is not None:
        return to_login(found.pending.interaction)
    return _page(found.pending)


def _page(pending: PendingConfirmation) -> Response:
    uses, request, action = use_cases(), pending.interaction.request, _action(pending.key)
    language.prefer(request.ui_locales)
    client = uses.decider.client_of(pending.interaction)
    fields = {"i": http_request.values.get("i", ""), "csrf": uses.browser.csrf(action)}
    html = pages.confirm(
        client=client,
        identity=pending.login.identity,
        go=pages.Form(f"/confirm/{pending.key}", fields | presses.fields_of_page(action), rests=True),
        cancel=pages.Form(f"/confirm/{pending.key}/no", fields),
    )
    forms = next_hops(request.reply_to.redirect_uri, client)
    return page(html, client=client, forms=forms, scripts=True)


def accept(key: str) -> Response:
    """Yes: the Session is opened now. Raises ShownToUser."""
    uses = use_cases()
    uses.browser.check_csrf(_action(key))
    if not presses.counts(_action(key)):
        return ask(key)
    before = uses.browser.held_session()
    return _answered(lambda: uses.confirmations.accept(ConfirmationKey(key), _browser(), before))


def reject(key: str) -> Response:
    """No: that person is signed out at CamDigiKey, and the sign-in begins again. Raises ShownToUser."""
    uses = use_cases()
    uses.browser.check_csrf(_action(key))
    before = uses.browser.held_session()
    return _answered(lambda: uses.confirmations.reject(ConfirmationKey(key), _browser(), before))


def _answered(press: Callable[[], SignedIn | Interaction]) -> Response:
    """The response to the first press, whichever came now."""
    try:
        said = press()
    except NobodyWaits:
        return _over()
    return signed_in(said, Place.FORM) if isinstance(said, SignedIn) else to_login(said)


def _over() -> Response:
    """Nobody waits here any more: what comes next in the same sign-in, which address and forms hold.

    Raises NobodyWaits where they hold none.
    """
    sealed = http_request.values.get("i", "")
    if not sealed:
        raise NobodyWaits
    return redirect("/login?i=" + quote(sealed, safe=""), 303)


def _action(key: str) -> str:
    """What the form does, for its CSRF token."""
    return "confirm:" + key


def _browser() -> BrowserId:
    return use_cases().browser.id() or BrowserId("")
