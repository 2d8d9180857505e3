"""Apache with mod_auth_openidc, the relying party in C."""

from __future__ import annotations

import pytest

from tests.support import tools
from tests.support.tools import Apache


@pytest.fixture(scope="session")
def apache() -> Apache:
    """Where the server and its modules lie; the test writes its own configuration and starts it."""
    return tools.needed(tools.find_apache(), tools.APACHE_HINT)
