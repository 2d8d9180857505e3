"""The people of an application that only those may use who were invited: who they are, and their invitations.

Kept is what is necessary: which person it is by our own reference, and the name that an administrator knows
them by.
"""

import re
from dataclasses import dataclass, field
from typing import Literal, get_args

from bridge.domain.ids import ClientId, ClientPersonId, SubjectId

PersonState = Literal[
    "pending",  # they accepted an invitation, and nobody has let them in yet
    "active",
    "removed",  # let in no more; kept only until all that they were given has ended
]
PERSON_STATES: tuple[PersonState, ...] = get_args(PersonState)

MAX_ROLES = 20  # of one person at one application
ROLE_NAME = re.compile(r"[A-Za-z0-9._:/@-]{1,64}")  # without blanks: a form writes them one beside another


@dataclass(frozen=True, slots=True)
class ClientPerson:
    """A person who may use one application, or waits to be let in.

    `roles`: what the application is told in the claim of that name.
    """

    id: ClientPersonId
    client_id: ClientId
    subject_id: SubjectId
    name: str = field(repr=False)  # as CamDigiKey gave it when they accepted the invitation
    state: PersonState
    joined_at: int  # epoch seconds
    roles: tuple[str, ...] = ()
    code: str = ""  # while pending: shown to them and to who lets them in, so that both compare it

    @property
    def admitted(self) -> bool:
        """Whether they may use the application."""
        return self.state == "active"


@dataclass(frozen=True, slots=True)
class ClientInvitation:
    """An invitation to use an application, for one person. Its token is stored hashed.

    `roles`: those that the person gets once they are let in. Times in epoch seconds.
    """

    client_id: ClientId
    invited_by: str
    created_at: int
    expires_at: int
    roles: tuple[str, ...] = ()
