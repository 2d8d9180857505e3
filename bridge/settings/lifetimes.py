"""Lifetimes that are beyond reason, or contradict one another."""

from collections.abc import Iterator

from bridge.domain.client_metadata import MAX_LIFETIMES
from bridge.domain.policy import COMPLETED_MARK_FOR
from bridge.settings.tree import Lifetimes

# Beyond reason: a sign-in of the web that lasts for months, or a token that nobody asks about any more while
# it lives. Larger numbers would also be beyond what Redis takes as a key's life, and then nobody signs in.
MAX = {**MAX_LIFETIMES, "session": 30 * 86400, "upstream_check": 3600}
# The first has to end no later than the second: what it means if it does not.
NOT_LONGER = (
    ("session_idle", "session", "a session would end before it could idle out"),
    ("refresh_idle", "refresh", "a refresh token would end before it could go unused for so long"),
    ("handoff", "interaction", "people would come back from CamDigiKey to a sign-in that is over"),
    ("confirm", "interaction", "people would confirm a sign-in that is over"),
)


def lifetime_faults(lifetimes: Lifetimes) -> Iterator[str]:
    """A sentence for each fault."""
    for name, most in MAX.items():
        seconds = getattr(lifetimes, name)
        if seconds > most:
            yield f"lifetimes.{name} has at most {most} seconds, and is {seconds}."
    for name, other, meaning in NOT_LONGER:
        shorter, longer = getattr(lifetimes, name), getattr(lifetimes, other)
        if shorter > longer:
            yield f"lifetimes.{name} ({shorter}) is longer than lifetimes.{other} ({longer}): {meaning}."
    walk = lifetimes.interaction + lifetimes.handoff + lifetimes.confirm
    if walk > COMPLETED_MARK_FOR:
        yield (
            "lifetimes.interaction, handoff and confirm have together at most"
            f" {COMPLETED_MARK_FOR} seconds, and are {walk}: a sign-in could be completed twice."
        )
