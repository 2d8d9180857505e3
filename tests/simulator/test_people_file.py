"""The simulator's people for the console: read from beside the account, and only on this machine."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from bridge.settings import Settings, load
from bridge.simulator import serve
from bridge.wiring.personas import FILE, personas_of


def settings(partner: Path) -> Settings:
    return load(
        environ={
            "BRIDGE_ISSUER": "http://127.0.0.1:8080",
            "BRIDGE_MASTER_KEYS": base64.b64encode(b"m" * 32).decode(),
            "BRIDGE_CAMDIGIKEY__PARTNER": str(partner),
        }
    )


def test_they_are_offered_where_camdigikey_is_of_this_machine_alone(tmp_path: Path) -> None:
    simulator = serve(tmp_path, ("127.0.0.1", 0), ("127.0.0.1", 0))
    simulator.stop()
    found = personas_of(settings(simulator.partner_file))
    people = simulator.service.people.all()
    assert list(found) == [persona.slug for persona in people]
    assert {identity.camdigikey_id for identity in found.values()} == {one.camdigikey_id for one in people}
    account = json.loads(simulator.partner_file.read_text())
    real = tmp_path / "real.json"
    real.write_text(json.dumps(account | {"base_url": "https://camdigikey.example.gov.kh"}))
    assert personas_of(settings(real)) == {}
    (tmp_path / FILE).write_text("[1]")
    assert personas_of(settings(simulator.partner_file)) == {}
    (tmp_path / FILE).unlink()
    assert personas_of(settings(simulator.partner_file)) == {}
