"""An Interaction's own address: sealed into a URL, so that F5, Back and a second tab work (DESIGN §5)."""

from flask import g, redirect
from werkzeug.wrappers import Response

from bridge.domain.authorization_request import AuthorizationRequest
from bridge.domain.encoding import random_text
from bridge.domain.ids import BrowserId, InteractionId
from bridge.domain.interaction import Interaction
from bridge.errors import BridgeError, ShownToUser
from bridge.web import language, pages
from bridge.web.use_cases import use_cases


class Elsewhere(ShownToUser):
    """A sealed address in a browser that did not ask for it: never a redirect with state (DESIGN §5)."""

    def __init__(self, interaction: Interaction, *, has_cookie: bool) -> None:
        key = "opened_elsewhere" if has_cookie else "no_cookies"
        super().__init__(400, key, client_id=interaction.request.client_id)
        self.has_cookie = has_cookie


class Overdue(BridgeError):
    """Its time is over, whatever was pressed: the same request begins anew (DESIGN §5)."""

    def __init__(self, interaction: Interaction) -> None:
        super().__init__("an Interaction whose time is over")
        self.interaction = interaction


def begun(request: AuthorizationRequest, browser: BrowserId) -> Interaction:
    """A new Interaction."""
    uses = use_cases()
    return Interaction(InteractionId(random_text(uses.token_bytes, 16)), request, browser, int(uses.clock()))


def opened(text: str) -> Interaction:
    """The Interaction of a sealed text, if it is this browser's and lives. Raises Elsewhere, Overdue."""
    uses = use_cases()
    interaction = uses.interactions.unseal(text)
    browser = uses.browser.id()
    if browser != interaction.browser:
        raise Elsewhere(interaction, has_cookie=browser is not None)
    if int(uses.clock()) - interaction.created_at > uses.policy.lifetimes.interaction:
        raise Overdue(interaction)
    language.prefer(interaction.request.ui_locales)
    g.sealed = (interaction, text)
    return interaction


def address_of(interaction: Interaction) -> str:
    """Its own address."""
    return f"/login?i={_sealed(interaction)}"


def to_login(interaction: Interaction) -> Response:
    """To its own address, which is clean of what this request brought."""
    return redirect(address_of(interaction), 303)


def form(action: str, csrf: str, interaction: Interaction, **more: str) -> pages.Form:
    """A form of a page of this Interaction; `csrf` names what it does."""
    fields = {"i": _sealed(interaction), "csrf": use_cases().browser.csrf(csrf), **more}
    return pages.Form(action, fields)


def _sealed(interaction: Interaction) -> str:
    """Its sealed text; the one that this request brought, or has made already, serves again."""
    known: tuple[Interaction, str] | None = g.get("sealed")
    if known is None or known[0] is not interaction:
        uses = use_cases()
        known = g.sealed = (interaction, uses.interactions.seal(interaction, uses.limits.parking))
    return known[1]
