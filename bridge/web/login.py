"""The pages of a sign-in at the Interaction's own address: before CamDigiKey, and what went wrong there."""

from dataclasses import replace

from flask import Blueprint, g, redirect, request
from werkzeug.wrappers import Response

from bridge.domain.client import Client
from bridge.domain.interaction import Interaction, Step
from bridge.domain.session import Session
from bridge.errors import BridgeError, ShownToUser, UpstreamError
from bridge.login import finish, start
from bridge.login.support import random_text
from bridge.oidc.respond import AuthorizationResponse
from bridge.web import language, pages
from bridge.web.edge import edge
from bridge.web.respond import page, prefetch_refused, respond
from bridge.web.security import is_prefetch, is_top_navigation, next_hops

blueprint = Blueprint("login", __name__)


def move_on(interaction: Interaction, session: Session | None, *, arrived: bool) -> Response:
    """What the dispatcher says comes next; `arrived`: the browser is at the sealed address already."""
    e = edge()
    return show(finish.proceed(interaction, session, e.services, e.settings), arrived=arrived)


def show(outcome: finish.Outcome, *, arrived: bool) -> Response:
    """An outcome as a response: back to the client, on to CamDigiKey, to the sealed address, or a page."""
    if isinstance(outcome, AuthorizationResponse):
        return respond(outcome)
    if outcome.step is Step.SIGN_IN and _goes_straight_on(outcome):
        return _go(outcome.interaction, outcome.session)
    if not arrived:
        return to_login(outcome.interaction)
    if outcome.step is Step.CONSENT and outcome.session is not None:
        return _consent_page(outcome.interaction, outcome.client, outcome.session)
    return _sign_in_page(outcome.interaction, outcome.client)


def to_login(interaction: Interaction, path: str = "/login") -> Response:
    """To the Interaction's own address: the clean URL that bears F5, Back and a second tab."""
    return redirect(f"{path}?i={_sealed(interaction)}", 303)


def _sealed(interaction: Interaction) -> str:
    """Its sealed text; the one that this request brought, or has made already, serves again."""
    known: tuple[Interaction, str] | None = g.get("sealed")
    if known is None or known[0] is not interaction:
        known = g.sealed = (interaction, _seal(interaction))
    return known[1]


def _seal(interaction: Interaction) -> str:
    e = edge()
    return e.services.interactions.seal(interaction, e.guard.limit_parking)


def opened(text: str) -> Interaction:
    """The Interaction of a sealed text, if it is this browser's and lives. Raises ShownToUser, Overdue."""
    e = edge()
    interaction = e.services.interactions.unseal(text)
    browser = e.guard.browser()
    if browser != interaction.browser:
        raise Elsewhere(interaction, has_cookie=bool(browser))
    if int(e.services.clock()) - interaction.created_at > e.settings.lifetimes.interaction:
        raise Overdue(interaction)
    language.prefer(interaction.request.ui_locales)
    g.sealed = (interaction, text)
    return interaction


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


@blueprint.app_errorhandler(Overdue)
def again(overdue: Overdue) -> Response:
    """The same request again, in this browser that asked it."""
    services, old = edge().services, overdue.interaction
    now = int(services.clock())
    return to_login(Interaction(random_text(services, 16), old.request, old.browser, now))


@blueprint.get("/login")
def login() -> Response:
    """The Interaction's own address."""
    if is_prefetch(request):
        return prefetch_refused()
    text = request.args.get("i", "")
    try:
        interaction = opened(text)
    except Elsewhere as elsewhere:
        return _try_cookie(text, elsewhere)
    return move_on(interaction, edge().guard.session(), arrived=True)


def _try_cookie(text: str, elsewhere: Elsewhere) -> Response:
    """A browser without our cookie gets one and is asked once more: so a refused cookie can be told apart."""
    if elsewhere.has_cookie or "cookie" in request.args:
        raise elsewhere
    edge().guard.browser_or_new()
    return redirect(f"/login?i={text}&cookie=1", 303)


