"""`/confirm/<key>`: the page "is this you?" after CamDigiKey (DESIGN §6.4), and the person's yes or no."""

from urllib.parse import quote

from flask import redirect
from flask import request as http_request
from werkzeug.wrappers import Response

from bridge.domain.ids import BrowserId, ConfirmationKey
from bridge.login.confirmation import NobodyWaits
from bridge.web import language, pages
from bridge.web.callback import signed_in
from bridge.web.headers import next_hops
from bridge.web.interactions import to_login
from bridge.web.responses import page
from bridge.web.steps import Place
from bridge.web.use_cases import use_cases


def ask(key: str) -> Response:
    """The page: who came back from CamDigiKey, with the name masked, and for which application."""
    uses = use_cases()
    pending = uses.confirmations.find(ConfirmationKey(key), _browser())
    if pending is None:
        return _over()
    request = pending.interaction.request
    language.prefer(request.ui_locales)
    client = uses.decider.client_of(pending.interaction)
    fields = {"i": http_request.args.get("i", ""), "csrf": uses.browser.csrf(_action(key))}
    html = pages.confirm(
        client=client,
        identity=pending.login.identity,
        go=pages.Form(f"/confirm/{key}", fields),
        cancel=pages.Form(f"/confirm/{key}/no", fields),
    )
    return page(html, client=client, forms=next_hops(request.reply_to.redirect_uri, client))


def accept(key: str) -> Response:
    """Yes: the Session is opened now. Raises ShownToUser."""
    uses = use_cases()
    uses.browser.check_csrf(_action(key))
    try:
        login = uses.confirmations.accept(ConfirmationKey(key), _browser(), uses.browser.held_session())
    except NobodyWaits:
        return _over()
    return signed_in(login, Place.FORM)


def reject(key: str) -> Response:
    """No: that person is signed out at CamDigiKey, and the sign-in begins again. Raises ShownToUser."""
    uses = use_cases()
    uses.browser.check_csrf(_action(key))
    try:
        return to_login(uses.confirmations.reject(ConfirmationKey(key), _browser()))
    except NobodyWaits:
        return _over()


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
