"""partner.json: what it holds, what is said of a wrong one, and that its secrets are not shown."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from bridge.camdigikey import Partner
from bridge.simulator import Simulator
from tests.camdigikey.vectors import partner


def test_a_partners_secrets_are_not_shown() -> None:
    ours = partner()
    shown = repr(ours)
    for secret in (ours.hmac_key, ours.aes_secret_key, ours.aes_iv_params, ours.store_password):
        assert repr(secret) not in shown
        if isinstance(secret, bytes):
            assert base64.b64encode(secret).decode() not in shown
    assert ours.client_id in shown


BAD_FILES: dict[str, tuple[Any, str]] = {
    "no object": ([], "one object"),
    "a field missing": ({"hmac_key": None}, "lacks hmac_key"),
    "a key in another form": ({"hmac_key": "%%%"}, "base64"),
    "a key that is a number": ({"hmac_key": 5}, "base64"),
    "a short key": ({"aes_secret_key": "AAAA"}, "32 bytes"),
    "an unknown version": ({"version": "v4"}, "v3, v2"),
}


@pytest.mark.parametrize(("changes", "why"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_partner_file_that_is_wrong_says_what(
    simulator: Simulator, tmp_path: Path, changes: Any, why: str
) -> None:
    tree = json.loads(simulator.partner_file.read_text())
    for name in ("keystore", "trust_store"):
        tree[name] = str(simulator.folder / tree[name])
    tree = {name: value for name, value in (tree | changes).items() if value is not None} if changes else []
    path = tmp_path / "partner.json"
    path.write_text(json.dumps(tree))
    with pytest.raises(ValueError, match=why):
        Partner.from_file(path)


def test_a_partner_file_may_name_its_stores_and_version_outright(
    simulator: Simulator, tmp_path: Path
) -> None:
    tree = json.loads(simulator.partner_file.read_text())
    for name in ("keystore", "trust_store"):
        tree[name] = str(simulator.folder / tree[name])
    path = tmp_path / "partner.json"
    path.write_text(json.dumps(tree | {"version": "v2"}))
    assert Partner.from_file(path).version == "v2"
    assert Partner.from_file(path, version="v3").version == "v3"
