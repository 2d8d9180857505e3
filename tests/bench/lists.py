"""The list pages of the console with many applications and events: how long their queries take."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from bridge.domain.activity import ActivityFilter, ActivityPlace
from bridge.domain.ids import ClientId
from bridge.ops.counters import Counters
from bridge.stores import migrate, sql
from tests.stores.many import NOW, fill

TIMES = 20
ROWS = 51


def measure(folder: Path, clients: int, events: int) -> None:
    """Print a row for each page, on SQLite in this folder."""
    url = f"sqlite:///{folder / 'lists.db'}"
    migrate.upgrade(url)
    engine, begin = sql.connect(url), time.monotonic()
    fill(engine, clients=clients, events=events)
    print(f"\n{clients} applications and {events} events (made in {time.monotonic() - begin:.0f} s):")
    applications, found = sql.SqlClients(engine, Counters()), sql.SqlActivity(engine)
    middle = ActivityPlace(NOW - 3 * events, events // 2)
    pages: dict[str, Callable[[], object]] = {
        "applications": lambda: applications.page(limit=ROWS),
        "applications, a later page": lambda: applications.page(
            limit=ROWS, after=("Name 5000", ClientId("id-5000"))
        ),
        "applications, a search": lambda: applications.page(limit=ROWS, begins="name 77"),
        "last used": lambda: found.last_used([f"id-{number}" for number in range(ROWS)]),
        "activity": lambda: found.page(ActivityFilter(), limit=ROWS),
        "activity, a later page": lambda: found.page(ActivityFilter(), limit=ROWS, before=middle),
        "activity of an application": lambda: found.page(ActivityFilter(client_id="id-77"), limit=ROWS),
        "activity of a kind": lambda: found.page(ActivityFilter(kind="failure"), limit=ROWS, before=middle),
        "a sign-in by its reference": lambda: found.of_reference(f"request-{events // 2}", limit=200),
        "refused requests": lambda: found.rejections(2000),
        "the first page's numbers": lambda: found.hours(NOW - 7 * 24 * 3600),
    }
    for name, page in pages.items():
        begin = time.monotonic()
        for _ in range(TIMES):
            page()
        print(f"{name:<34}{(time.monotonic() - begin) / TIMES * 1e3:>10.2f} ms")
    engine.dispose()
