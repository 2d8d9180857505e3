"""The form of a row of client metadata: what commands, checks, pages and documents need of a field."""

from dataclasses import dataclass
from typing import Literal, get_args

# How a value is written, which decides the option of a command and the control of a form.
Kind = Literal[
    "text",
    "colour",
    "uri",
    "uris",
    "origins",
    "choice",  # one of the row's choices
    "choices",  # some of them
    "words",  # a list whose words the row's check knows
    "switch",
    "seconds",
    "lifetimes",  # seconds by name
    "secrets",  # keyed hashes: only their number is ever shown
    "owner",  # a domain.FileOwner
]
MANY: frozenset[Kind] = frozenset(("uris", "origins", "choices", "words"))

# Rules beyond those of the kind; manage/field_checks has a function for each.
Check = Literal[
    "client_id",
    "client_name",
    "client_name_km",
    "redirect_uri",
    "post_logout_uri",  # as a redirect URI, but for the path
    "https",  # or http on this machine
    "origin",
    "scope",
    "claims",
    "email_domain",
    "connector",
    "colour",  # one that white text is read on
]
CHECKS: tuple[Check, ...] = get_args(Check)

Fixed = Literal[
    "no",  # an edit changes it
    "once_set",  # an edit may fill it, and never change it after that
    "at_registration",  # chosen then, and never again
    "by_us",  # by what happens, and by commands of its own
]


@dataclass(frozen=True, slots=True)
class Label:
    """A name for people, in both languages."""

    km: str
    en: str


Group = Literal["identity", "look", "sign_in", "sign_out", "data_and_consent", "credentials_and_tokens"]
GROUPS: dict[Group, Label] = {
    "identity": Label("អត្តសញ្ញាណ", "Identity"),
    "look": Label("អ្វីដែលមនុស្សមើលឃើញ", "What people see"),
    "sign_in": Label("ការចូលប្រើ", "Sign-in"),
    "sign_out": Label("ការចាកចេញ", "Sign-out"),
    "data_and_consent": Label("ទិន្នន័យ និងការយល់ព្រម", "Data and consent"),
    "credentials_and_tokens": Label("ការផ្ទៀងផ្ទាត់ និងថូខឹន", "Credentials and tokens"),
}


@dataclass(frozen=True, slots=True)
class MetadataField:
    """One field of domain.Client. Its name is also the one in JSON (RFC 7591)."""

    name: str
    kind: Kind
    group: Group
    label: Label
    help: str  # a sentence, in English
    options: tuple[str, ...] = ()  # of the command line; a switch names both in one text
    standard: str = ""  # which standard defines it; empty: an extension of ours
    choices: tuple[str, ...] = ()
    check: Check | None = None
    fixed: Fixed = "no"

    @property
    def many(self) -> bool:
        """Whether its value is a list of texts."""
        return self.kind in MANY
