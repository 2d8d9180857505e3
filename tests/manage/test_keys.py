"""Signing keys: a new one takes over, and an old one stays for as long as it has to."""

from __future__ import annotations

import time
from typing import cast

import pytest

from bridge.domain.client import SigningAlg
from bridge.manage import OPERATOR, KeyAdministration, Refused


def test_a_new_key_takes_over_and_the_old_one_stays_published(keys: KeyAdministration) -> None:
    first = keys.rotate(OPERATOR, "ES256")
    second = keys.rotate(OPERATOR, "ES256", at_once=True)
    state = {key.kid: key.retired_at for key in keys.all(OPERATOR)}
    assert state[second] is None
    retired_at = state[first]
    assert retired_at is not None and retired_at <= time.time()


def test_there_is_no_key_for_an_alg_that_is_not_ours(keys: KeyAdministration) -> None:
    with pytest.raises(Refused, match="none for HS256"):
        keys.rotate(OPERATOR, cast(SigningAlg, "HS256"))
