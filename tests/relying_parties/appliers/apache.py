"""Debian's Apache with mod_auth_openidc, the relying party in C; every page wants a person signed in."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.relying_parties.applied import Applied
from tests.support.tools import Apache
from tests.support.waiting import until

SERVER = """
ServerRoot {folder}
ServerName {host}
Listen {host}:{port}
PidFile {folder}/pid
ErrorLog {folder}/error.log
{modules}
DocumentRoot {folder}/pages
<Directory {folder}/pages>
  Require all granted
</Directory>
<Location />
  Header set X-Name "expr=%{{reqenv:OIDC_CLAIM_name}}"
</Location>
Include {snippet}
"""
MODULES = (
    "mpm_event",
    "authn_core",
    "authz_core",
    "authz_user",
    "auth_openidc",
    "headers",
    "env",
    "dir",
)


@contextmanager
def apache(applied: Applied, folder: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """The snippet is included as it is. The workers give root up, so pytest's folder is closed to them."""
    found: Apache = request.getfixturevalue("apache")
    with tempfile.TemporaryDirectory(prefix="bridge-apache-") as name:
        own = Path(name)
        snippet = own / "snippet.conf"
        snippet.write_text(applied.texts[0].text, encoding="utf-8")
        page = own / "pages" / "index.html"
        page.parent.mkdir()
        page.write_text("the intranet")
        text = SERVER.format(
            folder=own,
            host=applied.host,
            port=applied.port,
            snippet=snippet,
            modules="\n".join(f"LoadModule {name}_module {found.modules}/mod_{name}.so" for name in MODULES),
        )
        if os.geteuid() == 0:
            text = "User nobody\nGroup nogroup\n" + text
            for path, mode in ((own, 0o755), (page.parent, 0o755), (page, 0o644)):
                path.chmod(mode)  # whatever the umask: commands that ran before in this process set theirs
        (own / "httpd.conf").write_text(text, encoding="utf-8")
        command = [found.executable, "-f", own / "httpd.conf", "-D", "FOREGROUND"]
        with (own / "said").open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as server:
            try:
                until(lambda: _answers(applied.home), f"Apache does not answer: {own / 'error.log'}")
                yield
            finally:
                server.terminate()
                server.wait(15)


def _answers(url: str) -> bool:
    try:
        requests.get(url, allow_redirects=False, timeout=5)
    except requests.ConnectionError:
        return False
    return True
