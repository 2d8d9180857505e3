"""What a browser remembers of the person who used it last."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LastPerson:
    """`mark`: SubjectKey.browser_mark of that person; None for a new browser.

    `signed_out`: they signed out.
    """

    mark: str | None = None
    signed_out: bool = False

    def differs(self, mark: str) -> bool:
        """Whether somebody with this mark is unexpected here, and has to confirm "is this you?" (DESIGN
        §6.4).
        """
        return self.mark is not None and (self.signed_out or self.mark != mark)
