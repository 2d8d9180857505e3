"""`python -m bridge.camdigikey`, the operators' command."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bridge.camdigikey import __main__ as command
from bridge.simulator import Simulator
from tests.camdigikey.conftest import OWN, approved


def run(capsys: pytest.CaptureFixture[str], simulator: Simulator, *words: str) -> tuple[int, Any, str]:
    """The command's exit code, its JSON, and what it complains of."""
    code = command.main(["--partner", str(simulator.partner_file), "--timeout", "20", *words])
    printed = capsys.readouterr()
    return code, json.loads(printed.out) if printed.out else None, printed.err


def test_an_operator_walks_through_every_operation(
    simulator: Simulator, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    printed: list[str] = []

    def done(*words: str) -> Any:
        code, answer, complaint = run(capsys, simulator, *words)
        assert (code, complaint) == (0, "")
        printed.append(json.dumps(answer))
        return answer

    login = done("login-token", "--var", "state=a=b", "--return-url", OWN)
    _, params = approved(simulator, login["login_token"])
    assert params["state"] == "a=b"
    token = done("exchange", params["authToken"])["access_token"]
    status = done("status", token)
    assert status["status"] is True and status["user"]["first_name_kh"] == "សុភា"
    token = done("refresh", token)["access_token"]
    assert done("face", token)["face"]
    picture = tmp_path / "face.png"
    assert done("face", "--out", str(picture), token)["bytes"] == picture.stat().st_size
    organization = done("organization-token")["access_token"]
    person = done("lookup", organization, status["user"]["personal_code"])
    assert done("verify", person["account_token"])["camdigikey_id"] == status["user"]["camdigikey_id"]
    certificates = done("certificates")
    assert len(certificates["key_sha256"]) == 64 and certificates["expires_at"] > time.time()
    assert done("logout", token)["status"] == 0
    for secret in ("hmac_key", "aes_secret_key", "aes_iv_params", "store_password"):
        assert json.loads(simulator.partner_file.read_text())[secret] not in "".join(printed)


def test_an_operators_trouble_is_one_sentence_and_an_exit_code(
    simulator: Simulator, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, answer, complaint = run(capsys, simulator, "status", "junk")
    assert (code, answer) == (1, None)
    assert complaint.startswith("Token") and complaint.count("\n") == 1 and "junk" not in complaint
    assert command.main(["--partner", str(tmp_path / "none.json"), "certificates"]) == 2
    assert "No such file" in capsys.readouterr().err
    broken = tmp_path / "partner.json"
    broken.write_text("{}")
    assert command.main(["--partner", str(broken), "certificates"]) == 2
    assert "lacks client_id" in capsys.readouterr().err
    for words in (["--timeout", "0", "certificates"], ["login-token", "--var", "x"], [], ["status"]):
        with pytest.raises(SystemExit) as caught:
            command.main(words)
        assert caught.value.code == 2


def test_a_token_can_come_by_standard_input(
    simulator: Simulator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, organization, _ = run(capsys, simulator, "organization-token")
    monkeypatch.setattr("sys.stdin", io.StringIO(organization["access_token"] + "\n"))
    code, answer, _ = run(capsys, simulator, "status", "-")
    assert code == 0 and answer["type"] == "ORGANIZATION"


def test_it_runs_as_a_module(simulator: Simulator) -> None:
    words = [
        sys.executable,
        "-m",
        "bridge.camdigikey",
        "--partner",
        str(simulator.partner_file),
        "certificates",
    ]
    said = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (said.returncode, said.stderr) == (0, "")
    assert "CN=CamDigiKey token signer" in json.loads(said.stdout)["subject"]
