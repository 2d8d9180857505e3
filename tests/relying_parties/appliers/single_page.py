"""A page without a server of its own, with oidc-client-ts: its module camdigikey.js is the snippet.

What serves it gives files and knows nobody. The page's own module shows what the snippet's functions give.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask, Response, send_from_directory

from tests.relying_parties.applied import Applied
from tests.support.servers import serving
from tests.support.tools import Node

PAGE = """<!doctype html>
<html lang="en">
<title>Single page</title>
<script type="importmap">
{ "imports": {
  "oidc-client-ts": "/modules/oidc-client-ts/dist/esm/oidc-client-ts.js",
  "jwt-decode": "/modules/jwt-decode/build/esm/index.js"
} }
</script>
<script type="module">
import { signIn, signOut, signedIn, who } from '/camdigikey.js'
const show = (id, text) => { document.getElementById(id).textContent = text }
try {
  const person = location.pathname === '/callback' ? await signedIn() : await who()
  show('name', person ? person.name : 'nobody')
} catch (error) {
  show('name', String(error))
}
document.getElementById('sign-in').onclick = signIn
document.getElementById('sign-out').onclick = signOut
</script>
<h1 id="name"></h1>
<button id="sign-in">Sign in</button> <button id="sign-out">Sign out</button>
"""


@contextmanager
def single_page(applied: Applied, folder: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """Nobody signs in at its first page by itself: a person presses the button."""
    node: Node = request.getfixturevalue("node")
    applied.write(folder)
    app = Flask("files", static_folder=None)

    @app.get("/camdigikey.js")
    def snippet() -> Response:
        return send_from_directory(folder, "camdigikey.js")

    @app.get("/modules/<path:name>")
    def module(name: str) -> Response:
        return send_from_directory(node.modules, name)

    @app.get("/")
    @app.get("/callback")
    def page() -> str:
        return PAGE

    with serving(app, applied.host, applied.port):
        yield
