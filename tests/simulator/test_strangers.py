"""Others' software can use the simulator: Node with its own TLS and crypto, and Java's keytool."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from bridge.simulator import serve
from tests.support.tools import KEYTOOL_HINT, Node

SCRIPT = Path(__file__).with_name("partner.mjs")


@pytest.mark.parametrize("version", ["v3", "v2"])
def test_a_partner_in_node_makes_every_call_of_the_protocol(node: Node, tmp_path: Path, version: str) -> None:
    simulator = serve(
        tmp_path / "simulator",
        ("127.0.0.1", 0),
        ("127.0.0.1", 0),
        success_url="http://127.0.0.1:9/cb",
        auto_approve="sophea",
    )
    try:
        command: list[str | Path] = [node.executable, SCRIPT, simulator.partner_file, version]
        said = subprocess.run(command, env={}, capture_output=True, text=True, timeout=60, check=False)
        assert said.returncode == 0, said.stderr
        found = json.loads(said.stdout)
    finally:
        simulator.stop()
    errors = {name: answer and answer["error"] for name, answer in found.items()}
    assert errors.pop("face") == (0 if version == "v3" else None)
    assert errors.pop("again") == errors.pop("after") == 104  # used once; logged out
    assert set(errors.values()) == {0}
    assert found["status"]["data"]["camdigikey_id"] == "CDK000000042"
    assert found["status"]["data"]["first_name_kh"] == found["verify"]["data"]["given_name_kh"] == "សុភា"
    assert {"created_date", "service_account_id", "accessToken"} == set(found["refresh"]["data"])
    assert {"jwtId", "status", "expiry", "issued", "accessToken"} == set(found["logout"]["data"])
    assert found["logout"]["data"]["status"] == 0


@pytest.mark.skipif(shutil.which("keytool") is None, reason=KEYTOOL_HINT)
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


def test_the_certificates_of_the_stores_have_ec_keys(tmp_path: Path) -> None:
    """The official Node libraries read the trust store with node-forge, and of what that hands over they take
    the part that it fills only for keys other than RSA. A simulator with an RSA root they could not use."""
    folder = tmp_path / "simulator"
    serve(folder, ("127.0.0.1", 0), ("127.0.0.1", 0)).stop()
    password = json.loads((folder / "partner.json").read_text())["store_password"].encode()
    trusted = pkcs12.load_pkcs12((folder / "trust.p12").read_bytes(), password).additional_certs
    assert len(trusted) == 1  # they take the first, whatever it is
    assert isinstance(trusted[0].certificate.public_key(), ec.EllipticCurvePublicKey)
