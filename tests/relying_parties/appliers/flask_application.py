"""A Flask application with Authlib's client: its module camdigikey.py is the snippet."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask, Response, redirect, session

from tests.relying_parties.applied import Applied
from tests.support.servers import serving


@contextmanager
def flask_application(applied: Applied, folder: Path, _: pytest.FixtureRequest) -> Iterator[None]:
    """What the guide tells to do: init_app and register_blueprint."""
    (module_file,) = applied.write(folder)
    camdigikey = _imported(module_file)
    app = Flask("sample")
    app.secret_key = "a secret of the application"
    camdigikey.oauth.init_app(app)
    app.register_blueprint(camdigikey.camdigikey)

    @app.get("/")
    def home() -> object:
        if "person" not in session:
            return redirect("/login")
        return Response("signed in", headers={"X-Name": session["person"]["name"]})

    with serving(app, applied.host, applied.port):
        yield


def _imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
