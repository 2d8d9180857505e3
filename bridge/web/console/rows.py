"""The pages of the console: a row for each address and method.

Read from here: routes, who may come (`guard`), and the test that walks role by page by object.
"""

from dataclasses import dataclass
from typing import Literal

from bridge.manage.access import Action

ROOT = "/admin"


@dataclass(frozen=True, slots=True)
class ConsolePage:
    """One address and method. `view`: the function of web/console/views that answers.

    `action`: what the actor has to be allowed; None: whoever is signed in may. `subject`: the part of the
    path that names what it is done to.
    """

    path: str
    method: Literal["GET", "POST"]
    view: str
    action: Action | None = None
    subject: str = ""
    visitors: bool = False  # also for somebody who is not signed in
    get_acts: bool = False  # a GET that does something: not ahead of a click, nor as a part of a page
    recent: bool = False  # asks for a sign-in of the last minutes (manage.console_sign_in.RECENT)


APPLICATION = f"{ROOT}/applications/<client_id>"
PERSON = "administrator_id"
ADMINISTRATOR = f"{ROOT}/administrators/<administrator_id>"
PEOPLE = f"{ROOT}/people"
PERSON_AT = f"{PEOPLE}/<client_id>/<sub>"  # by the name that one application has for them

PAGES: tuple[ConsolePage, ...] = (
    ConsolePage(ROOT, "GET", "home"),
    # Signing in and out.
    ConsolePage(f"{ROOT}/sign-in", "GET", "sign_in", visitors=True),
    ConsolePage(f"{ROOT}/sign-in", "POST", "begin", visitors=True),
    ConsolePage(f"{ROOT}/callback", "GET", "callback", visitors=True, get_acts=True),
    ConsolePage(f"{ROOT}/sign-out", "POST", "sign_out"),
    ConsolePage(f"{ROOT}/invitation/<token>", "GET", "invitation", visitors=True),
    ConsolePage(f"{ROOT}/invitation/<token>", "POST", "accept", visitors=True),
    ConsolePage(f"{ROOT}/sessions", "GET", "sessions"),
    ConsolePage(f"{ROOT}/sessions", "POST", "end_session"),
    # Applications.
    ConsolePage(f"{ROOT}/applications", "GET", "applications", "list clients"),
    ConsolePage(f"{ROOT}/new", "GET", "kinds", "add client"),
    ConsolePage(f"{ROOT}/new/<kind>", "GET", "new_application", "add client"),
    ConsolePage(f"{ROOT}/new/<kind>", "POST", "register", "add client"),
    ConsolePage(APPLICATION, "GET", "application", "see client", "client_id"),
    ConsolePage(f"{APPLICATION}/credentials", "GET", "credentials", "see client", "client_id"),
    ConsolePage(f"{APPLICATION}/secret", "POST", "new_secret", "rotate secret", "client_id", recent=True),
    ConsolePage(f"{APPLICATION}/disable", "POST", "disable", "disable client", "client_id"),
    ConsolePage(f"{APPLICATION}/enable", "POST", "enable", "enable client", "client_id"),
    ConsolePage(f"{APPLICATION}/delete", "POST", "delete", "delete client", "client_id", recent=True),
    ConsolePage(f"{APPLICATION}/<tab>", "GET", "fields", "see client", "client_id"),
    ConsolePage(f"{APPLICATION}/<tab>", "POST", "edit", "edit client", "client_id"),
    # People.
    ConsolePage(PEOPLE, "GET", "people", "see person"),
    ConsolePage(PEOPLE, "POST", "look_for_person", "see person"),
    ConsolePage(PERSON_AT, "GET", "person", "see person", "client_id", get_acts=True),
    ConsolePage(f"{PERSON_AT}/session", "POST", "end_sign_in", "end session", "client_id", recent=True),
    ConsolePage(f"{PERSON_AT}/grants", "POST", "end_grants", "end grants", "client_id", recent=True),
    ConsolePage(
        f"{PERSON_AT}/consent", "POST", "withdraw_consent", "withdraw consent", "client_id", recent=True
    ),
    ConsolePage(f"{PERSON_AT}/everywhere", "GET", "ask_reason", "see person everywhere", "client_id"),
    ConsolePage(
        f"{PERSON_AT}/everywhere",
        "POST",
        "person_everywhere",
        "see person everywhere",
        "client_id",
        recent=True,
    ),
    ConsolePage(
        f"{PERSON_AT}/end-everywhere", "POST", "end_everywhere", "end everywhere", "client_id", recent=True
    ),
    # Administrators.
    ConsolePage(f"{ROOT}/administrators", "GET", "administrators", "list administrators"),
    ConsolePage(f"{ROOT}/administrators", "POST", "invite", "invite administrator", recent=True),
    ConsolePage(f"{ADMINISTRATOR}/confirm", "POST", "confirm", "confirm administrator", PERSON, recent=True),
    ConsolePage(f"{ADMINISTRATOR}/role", "POST", "change_role", "change administrator", PERSON, recent=True),
    ConsolePage(f"{ADMINISTRATOR}/remove", "POST", "remove", "remove administrator", PERSON, recent=True),
    ConsolePage(f"{ROOT}/audit", "GET", "audit", "see audit"),
    # The service.
    ConsolePage(f"{ROOT}/trust", "GET", "trust", "see accounts"),
    ConsolePage(f"{ROOT}/keys", "POST", "rotate_key", "rotate key", recent=True),
    ConsolePage(f"{ROOT}/keys/<kid>/remove", "POST", "remove_key", "remove key", "kid", recent=True),
    ConsolePage(f"{ROOT}/settings", "GET", "settings", "see settings"),
)
