"""What a browser remembers of the person who used it last."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LastPerson:
    """By a keyed mark (SubjectKey.browser_mark); `signed_out` when they left on purpose."""

    mark: str | None = None
    signed_out: bool = False

    def differs(self, mark: str) -> bool:
        """Whether the page "is this you?" has to be shown for the person of this mark (DESIGN §6.4)."""
        return self.mark is not None and (self.signed_out or self.mark != mark)
