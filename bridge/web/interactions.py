"""Interactions in URLs: a login page's address holds its Interaction, sealed.

So F5, Back, a second tab and a bookmark show the same page, and no store is asked for it (DESIGN §5).
"""

from dataclasses import replace

from flask import g, redirect
from werkzeug.wrappers import Response

from bridge.domain.authorization_request import AuthorizationRequest
from bridge.domain.encoding import random_text
from bridge.domain.ids import BrowserId, ConfirmationKey, InteractionId
from bridge.domain.interaction import Interaction
from bridge.errors import ShownToUser
from bridge.login.begin_anew import BeginAnew
from bridge.web import language, pages, presses
from bridge.web.use_cases import use_cases


class OtherBrowser(ShownToUser):
    """A login page's address was opened in another browser than the one that it was made for.

    Shown as a page, never answered with a redirect to the client: the state would reach a stranger (DESIGN
    §5).
    """

    def __init__(self, interaction: Interaction, *, has_cookie: bool) -> None:
        key = "opened_elsewhere" if has_cookie else "no_cookies"
        super().__init__(400, key, client_id=interaction.request.client_id)
        self.has_cookie = has_cookie


class InteractionExpired(BeginAnew):
    """The Interaction is too old; whatever was pressed, its request is begun anew (DESIGN §5)."""

    def __init__(self, interaction: Interaction) -> None:
        super().__init__(interaction, "the Interaction has expired")


def new_interaction(request: AuthorizationRequest, browser: BrowserId) -> Interaction:
    """A new Interaction for a checked request, bound to this browser."""
    uses = use_cases()
    return Interaction(InteractionId(random_text(uses.token_bytes, 16)), request, browser, int(uses.clock()))


def open_interaction(text: str) -> Interaction:
    """The Interaction in the sealed text of an address or a form.

    Raises SealBroken, OtherBrowser, InteractionExpired, StoreUnavailable.
    """
    uses = use_cases()
    interaction = uses.interactions.unseal(text)
    browser = uses.browser.id()
    if browser != interaction.browser:
        raise OtherBrowser(interaction, has_cookie=browser is not None)
    if int(uses.clock()) - interaction.created_at > uses.policy.lifetimes.interaction:
        raise InteractionExpired(interaction)
    language.prefer(interaction.request.ui_locales)
    g.sealed = (interaction, text)
    return interaction


def address_of(interaction: Interaction) -> str:
    """The address of its login page, with the Interaction sealed in it."""
    return f"/login?i={_sealed(interaction)}"


def confirm_address(key: ConfirmationKey, interaction: Interaction) -> str:
    """The address of the page "is this you?", with its Interaction, to go on with once nobody waits there."""
    return f"/confirm/{key}?i={_sealed(interaction)}"


def to_login(interaction: Interaction) -> Response:
    """A redirect to its login page, so that nothing of this request's address stays in the browser."""
    return redirect(address_of(interaction), 303)


def begin_again(anew: BeginAnew) -> Response:
    """Answers BeginAnew: a redirect to the page of a new Interaction of the same request, in this browser."""
    return to_login(new_interaction(anew.interaction.request, anew.interaction.browser))


def interaction_form(action: str, csrf: str, interaction: Interaction, **more: str) -> pages.Form:
    """A form of a login page. `csrf`: what the form does, for its token; `more`: further hidden fields."""
    fields = {"i": _sealed(interaction), "csrf": use_cases().browser.csrf(csrf), **more}
    return pages.Form(action, fields)


def resting_form(action: str, csrf: str, interaction: Interaction, **more: str) -> pages.Form:
    """The same, of a button that counts only after a moment (web.presses)."""
    form = interaction_form(action, csrf, interaction, **more, **presses.fields_of_page(csrf))
    return replace(form, rests=True)


def _sealed(interaction: Interaction) -> str:
    """Its sealed text; sealed once a request, since sealing may store it and changes at each call."""
    known: tuple[Interaction, str] | None = g.get("sealed")
    if known is None or known[0] is not interaction:
        uses = use_cases()
        known = g.sealed = (interaction, uses.interactions.seal(interaction, uses.limits.parking))
    return known[1]
