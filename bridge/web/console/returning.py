"""Back from the provider: the sign-in to the console opens its session, that of a test shows its result."""

from flask import g, request
from werkzeug.wrappers import Response

from bridge.manage.access import Refused
from bridge.manage.console_sign_in import PendingSignIn
from bridge.manage.own_sign_in import OTHER_BROWSER
from bridge.web.console import pages, signing_in, testing
from bridge.web.console.rows import ROOT
from bridge.web.use_cases import use_cases


def callback() -> Response:
    """Ends what this browser has begun, by a page that moves on.

    A Strict cookie that is set in a chain of redirects that began at another site would not be sent.
    """
    pending = signing_in.pending()
    try:
        if pending is None:
            raise Refused(OTHER_BROWSER)
        if "code" not in request.args:
            raise Refused("You were not signed in.")
        response = _tested(pending) if pending.tested else _signed_in(pending)
    except Refused as refused:
        response = pages.show("refused", 403, sentence=refused.sentence, again=_again(pending))
        if pending is not None and pending.tested:
            testing.put_session_back(response, pending)
    use_cases().browser.cookies.drop(response, signing_in.PENDING_COOKIE)
    return response


def _again(pending: PendingSignIn | None) -> str:
    if pending is not None and pending.tested:
        return _result(pending)
    return signing_in.address(ROOT)


def _signed_in(pending: PendingSignIn) -> Response:
    uses = use_cases()
    done = uses.console_sign_in.finish(
        pending,
        request.args.get("state", ""),
        request.args["code"],
        request.headers.get("User-Agent", ""),
    )
    g.console = None
    response = pages.moving_on(pending.next or ROOT, signing_in.parked_form(done))
    uses.browser.cookies.put(response, signing_in.COOKIE, done.secret, samesite="Strict")
    return response


def _tested(pending: PendingSignIn) -> Response:
    state, code = request.args.get("state", ""), request.args["code"]
    tested = use_cases().testing.finish(pending, state, code)
    g.console = None
    response = pages.moving_on(_result(pending))
    testing.keep_result(response, tested, pending)
    return response


def _result(pending: PendingSignIn) -> str:
    """The page that shows what a test came to."""
    return f"{ROOT}/applications/{pending.tested}/test"
