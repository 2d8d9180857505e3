"""The pages of the console: a row for each address and method.

Read from here: routes, who may come (`guard`), and the test that walks role by page by object.
"""

import re
from dataclasses import dataclass
from typing import Literal

from bridge.domain.picture import MAX_BYTES
from bridge.manage.access import Action

ROOT = "/admin"
MAX_UPLOAD = MAX_BYTES + 16384  # bytes: a picture, and the form around it


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
    max_body: int | None = None  # bytes; None: as the settings say
    recent: bool = False  # asks for a sign-in of the last minutes (manage.console_sign_in.RECENT)


APPLICATION = f"{ROOT}/applications/<client_id>"
PROPOSAL = f"{ROOT}/approvals/<proposal_id>"
LISTED = f"{APPLICATION}/people/<person_id>"  # who may use it
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
    ConsolePage(f"{ROOT}/deleted", "GET", "deleted", "see deleted clients"),
    ConsolePage(f"{ROOT}/deleted/<client_id>", "POST", "restore", "restore client", "client_id", recent=True),
    ConsolePage(f"{ROOT}/import", "GET", "choose_file", "add client"),
    ConsolePage(f"{ROOT}/import", "POST", "import_file", "add client"),
    ConsolePage(f"{ROOT}/new", "GET", "kinds", "add client"),
    ConsolePage(f"{ROOT}/new/<kind>", "GET", "new_application", "add client"),
    ConsolePage(f"{ROOT}/new/<kind>", "POST", "register", "add client"),
    ConsolePage(APPLICATION, "GET", "application", "see client", "client_id"),
    ConsolePage(f"{APPLICATION}/credentials", "GET", "credentials", "see client", "client_id"),
    ConsolePage(f"{APPLICATION}/export", "GET", "export", "see client", "client_id"),
    ConsolePage(f"{APPLICATION}/duplicate", "GET", "duplicate", "add client", "client_id"),
    ConsolePage(f"{APPLICATION}/duplicate", "POST", "register_duplicate", "add client", "client_id"),
    ConsolePage(f"{APPLICATION}/secret", "POST", "new_secret", "rotate secret", "client_id", recent=True),
    ConsolePage(f"{APPLICATION}/disable", "POST", "disable", "disable client", "client_id"),
    ConsolePage(f"{APPLICATION}/enable", "POST", "enable", "enable client", "client_id"),
    ConsolePage(f"{APPLICATION}/delete", "POST", "delete", "delete client", "client_id", recent=True),
    ConsolePage(f"{APPLICATION}/activity", "GET", "application_activity", "see activity", "client_id"),
    ConsolePage(f"{APPLICATION}/test", "GET", "test_page", "test client", "client_id"),
    ConsolePage(f"{APPLICATION}/test", "POST", "begin_test", "test client", "client_id"),
    ConsolePage(f"{APPLICATION}/evaluate", "POST", "evaluate", "test client", "client_id"),
    ConsolePage(f"{APPLICATION}/people", "GET", "listed_people", "see people", "client_id"),
    ConsolePage(f"{APPLICATION}/people", "POST", "invite_person", "invite person", "client_id"),
    ConsolePage(f"{LISTED}/approve", "POST", "approve_person", "approve person", "client_id", recent=True),
    ConsolePage(f"{LISTED}/roles", "POST", "person_roles", "give person roles", "client_id", recent=True),
    ConsolePage(f"{LISTED}/remove", "POST", "remove_person", "remove person", "client_id", recent=True),
    ConsolePage(
        f"{APPLICATION}/logo", "POST", "upload_logo", "edit client", "client_id", max_body=MAX_UPLOAD
    ),
    ConsolePage(f"{APPLICATION}/<tab>", "GET", "fields", "see client", "client_id"),
    ConsolePage(f"{APPLICATION}/<tab>", "POST", "edit", "edit client", "client_id"),
    # Approvals. The use cases judge by the application that a proposal is for.
    ConsolePage(f"{ROOT}/approvals", "GET", "approvals", "list approvals"),
    ConsolePage(PROPOSAL, "GET", "approval", "list approvals"),
    ConsolePage(f"{PROPOSAL}/approve", "POST", "approve", "approve change", recent=True),
    ConsolePage(f"{PROPOSAL}/reject", "POST", "reject", "reject change", recent=True),
    # Activity.
    ConsolePage(f"{ROOT}/activity", "GET", "activity", "see activity"),
    ConsolePage(f"{ROOT}/activity/sign-in", "GET", "timeline", "see activity"),
    ConsolePage(f"{ROOT}/activity/refused", "GET", "refused_requests", "see activity"),
    ConsolePage(f"{ROOT}/activity/export", "POST", "export_activity", "export activity"),
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
    ConsolePage(f"{ROOT}/emergencies", "POST", "seen", "see emergencies"),
)

# Patterns of the paths of POSTs with a larger body, and how large; for the server, which reads it first.
LARGER_BODIES = tuple(
    (re.sub(r"<\w+>", "[^/]+", page.path), page.max_body) for page in PAGES if page.max_body is not None
)
