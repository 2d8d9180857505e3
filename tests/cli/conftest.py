"""A console for the tests of the commands."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bridge.cli import main
from bridge.simulator import serve

KEY = base64.b64encode(b"k" * 32).decode()


class Console:
    """A console in a folder of its own, with a settings file."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(folder)
        for name in ("BRIDGE_CONFIG", "BRIDGE_MASTER_KEYS_FILE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("BRIDGE_MASTER_KEYS", KEY)
        self.folder = folder
        self.settings('issuer = "https://sso.example.gov.kh"\n[camdigikey]\nversion = "v2"\n')

    def settings(self, text: str) -> None:
        (self.folder / "bridge.toml").write_text(text, encoding="utf-8")

    def with_partner(self) -> None:
        """Settings that have all that they need."""
        serve(self.folder / "sim", ("127.0.0.1", 0), ("127.0.0.1", 0)).stop()
        account = '[camdigikey]\npartner = "sim/partner.json"\n'
        proxies = '[server]\ntrusted_proxies = ["127.0.0.1/32"]\n'
        self.settings(f'issuer = "https://sso.example.gov.kh"\n{proxies}{account}')

    def say(self, *words: str, wanted: int = 0, answer: str = "") -> Result:
        """Give a command; its exit code has to be the one wanted."""
        result = CliRunner().invoke(main, list(words), input=answer)
        assert result.exit_code == wanted, result.output
        assert "Traceback" not in result.output
        return result

    def json(self, *words: str) -> Any:
        return json.loads(self.say(*words, "--json").stdout)

    def add(self, *more: str) -> Any:
        address = ("--redirect-uri", "https://portal.example.gov.kh/callback")
        return self.json(
            "client", "add", "--client-id", "portal", "--name", "Ministry portal", *address, *more
        )


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    return Console(tmp_path, monkeypatch)
