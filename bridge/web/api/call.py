"""What a view of the API gets and gives: plain values, so that it only calls one use case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.manage.access import Actor
from bridge.web.api.conditions import Expected
from bridge.web.api.queries import Value
from bridge.web.api.rows import Operation


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was read, from somebody who may make it."""

    row: Operation
    actor: Actor
    parts: Mapping[str, str]  # of the path
    query: Mapping[str, Value]
    body: Mapping[str, Any] = field(repr=False)
    expected: Expected = field(default_factory=Expected)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `version`: of what it shows; `secret`: members that are answered once, and kept nowhere.

    `status`: where it is another than the row's.
    """

    body: Mapping[str, Any] | None = None
    version: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)
    status: int = 0


View = Callable[[Call], Reply]
