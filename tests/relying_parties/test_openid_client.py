"""npm's openid-client and oauth4webapi, the strictest of the relying parties, from the discovery address."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any, cast

from tests.relying_parties.machine import OWN_SCOPE, machine
from tests.support.live import Live
from tests.support.tools import NODE_PROJECT, Node


def run(node: Node, script: str, live: Live, client_id: str, **more: str) -> dict[str, Any]:
    """What a script prints as its last line."""
    environ = {
        "PATH": os.environ["PATH"],
        "ISSUER": live.issuer,
        "CLIENT_ID": client_id,
        "CLIENT_SECRET": live.world.secrets[client_id],
        **more,
    }
    done = subprocess.run(
        [node.executable, script],
        cwd=NODE_PROJECT,
        env=environ,
        text=True,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return cast(dict[str, Any], json.loads(done.stdout))


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
    assert "nonce" not in found["refreshed"]


def test_openid_client_acts_for_itself_and_gives_its_token_back(live: Live, node: Node) -> None:
    """RFC 6749 §4.4, RFC 7662, RFC 7009."""
    found = run(node, "machine.mjs", live, machine(live).client_id)
    assert found["tokens"]["scope"] == OWN_SCOPE
    assert "id_token" not in found["tokens"]
    assert "refresh_token" not in found["tokens"]
    assert found["before"]["active"] is True
    assert found["before"]["client_id"] == "machine"
    assert found["userinfo"]["error"] == "insufficient_scope"
    assert found["after"] == {"active": False}


def test_oauth4webapi_introspects_and_revokes_a_persons_tokens(live: Live, node: Node) -> None:
    page = live.walk(live.world.authorize_url("portal"))
    tokens = live.world.tokens(page, "portal")
    found = run(
        node,
        "person_tokens.mjs",
        live,
        "portal",
        ACCESS_TOKEN=tokens["access_token"],
        REFRESH_TOKEN=tokens["refresh_token"],
    )
    assert found["access"]["token_type"] == "Bearer"
    assert found["access"]["sub"] == found["refresh"]["sub"]
    assert found["access"]["active"] is found["refresh"]["active"] is True
    assert found["after"] == [{"active": False}, {"active": False}]
