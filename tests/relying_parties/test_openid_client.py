"""npm's openid-client, the strictest of the relying parties, signs a person in from the discovery address."""

from __future__ import annotations

import json
import os
import subprocess

from tests.support.live import Live
from tests.support.tools import NODE_PROJECT, Node


def test_openid_client_completes_a_login_with_refresh(live: Live, node: Node) -> None:
    application = live.applications["portal"]
    environ = {
        "PATH": os.environ["PATH"],
        "ISSUER": live.issuer,
        "CLIENT_ID": application.client_id,
        "CLIENT_SECRET": application.secret,
        "REDIRECT_URI": application.redirect_uri,
    }
    with subprocess.Popen(
        [node.executable, "login.mjs"],
        cwd=NODE_PROJECT,
        env=environ,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as script:
        assert script.stdout and script.stdin
        address = script.stdout.readline().strip()
        assert address.startswith(live.issuer), script.communicate(timeout=30)[1]
        said, complaint = script.communicate(live.walk(address).location + "\n", timeout=30)
    assert script.returncode == 0, complaint
    found = json.loads(said)
    assert found["userinfo"]["sub"] == found["claims"]["sub"] == found["refreshed"]["sub"]
    assert found["userinfo"]["email"]
    assert found["refreshed"]["auth_time"] == found["claims"]["auth_time"]