def _sign_in_page(interaction: Interaction, client: Client) -> Response:
    return page(
        pages.sign_in(
            client=client,
            go=_form("/login/start", "start", interaction),
            cancel=_form("/login/cancel", "cancel", interaction),
        ),
        client=client,
        forms=(*edge().services.connector.login_pages, *next_hops(interaction.request.redirect_uri, client)),
    )


def _consent_page(interaction: Interaction, client: Client, session: Session) -> Response:
    return page(
        pages.consent(
            client=client,
            request=interaction.request,
            go=_form("/consent", f"consent:{session.sid}", interaction),
            cancel=_form("/login/cancel", "cancel", interaction),
        ),
        client=client,
        forms=next_hops(interaction.request.redirect_uri, client),
    )


def _form(action: str, csrf: str, interaction: Interaction, **more: str) -> pages.Form:
    return pages.Form(action, {"i": _sealed(interaction), "csrf": edge().guard.csrf(csrf), **more})


def _goes_straight_on(outcome: finish.Asking) -> bool:
    """v3 only, and only where a person really navigates (DESIGN §6.3).

    Never where prompt=login ends what is live at CamDigiKey: any site could ask for that (DESIGN §6.11).
    """
    if "login" in outcome.interaction.request.prompt and outcome.session is not None:
        return False
    v3 = edge().services.connector.carries_state
    return outcome.client.straight_on and v3 and is_top_navigation(request)


@blueprint.post("/login/start")
def begin() -> Response:
    """The person goes on to CamDigiKey."""
    e = edge()
    interaction = opened(request.form.get("i", ""))
    e.guard.check_csrf("start", interaction.request.client_id)
    outcome = finish.proceed(interaction, e.guard.session(), e.services, e.settings)
    if isinstance(outcome, AuthorizationResponse) or outcome.step is not Step.SIGN_IN:
        return show(outcome, arrived=False)  # signed in meanwhile, in another tab
    return _go(interaction, outcome.session, replace_other="replace" in request.form)


def _go(interaction: Interaction, session: Session | None, *, replace_other: bool = False) -> Response:
    e = edge()
    e.guard.limit_starts(interaction.request.client_id)
    try:
        begun = start.begin(interaction, session, e.services, e.settings, replace_other=replace_other)
    except start.AlreadyUnderWay:
        return _under_way_page(interaction)
    except UpstreamError as error:
        return to_login(replace(interaction, failure=error.failure), "/login/problem")
    response = redirect(begun.login_url, 303)
    e.guard.cookies.put(response, "handoff", begun.key, e.settings.lifetimes.handoff)
    return response


def _under_way_page(interaction: Interaction) -> Response:
    client = finish.client_of(interaction, edge().services)
    return page(
        pages.already_under_way(
            client=client,
            go=_form("/login/start", "start", interaction, replace="1"),
            cancel=_form("/login/cancel", "cancel", interaction),
        ),
        client=client,
        forms=(*edge().services.connector.login_pages, *next_hops(interaction.request.redirect_uri, client)),
    )


@blueprint.post("/login/cancel")
def cancel() -> Response:
    """The person goes back to the application."""
    e = edge()
    interaction = opened(request.form.get("i", ""))
    e.guard.check_csrf("cancel", interaction.request.client_id)
    finish.client_of(interaction, e.services)
    return respond(finish.decline(interaction, e.settings))


@blueprint.get("/login/problem")
def problem() -> Response:
    """CamDigiKey's part failed: try again, or back to the application with the error."""
    return problem_page(opened(request.args.get("i", "")))


def problem_page(interaction: Interaction, kind: str = "", status: int = 200) -> Response:
    """What went wrong, with two ways on: try again, or back to the application."""
    e = edge()
    client = finish.client_of(interaction, e.services)
    again = _seal(replace(interaction, failure=""))
    return page(
        pages.problem(
            client=client,
            kind=kind or interaction.failure,
            try_again=f"/login?i={again}",
            cancel=_form("/login/cancel", "cancel", interaction),
        ),
        client=client,
        forms=next_hops(interaction.request.redirect_uri, client),
        status=status,
    )
