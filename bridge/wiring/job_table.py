"""Which background jobs there are. What each does stands in `jobs`, which loads much more than this."""

from collections.abc import Mapping

EVERY: Mapping[str, float] = {
    "outbox": 1,
    "keys": 60,
    "audit": 60,
    "alerts": 60,
    "purge": 3600,
}  # seconds between two runs
