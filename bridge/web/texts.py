"""What pages say where the same template serves many cases: errors, problems, and what is shared."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from bridge.domain.claims import LOGIN_CLAIMS, SCOPES
from bridge.domain.client import Client


@dataclass(frozen=True, slots=True)
class Text:
    """A page's words: its title, what happened, and what to do."""

    title: LazyString
    happened: LazyString
    do: LazyString


_CANNOT = _("This request cannot be answered")
_BEGIN_AGAIN = _("Go back to the application and sign in from there again.")
_TELL = _("Tell the application's support, and read them the number below.")

ERRORS = {
    "unknown_client": Text(
        _CANNOT,
        _("The application that sent you here is not registered with us."),
        _TELL,
    ),
    "bad_redirect_uri": Text(
        _CANNOT,
        _("The application asked us to send you to an address that it has not registered."),
        _TELL,
    ),
    "bad_request": Text(_CANNOT, _("What the application sent can't be understood."), _TELL),
    "link_expired": Text(
        _("This page is no longer valid"),
        _("Its time is over, or its address is incomplete."),
        _BEGIN_AGAIN,
    ),
    "opened_elsewhere": Text(
        _("This page belongs to another browser"),
        _("The sign-in was begun in another browser, and goes on only there."),
        _("Go back to that browser, or begin again at the application."),
    ),
    "already_signed_in": Text(
        _("You have already finished this sign-in"),
        _("The application has had its answer; this page can't be used twice."),
        _("Go on in the application. If it asks you to sign in, begin there again."),
    ),
    "already_used": Text(
        _("This sign-in was used already"),
        _("The answer from CamDigiKey counts only once."),
        _BEGIN_AGAIN,
    ),
    "orphan_callback": Text(
        _("This sign-in did not begin here"),
        _("An answer from CamDigiKey came to a browser that had not asked for it. Nobody was signed in."),
        _("If you did not begin a sign-in yourself, close this page. Else begin again at the application."),
    ),
    "not_completed": Text(
        _("The sign-in was not completed"),
        _("CamDigiKey sent no answer that we can use."),
        _BEGIN_AGAIN,
    ),
    "no_cookies": Text(
        _("Your browser refuses cookies"),
        _("To sign in, this site has to keep one cookie in your browser for a short time."),
        _("Allow cookies for this site in your browser's settings, and begin again at the application."),
    ),
    "csrf": Text(
        _("This form is no longer valid"),
        _("It was opened too long ago, or not by this browser."),
        _("Go back, load the page again, and press the button once more."),
    ),
    "not_found": Text(
        _("This page does not exist"),
        _("Nothing is at this address."),
        _("Check the address."),
    ),
    "method_not_allowed": Text(
        _CANNOT, _("This address can't be asked in this way."), _("Go back to the application.")
    ),
    "too_large": Text(_CANNOT, _("What was sent is too large."), _TELL),
    "misdirected": Text(
        _("This is another address"),
        _("This server does not answer for the name you asked."),
        _("Check the address."),
    ),
    "too_many_requests": Text(
        _("Too many attempts"),
        _("There were too many sign-ins from here in a short time."),
        _("Wait a few minutes, and try again."),
    ),
    "unavailable": Text(
        _("The service is not available at the moment"),
        _("A part of this service can't be reached."),
        _("Wait a minute, and try again."),
    ),
    "internal": Text(
        _("Something went wrong"),
        _("We made a mistake, and it has been noted."),
        _("Wait a minute, and try again."),
    ),
    "logout_failed": Text(
        _("Sign-out failed"),
        _("You are still signed in: the application's wish to sign you out can't be trusted."),
        _("Close all windows of your browser to be safe, and tell the application's support."),
    ),
}

_AGAIN = _("Try again, or go back to the application.")
PROBLEMS = {
    "temporarily_unavailable": Text(
        _("CamDigiKey can't be reached"),
        _("CamDigiKey did not answer in time. You are not signed in."),
        _AGAIN,
    ),
    "access_denied": Text(
        _("You were not signed in"),
        _("The sign-in was refused at CamDigiKey, or its time was over."),
        _AGAIN,
    ),
    "server_error": Text(
        _("The sign-in did not work"),
        _("CamDigiKey's answer could not be used. You are not signed in."),
        _AGAIN,
    ),
    "already_used": Text(ERRORS["already_used"].title, ERRORS["already_used"].happened, _AGAIN),
    "orphan_callback": Text(ERRORS["orphan_callback"].title, ERRORS["orphan_callback"].happened, _AGAIN),
    "not_completed": Text(ERRORS["not_completed"].title, ERRORS["not_completed"].happened, _AGAIN),
}


@dataclass(frozen=True, slots=True)
class Share:
    """One thing that an application is given: what, and what that means."""

    what: LazyString
    meaning: LazyString | str


SHARES = {
    "openid": Share(
        _("A private identifier"),
        _("It lets this application know you again, and says nothing else about you."),
    ),
    "profile": Share(_("Your name"), _("In Khmer and Latin letters, with your sex and your date of birth.")),
    "email": Share(_("Your e-mail address"), _("As CamDigiKey knows it.")),
    "phone": Share(_("Your phone number"), _("As CamDigiKey knows it.")),
    "address": Share(_("Your address"), _("As CamDigiKey knows it.")),
    "nationality": Share(_("Your nationality"), ""),
    "camdigikey_id": Share(_("Your CamDigiKey number"), _("It is the same at every application.")),
    "national_id": Share(_("The number of your identity document"), ""),
    "age": Share(_("Whether you are over 16, 18 and 21"), _("Not your date of birth.")),
    "offline_access": Share(
        _("Access while you are away"),
        _("The application may ask for these things again when you are not there."),
    ),
}
OTHER = Share(_("Further details"), _("Single details that the application asks for."))


def shares(scope: Iterable[str], claims: Iterable[str], client: Client) -> tuple[Share, ...]:
    """What a person is asked to agree to, for scopes and single claims; each thing once."""
    wanted = list(scope)
    covered = {*LOGIN_CLAIMS, "sub", *(claim for one in wanted for claim in SCOPES.get(one, ()))}
    for claim in sorted(set(claims) - covered):
        wanted.append(next((name for name, held in SCOPES.items() if claim in held and name in SHARES), ""))
    found = dict.fromkeys(wanted)
    listed = [_share(name, client) for name in SHARES if name in found]
    return (*listed, OTHER) if "" in found else tuple(listed)


def _share(name: str, client: Client) -> Share:
    if name == "national_id" and client.national_id_purpose:
        return Share(SHARES[name].what, client.national_id_purpose)
    return SHARES[name]
