"""A house of logins on ports in memory."""

from __future__ import annotations

import pytest

from tests.support.login_house import LoginHouse


@pytest.fixture
def logins() -> LoginHouse:
    return LoginHouse()
