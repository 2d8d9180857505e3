"""An authority for the receivers of this folder."""

from __future__ import annotations

import pytest

from tests.outbound.receivers import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))
