"""Debian's mod_auth_openidc, the relying party in C, signs a person in from the discovery address."""

from __future__ import annotations

import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from bridge.domain.client import Client
from tests.support.live import Live
from tests.support.servers import free_port
from tests.support.tools import Apache
from tests.support.waiting import until

HOST = "127.0.0.5"
CONFIGURATION = """
ServerRoot {folder}
ServerName {host}
Listen {host}:{port}
PidFile {folder}/pid
ErrorLog {folder}/error.log
{modules}
DocumentRoot {folder}/pages
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCRedirectURI {redirect_uri}
OIDCCryptoPassphrase {passphrase}
OIDCScope "openid profile"
OIDCPKCEMethod S256
OIDCRemoteUserClaim preferred_username
<Directory {folder}/pages>
  Require all granted
</Directory>
<Location />
  AuthType openid-connect
  Require valid-user
  Header set X-Remote-User "expr=%{{REMOTE_USER}}"
  Header set X-Name "expr=%{{reqenv:OIDC_CLAIM_name}}"
</Location>
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
def apache_with(live: Live, apache: Apache, folder: Path) -> Iterator[str]:
    """A server whose every page wants a person signed in; gives its address."""
    port = free_port(HOST)
    home = f"http://{HOST}:{port}/"
    redirect_uri = home + "signed-in"
    client = Client("apache", "Old intranet", (redirect_uri,), sector_identifier=HOST, skip_consent=True)
    live.world.register(client)
    (folder / "pages").mkdir()
    (folder / "pages" / "index.html").write_text("the intranet")
    text = CONFIGURATION.format(
        folder=folder,
        host=HOST,
        port=port,
        issuer=live.issuer,
        client_id="apache",
        secret=live.world.secrets["apache"],
        redirect_uri=redirect_uri,
        passphrase=secrets.token_hex(16),
        modules="\n".join(f"LoadModule {name}_module {apache.modules}/mod_{name}.so" for name in MODULES),
    )
    if os.geteuid() == 0:  # its workers give root up
        text = "User nobody\nGroup nogroup\n" + text
        folder.chmod(0o755)
    (folder / "httpd.conf").write_text(text)
    command = [apache.executable, "-f", folder / "httpd.conf", "-D", "FOREGROUND"]
    with (folder / "said").open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as server:
        try:
            yield home
        finally:
            server.terminate()
            server.wait(15)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own, which is closed to others: the server's workers are not root."""
    with tempfile.TemporaryDirectory(prefix="bridge-apache-") as name:
        yield Path(name)


def test_mod_auth_openidc_completes_a_login(live: Live, apache: Apache, folder: Path) -> None:
    with apache_with(live, apache, folder) as home:
        session = requests.Session()
        session.trust_env = False
        first = until(lambda: answered(session, home), f"Apache does not answer: {folder / 'error.log'}")
        assert first.status_code == 302, first.text
        page = live.walk(first.headers["Location"], until=home)
        back = session.get(page.location, allow_redirects=False, timeout=10)
        assert back.status_code == 302, (folder / "error.log").read_text()
        inside = session.get(home, allow_redirects=False, timeout=10)
        assert inside.status_code == 200
        assert inside.text == "the intranet"
        assert len(inside.headers["X-Remote-User"]) > 20
        assert inside.headers["X-Name"] == "SOPHEA CHAN"


def answered(session: requests.Session, url: str) -> requests.Response | None:
    try:
        return session.get(url, allow_redirects=False, timeout=5)
    except requests.ConnectionError:
        return None
