"""The four proxies: what of each file is another place here, what stands around it, and how it is started."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme

from tests.support import tools
from tests.support.postgres import dying_with_parent, unprivileged
from tests.support.servers import free_port
from tests.support.waiting import until

FILES = tools.ROOT / "deploy" / "proxies"
NAME = "sso.example.gov.kh"  # in the files
ANYWHERE = "0.0.0.0"  # noqa: S104 -- a port that is free at every address: Caddy listens at all of them


@dataclass(frozen=True, slots=True)
class Place:
    """Where a proxy stands here. `name`: the issuer's host; `bridge`: the port of what is behind it."""

    name: str
    port: int
    plain_port: int  # of http
    bridge: int
    folder: Path

    @property
    def names(self) -> dict[str, str]:
        """What of every file is another place here, in this order."""
        return {
            "127.0.0.1:8080": f"127.0.0.1:{self.bridge}",
            "/etc/ssl/sso/": f"{self.folder}/",
            f"https://{NAME}": f"https://{self.name}:{self.port}",
            f"http://{NAME}": f"http://{self.name}:{self.plain_port}",
            NAME: self.name,
        }


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the four. `file`: its name in deploy/proxies; `ports`: how it says where it listens, and where
    it writes; `around`: files that stand beside it on a Debian, by name; `command`: of its program."""

    file: str
    ports: Callable[[Place], Mapping[str, str]]
    around: Callable[[Place], Mapping[str, str]]
    command: Callable[[Path, Path], list[str | Path]]
    largest: int = 8192  # bytes of a header that it takes
    too_large: int = 431  # what it answers to a larger one
    holds_bodies: bool = True  # until they are whole

    def configuration(self, place: Place, changes: Mapping[str, str]) -> str:
        """The file, with the places of here; `changes`: what a person would write otherwise."""
        text = (FILES / self.file).read_text(encoding="utf-8")
        for found, here in (*changes.items(), *self.ports(place).items()):
            assert found in text, f"{self.file} does not say {found}"
            text = text.replace(found, here)
        for found, here in place.names.items():
            text = text.replace(found, here)
        return text


NGINX_AROUND = """daemon off;
master_process off;
pid {folder}/pid;
error_log stderr warn;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    access_log {folder}/access.log;
    include {folder}/nginx.conf;
}}
"""
APACHE_MODULES = (
    "mpm_event authn_core authz_core ssl socache_shmcb http2 headers env alias proxy proxy_http reqtimeout"
    " buffer deflate"
).split()
APACHE_AROUND = """ServerRoot {folder}
ServerName localhost
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/error.log
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
Listen 127.0.0.1:{plain_port}
Listen 127.0.0.1:{port}
{modules}
Include {folder}/apache.conf
"""
HAPROXY_AROUND = "global\n    log stdout format raw local0\n"


def _apache_modules() -> str:
    folders = map(Path, ("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/lib/httpd/modules"))
    modules = next((folder for folder in folders if folder.is_dir()), Path("modules"))
    return "\n".join(f"LoadModule {name}_module {modules}/mod_{name}.so" for name in APACHE_MODULES)


def _facts(place: Place) -> dict[str, Any]:
    return {"folder": place.folder, "port": place.port, "plain_port": place.plain_port}


KINDS = {
    "nginx": Kind(
        "nginx.conf",
        lambda place: {
            "listen 80;": f"listen 127.0.0.1:{place.plain_port};",
            "listen 443 ssl": f"listen 127.0.0.1:{place.port} ssl",
            "/var/log/nginx/": f"{place.folder}/",
        },
        lambda place: {"around.conf": NGINX_AROUND.format(**_facts(place))},
        lambda program, folder: [program, "-p", folder, "-e", "stderr", "-c", folder / "around.conf"],
    ),
    "caddy": Kind(
        "Caddyfile",
        lambda place: {"/var/lib/caddy/": f"{place.folder}/"},
        lambda place: {},
        lambda program, folder: [program, "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"],
        largest=32768 + 4096,  # Go adds these
        holds_bodies=False,
    ),
    "haproxy": Kind(
        "haproxy.cfg",
        lambda place: {
            "bind :80\n": f"bind 127.0.0.1:{place.plain_port}\n",
            "bind :443": f"bind 127.0.0.1:{place.port}",
        },
        lambda place: {"global.cfg": HAPROXY_AROUND},
        lambda program, folder: [program, "-db", "-f", folder / "global.cfg", "-f", folder / "haproxy.cfg"],
        largest=15360,
        too_large=400,
    ),
    "apache": Kind(
        "apache.conf",
        lambda place: {
            "<VirtualHost *:80>": f"<VirtualHost *:{place.plain_port}>",
            "<VirtualHost *:443>": f"<VirtualHost *:{place.port}>",
            "/var/log/apache2/": f"{place.folder}/",
        },
        lambda place: {"around.conf": APACHE_AROUND.format(**_facts(place), modules=_apache_modules())},
        lambda program, folder: [program, "-f", folder / "around.conf", "-D", "FOREGROUND"],
        largest=16380,
        too_large=400,
    ),
}


@dataclass(frozen=True, slots=True)
class Proxy:
    """One that runs."""

    kind: str
    place: Place
    authority: Path  # the certificate that its own is trusted by

    def connect(self, source: str = "127.0.0.1", alpn: str = "http/1.1") -> ssl.SSLSocket:
        """A connection as a browser makes it, from this address of loopback."""
        context = ssl.create_default_context(cafile=str(self.authority))
        context.set_alpn_protocols([alpn])
        raw = socket.create_connection(("127.0.0.1", self.place.port), 20, source_address=(source, 0))
        try:
            return context.wrap_socket(raw, server_hostname=self.place.name)
        except OSError:
            raw.close()
            raise

    def connect_plain(self) -> socket.socket:
        """A connection without TLS, to its port of http."""
        return socket.create_connection(("127.0.0.1", self.place.plain_port), 20)

    def said(self) -> str:
        """All that it has written: its logs and its output."""
        files = [*self.place.folder.glob("*.log"), self.place.folder / "said"]
        return "".join(path.read_text(errors="replace") for path in files)


@contextmanager
def proxy(kind: str, name: str, bridge: int, changes: Mapping[str, str] | None = None) -> Iterator[Proxy]:
    """A proxy before a port of this machine, while the block lasts. It is no root's."""
    program = tools.needed(tools.find_proxy(kind), tools.proxy_hint(kind))
    folder = Path(tempfile.mkdtemp(prefix=f"bridge-{kind}-"))
    place = Place(name, free_port(ANYWHERE), free_port(ANYWHERE), bridge, folder)
    found = KINDS[kind]
    written = {found.file: found.configuration(place, changes or {}), **found.around(place)}
    for file, text in written.items():
        (folder / file).write_text(text, encoding="utf-8")
    authority = _certificate(place)
    account = unprivileged()
    if account.other:
        for path in (folder, *folder.iterdir()):
            os.chown(path, account.user, account.group)
    options = account.options()
    options["env"] = {**options["env"], **{name: str(folder) for name in ("HOME", "XDG_DATA_HOME")}}
    with (folder / "said").open("wb") as said:
        command = [*dying_with_parent(), *found.command(program, folder)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, **options)
    running = Proxy(kind, place, authority)
    try:
        until(lambda: _answers(running, process), f"{kind} does not answer")
        yield running
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder)


def _certificate(place: Place) -> Path:
    authority = trustme.CA()
    issued = authority.issue_cert(place.name)
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
    (place.folder / "fullchain.pem").write_bytes(chain)
    (place.folder / "privkey.pem").write_bytes(issued.private_key_pem.bytes())
    (place.folder / "both.pem").write_bytes(chain + issued.private_key_pem.bytes())
    authority.cert_pem.write_to_path(place.folder / "authority.pem")
    return place.folder / "authority.pem"


def _answers(running: Proxy, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, running.said()
    try:
        running.connect().close()
    except OSError:  # TLS' errors are such too
        return False
    return True
