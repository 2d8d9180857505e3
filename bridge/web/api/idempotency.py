"""POSTs that may come twice: with an Idempotency-Key the second gets the answer of the first.

Bound to who asks, to the address and to the body. The answer rests in SQL for a day, without the secret: who
lost the answer that had it makes another.
"""

import json
import re
from collections.abc import Callable

from bridge.domain.encoding import digest
from bridge.ports.basics import Clock
from bridge.ports.idempotency import IdempotencyStore, KeptAnswer
from bridge.web.api.problems import Problem

KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,200}")  # a comma: the header came twice
KEPT_FOR = 24 * 3600  # seconds
REPLAYED = {"Idempotency-Replayed": "true"}


def key_of(header: str | None) -> str | None:
    """The key in the header; None without one. Raises Problem."""
    if header is not None and not KEY.fullmatch(header):
        raise Problem(
            "unreadable-request", "Idempotency-Key has 1 to 200 letters of ASCII, without blanks and commas."
        )
    return header


def answered_once(
    store: IdempotencyStore,
    clock: Clock,
    who: str,
    key: str,
    content: tuple[str, ...],
    do: Callable[[], KeptAnswer],
) -> KeptAnswer:
    """The answer of `do`, or the one that was given before to the same.

    `content`: what is asked. Raises Problem where the key was used for another request, or that one is not
    done, and what `do` raises.
    """
    digested, now = digest(json.dumps([who, key])), int(clock())
    found = store.begin(digested, digest(json.dumps(content)), now, now + KEPT_FOR)
    if isinstance(found, KeptAnswer):
        return KeptAnswer(found.status, {**found.headers, **REPLAYED}, found.body)
    if found == "other request":
        raise Problem("idempotency-key-reused", "Take a new key for a new request.")
    if found == "in flight":
        raise Problem(
            "request-in-flight",
            "Ask again in a moment. If this goes on the answer was lost: look at what there is now, and take "
            "a new key.",
            headers={"Retry-After": "2"},
        )
    try:
        made = do()
    except Problem as problem:
        # Refused, so nothing was done. SQL going away leaves it in flight, and so does a fault of ours:
        # perhaps it was done, and what may have been done is not done again.
        if problem.status < 500:
            store.forget(digested)
        raise
    store.finish(digested, made)
    return made
