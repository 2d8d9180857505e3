"""A house of logins on ports in memory."""

from __future__ import annotations

import pytest

from tests.support.login_house import LoginHouse


@pytest.fixture
def logins() -> LoginHouse:
    return LoginHouse()


@pytest.fixture
def v2() -> LoginHouse:
    """The same in v2, which brings no state back."""
    return LoginHouse(carries_state=False)
