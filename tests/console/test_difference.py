"""Where an address that was sent differs from the nearest one that is registered."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bridge.web.console.difference import Piece, difference


def marked(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text if piece.same else f"[{piece.text}]" for piece in pieces)


@pytest.mark.parametrize(
    ("sent", "registered", "ours", "theirs"),
    [
        ("http://a.example/cb", ["https://a.example/cb"], "http://a.example/cb", "http[s]://a.example/cb"),
        ("https://a.example/cb/", ["https://a.example/cb"], "https://a.example/cb[/]", "https://a.example/cb"),
        ("https://a.example/CB", ["https://a.example/cb"], "https://a.example/[CB]", "https://a.example/[cb]"),
        (
            "https://b.example/callback",
            ["https://a.example/other", "https://a.example/callback"],
            "https://[b].example/callback",
            "https://[a].example/callback",
        ),
        ("https://a.example/cb?x=…", ["https://a.example/cb?x=1"], "https://a.example/cb?x=…", "https://a.example/cb?x=…"),
        ("", ["https://a.example/cb"], "", "[https://a.example/cb]"),
        ("https://a.example/cb", [], "[https://a.example/cb]", ""),
    ],
    ids=["scheme", "slash", "case", "nearest", "values", "nothing sent", "nothing registered"],
)  # fmt: skip
def test_what_differs_is_marked_in_both(sent: str, registered: list[str], ours: str, theirs: str) -> None:
    found = difference(sent, registered)
    assert (marked(found.sent), marked(found.registered)) == (ours, theirs)
