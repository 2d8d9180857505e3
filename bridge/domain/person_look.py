"""What is remembered for a person when somebody looked at them across applications."""

from dataclasses import dataclass

from bridge.domain.ids import SubjectId


@dataclass(frozen=True, slots=True)
class PersonLook:
    """Somebody looked at all that lives of a person, or ended it, and had to say why.

    `role`: of who looked, a role of administrators or `command line`; who it was is in the trail of
    administration alone. `reason`: as they wrote it. The person may be shown all of it.
    """

    subject_id: SubjectId
    at: int  # epoch seconds
    role: str
    reason: str
