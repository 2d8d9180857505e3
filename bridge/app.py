"""The application: blueprints and the error table mounted on the parts that wiring chose."""

import os
from pathlib import Path

from flask import Flask

from bridge import settings as settings_module
from bridge.settings import Settings
from bridge.web import (
    authorize,
    callback,
    consent,
    edge,
    errors,
    health,
    home,
    hooks,
    language,
    login,
    logout,
    prepared,
    provider,
)
from bridge.wiring import Services, build


def create_app(settings: Settings, services: Services | None = None) -> Flask:
    """The Flask application of one process."""
    app = Flask("bridge.web")
    app.url_map.merge_slashes = False  # no redirect from //authorize: only what is ours is answered
    app.config["MAX_CONTENT_LENGTH"] = settings.server.max_body
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.server.max_body
    parts = edge.assemble(settings, services or build(settings))
    app.extensions["bridge"] = parts
    for room in (authorize, login, callback, consent, logout, provider, health, home):
        app.register_blueprint(room.blueprint)
    errors.register(app)
    language.init_app(app)
    hooks.register(app, parts)
    app.wsgi_app = prepared.Prepared(app.wsgi_app, settings, parts.keys)  # type: ignore[method-assign]  # -- Flask says to do it so
    return app


def from_environment() -> Flask:
    """For a server's worker: settings from the file that BRIDGE_CONFIG names, and the environment."""
    file = os.environ.get("BRIDGE_CONFIG")
    return create_app(settings_module.load(Path(file) if file else None))
