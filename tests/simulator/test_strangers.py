"""Others' software can use the simulator: Node with its own TLS and crypto, and Java's keytool."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from bridge.simulator import serve
from tests.support.tools import Node

SCRIPT = Path(__file__).with_name("partner.mjs")


@pytest.mark.parametrize("version", ["v3", "v2"])
def test_a_partner_in_node_signs_a_person_in(node: Node, tmp_path: Path, version: str) -> None:
    simulator = serve(
        tmp_path / "simulator",
        ("127.0.0.1", 0),
        ("127.0.0.1", 0),
        success_url="http://127.0.0.1:9/cb",
        auto_approve="sophea",
    )
    try:
        authority = (tmp_path / "simulator" / "root.pem").read_text()
        command: list[str | Path] = [node.executable, SCRIPT, simulator.partner_file, version]
        said = subprocess.run(
            command, env={"AUTHORITY": authority}, capture_output=True, text=True, timeout=60, check=False
        )
        assert said.returncode == 0, said.stderr
        found = json.loads(said.stdout)
        assert found["status"]["error"] == 0
        assert found["status"]["data"]["camdigikey_id"] == "CDK000000042"
        assert found["again"]["error"] == 104  # an auth token is used once
    finally:
        simulator.stop()


@pytest.mark.skipif(shutil.which("keytool") is None, reason="needs Java's keytool: install a JDK.")
@pytest.mark.parametrize(
    ("store", "kind"), [("client.p12", "PrivateKeyEntry"), ("trust.p12", "trustedCertEntry")]
)
def test_java_reads_both_stores(tmp_path: Path, store: str, kind: str) -> None:
    folder = tmp_path / "simulator"
    serve(folder, ("127.0.0.1", 0), ("127.0.0.1", 0)).stop()
    password = json.loads((folder / "partner.json").read_text())["store_password"]
    command = [
        "keytool",
        "-list",
        "-storetype",
        "PKCS12",
        "-keystore",
        folder / store,
        "-storepass",
        password,
    ]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 0, said.stdout
    assert kind in said.stdout
