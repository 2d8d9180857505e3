"""`/confirm/<key>`: the page "is this you?" after CamDigiKey (DESIGN §6.4), and the person's yes or no."""

from werkzeug.wrappers import Response

from bridge.domain.ids import BrowserId, ConfirmationKey
from bridge.errors import ShownToUser
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
        raise ShownToUser(400, "link_expired", "nobody waits for a confirmation here")
    request = pending.interaction.request
    language.prefer(request.ui_locales)
    client = uses.decider.client_of(pending.interaction)
    fields = {"csrf": uses.browser.csrf(_action(key))}
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
    login = uses.confirmations.accept(ConfirmationKey(key), _browser(), uses.browser.held_session())
    return signed_in(login, Place.FORM)


def reject(key: str) -> Response:
    """No: that person is signed out at CamDigiKey, and the sign-in begins again. Raises ShownToUser."""
    uses = use_cases()
    uses.browser.check_csrf(_action(key))
    return to_login(uses.confirmations.reject(ConfirmationKey(key), _browser()))


def _action(key: str) -> str:
    """What the form does, for its CSRF token."""
    return "confirm:" + key


def _browser() -> BrowserId:
    return use_cases().browser.id() or BrowserId("")
