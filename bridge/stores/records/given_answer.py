"""The record of a GivenAnswer."""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.domain.ids import BrowserId
from bridge.domain.interaction import GivenAnswer
from bridge.stores.records.fields import Fields
from bridge.stores.records.record import Record


def _write(answer: GivenAnswer) -> dict[str, Any]:
    return {
        "browser": answer.browser,
        "given_at": answer.given_at,
        "names": [name for name, _ in answer.params],
        "values": [value for _, value in answer.params],
    }


def _read(fields: Fields) -> GivenAnswer:
    return GivenAnswer(
        browser=BrowserId(fields.text("browser")),
        given_at=fields.number("given_at"),
        params=tuple(zip(fields.texts("names"), fields.texts("values"), strict=False)),
    )


READERS: Mapping[int, Callable[[Fields], GivenAnswer]] = {1: _read}
GIVEN_ANSWER = Record("given_answer", 1, _write, READERS)
