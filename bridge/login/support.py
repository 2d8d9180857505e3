"""What several steps of the walk need: random text, and the making of a Session."""

import base64
from dataclasses import dataclass, replace

from bridge.domain.interaction import Interaction
from bridge.domain.session import Session
from bridge.domain.subject import Subject, subject_id
from bridge.domain.token import digest
from bridge.login.logout import end_sessions
from bridge.ports import Arrival, Services
from bridge.settings import Settings

SUBJECT_KEY = "subject key"
MOST_PREDECESSORS = 20


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A Session that was made just now, with the secret for its cookie, which is kept nowhere else."""

    session: Session
    secret: str
    interaction: Interaction


@dataclass(frozen=True, slots=True)
class LastPerson:
    """Who used this browser last, by a keyed mark; `signed_out` when they left on purpose."""

    mark: str = ""
    signed_out: bool = False

    def differs(self, mark: str) -> bool:
        """Whether the page "is this you?" has to be shown for the person of this mark (DESIGN §6.4)."""
        return bool(self.mark) and (self.signed_out or self.mark != mark)


def person_mark(services: Services, camdigikey_id: str) -> str:
    """What a browser remembers of a person: it says nothing without our key."""
    return digest("mark:" + subject_id(subject_key(services), camdigikey_id))[:24]


def random_text(services: Services, size: int) -> str:
    """`size` random bytes as URL-safe text."""
    return base64.urlsafe_b64encode(services.token_bytes(size)).rstrip(b"=").decode()


def subject_key(services: Services) -> bytes:
    """The key that every `sub` comes from; it never rotates (DESIGN §6.8)."""
    return services.secrets.get_or_make(SUBJECT_KEY, lambda: services.token_bytes(32))


def sign_in(
    interaction: Interaction, arrival: Arrival, before: Session | None, services: Services, settings: Settings
) -> SignedIn:
    """Make the Session of a login: new sid, new cookie; another person's Sessions end (DESIGN §6.7)."""
    now = int(services.clock())
    secret = random_text(services, 32)
    person = subject_id(subject_key(services), arrival.identity.camdigikey_id)
    same = before is not None and before.subject.id == person
    earlier = (before.key, *before.predecessors) if before is not None else ()
    end_sessions(earlier[MOST_PREDECESSORS:] if same else earlier, services)
    session = Session(
        key=digest(secret),
        sid=random_text(services, 16),
        subject=Subject(person, arrival.identity, now),
        auth_time=now,
        interaction_id=interaction.id,
        amr=settings.camdigikey.amr,
        upstream=arrival.token,
        predecessors=earlier[:MOST_PREDECESSORS] if same else (),
    )
    services.sessions.save(session, now)
    return SignedIn(session, secret, replace(interaction, created_at=now))
