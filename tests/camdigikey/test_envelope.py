"""How an answer says success or error (PROTOCOL, Envelope): liberal in what is accepted."""

from __future__ import annotations

import pytest

from bridge.camdigikey.envelope import data_of
from bridge.camdigikey.errors import EnvelopeError, TokenExpired


@pytest.mark.parametrize("error", ["103", 103.0, "103.0"])
def test_an_error_code_counts_however_it_is_written(error: object) -> None:
    with pytest.raises(TokenExpired):
        data_of({"error": error, "message": None})


@pytest.mark.parametrize("error", ["0", 0.0, 0])
def test_success_counts_however_it_is_written(error: object) -> None:
    assert data_of({"error": error, "data": {"a": 1}}) == {"a": 1}


@pytest.mark.parametrize("error", [None, True, "", "no", 1.5, [], {}, "9" * 40])
def test_what_is_no_code_is_no_answer(error: object) -> None:
    with pytest.raises(EnvelopeError):
        data_of({"error": error, "data": {}})
