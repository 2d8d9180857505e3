"""The words of error pages, by their key: one template serves all of them.

English, to be translated where it is shown; Khmer is in `translations/`. The application that a person comes
from is "the service" in every text, and we are "this site".
"""

from dataclasses import dataclass


def N_(text: str) -> str:
    """Marks a text for the catalogue (pybabel looks for this name); it is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Text:
    """A page's words: its title, what happened, and what to do, a sentence each.

    `again`: the button that asks the same once more, where that helps and the request is at hand; `do_again`:
    what to do then, where it differs.
    """

    title: str
    happened: str
    do: str
    again: str = ""
    do_again: str = ""


_CANNOT = N_("This request cannot be answered")
_BEGIN_AGAIN = N_("Go back to the service, and sign in from there again.")
_TELL = N_("Tell the support of the service that you want to use, and read them the reference number below.")
_TRY_AGAIN = N_("Try again")
_CHECK = N_("Check the address, or go back to the service that you want to use.")

ERRORS = {
    "unknown_client": Text(_CANNOT, N_("The service that sent you here is not registered with us."), _TELL),
    "paused": Text(  # what happened is said by the service itself
        N_("This service is paused"),
        N_("Nobody can sign in to the service at the moment."),
        N_("Try again later."),
        again=_TRY_AGAIN,
    ),
    "invitation_over": Text(
        N_("This invitation is over"),
        N_("It has expired, or was used already."),
        N_("Ask the person who invited you for a new one."),
    ),
    "bad_redirect_uri": Text(
        _CANNOT, N_("The service wants you sent back to an address that it has not registered."), _TELL
    ),
    "bad_request": Text(_CANNOT, N_("What the service sent us cannot be understood."), _TELL),
    "link_expired": Text(
        N_("This page is no longer valid"),
        N_("Its time is over, or its address is incomplete."),
        _BEGIN_AGAIN,
    ),
    "opened_elsewhere": Text(
        N_("This page belongs to another browser"),
        N_("This sign-in was begun in another browser, and can go on only there."),
        N_("Go back to that browser, or begin again at the service."),
    ),
    "already_used": Text(
        N_("This sign-in was used already"),
        N_("An answer from CamDigiKey counts only once."),
        _BEGIN_AGAIN,
    ),
    "unsolicited_callback": Text(
        N_("This sign-in did not begin here"),
        N_("An answer from CamDigiKey came to a browser that had not asked for it. Nobody was signed in."),
        N_("If you did not begin a sign-in yourself, close this page. Otherwise begin again at the service."),
    ),
    "not_completed": Text(
        N_("The sign-in was not completed"),
        N_("CamDigiKey sent no answer that we can use."),
        _BEGIN_AGAIN,
    ),
    "no_cookies": Text(
        N_("Your browser refuses cookies"),
        N_("To sign you in, this site has to keep a cookie in your browser."),
        N_("Allow cookies for this site in your browser's settings, then begin again at the service."),
    ),
    "csrf": Text(
        N_("This form is no longer valid"),
        N_("It was opened too long ago, or not by this browser."),
        _BEGIN_AGAIN,
        again=N_("Start again"),
        do_again=N_("Press the button to start again."),
    ),
    "not_found": Text(N_("This page does not exist"), N_("There is nothing at this address."), _CHECK),
    "method_not_allowed": Text(_CANNOT, N_("This address cannot be used in this way."), _BEGIN_AGAIN),
    "too_large": Text(_CANNOT, N_("More was sent to us than we accept."), _TELL),
    "misdirected": Text(
        N_("This is the wrong address"),
        N_("This server does not answer for the name that was asked."),
        _CHECK,
        again=N_("Go to the right address"),
        do_again=N_("Press the button to go on at the right address."),
    ),
    "too_many_requests": Text(
        N_("Too many attempts"),
        N_("There were too many sign-ins from here in a short time."),
        N_("Wait a few minutes, and try again."),
        again=_TRY_AGAIN,
    ),
    "unavailable": Text(
        N_("Sign-in is not available at the moment"),
        N_("A part of our system cannot be reached."),
        N_("Wait a minute, and try again."),
        again=_TRY_AGAIN,
    ),
    "internal": Text(
        N_("Something went wrong"),
        N_("The fault is ours, and it has been recorded."),
        N_("Try again in a minute. If it happens again, tell our support the reference number below."),
        again=_TRY_AGAIN,
    ),
    "logout_failed": Text(
        N_("Sign-out failed"),
        N_("The request to sign you out could not be checked, and nobody was signed out."),
        N_("Press the button to sign out here."),
        again=N_("Sign out"),
    ),
}

_AGAIN = N_("Try again, or go back to the service.")
PROBLEMS = {
    "temporarily_unavailable": Text(
        N_("CamDigiKey is not available"),
        N_("CamDigiKey cannot answer at the moment."),
        _AGAIN,
    ),
    "access_denied": Text(
        N_("You were not signed in"),
        N_("It was declined at CamDigiKey, or took too long."),
        _AGAIN,
    ),
    "account_inactive": Text(
        N_("Your CamDigiKey account is not active"),
        N_("CamDigiKey says that the account is disabled, or has expired."),
        N_("Turn to CamDigiKey, which alone can make it active again."),
    ),
    "server_error": Text(
        N_("The sign-in did not work"),
        N_("CamDigiKey's answer could not be used."),
        _AGAIN,
    ),
    "handoff_expired": Text(
        N_("The sign-in took too long"),
        N_("CamDigiKey's answer came too late, and was not used."),
        _AGAIN,
    ),
    **{
        key: Text(ERRORS[key].title, ERRORS[key].happened, _AGAIN)
        for key in ("already_used", "unsolicited_callback", "not_completed", "too_many_requests")
    },
}
RETRY_WONT_HELP = frozenset({"account_inactive"})  # "try again" is not the large button there
