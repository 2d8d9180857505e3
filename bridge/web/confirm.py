"""`/confirm/<key>`: the page "is this you?" after CamDigiKey (DESIGN §6.4), and the person's yes or no."""

from werkzeug.wrappers import Response

from bridge.domain.ids import BrowserId, ConfirmationKey
from bridge.domain.interaction import Interaction, PendingConfirmation
from bridge.errors import ShownToUser
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
        raise ShownToUser(400, "link_expired", "nobody waits for a confirmation here")
    if found.before is not None:
        return to_login(found.pending.interaction)
    return _page(found.pending)


def _page(pending: PendingConfirmation) -> Response:
    uses, request, action = use_cases(), pending.interaction.request, _action(pending.key)
    language.prefer(request.ui_locales)
    client = uses.decider.client_of(pending.interaction)
    fields = {"csrf": uses.browser.csrf(action)}
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
    return _answered(uses.confirmations.accept(ConfirmationKey(key), _browser(), before))


def reject(key: str) -> Response:
    """No: that person is signed out at CamDigiKey, and the sign-in begins again. Raises ShownToUser."""
    uses = use_cases()
    uses.browser.check_csrf(_action(key))
    before = uses.browser.held_session()
    return _answered(uses.confirmations.reject(ConfirmationKey(key), _browser(), before))


def _answered(said: SignedIn | Interaction) -> Response:
    """The response to the first press, whichever came now."""
    return signed_in(said, Place.FORM) if isinstance(said, SignedIn) else to_login(said)


def _action(key: str) -> str:
    """What the form does, for its CSRF token."""
    return "confirm:" + key


def _browser() -> BrowserId:
    return use_cases().browser.id() or BrowserId("")
