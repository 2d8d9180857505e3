"""Makes the Flask application: endpoints, error handlers and hooks, on the use cases of this process."""

import os
from pathlib import Path

from bridge import settings as settings_module
from bridge.ports.services import Services
from bridge.settings import Settings
from bridge.web import assembly, errors, hooks, language, prepared, routes
from bridge.web.api import views as api
from bridge.web.application import Application
from bridge.web.console import views as console
from bridge.web.use_cases import UseCases
from bridge.web.views import VIEWS
from bridge.wiring.jobs import start_jobs
from bridge.wiring.services import build


def create_app(settings: Settings, services: Services | None = None) -> Application:
    """The Flask application of one process; `services`: made from the settings where they are left out.

    Raises ConfigError, StoreUnavailable.
    """
    app = Application("bridge.web")
    app.url_map.merge_slashes = False  # no redirect from //authorize: only what is ours is answered
    app.config["MAX_CONTENT_LENGTH"] = settings.server.max_body
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.server.max_body
    uses = assembly.assemble(settings, services or build(settings))
    app.extensions["bridge"] = uses
    routes.mount(app, VIEWS)
    if settings.admin.enabled:
        console.mount(app)
        api.mount(app)
    errors.register(app)
    language.init_app(app)
    hooks.register(app, uses)
    app.entry = prepared.PreparedMiddleware(app.wsgi_app, uses.policy, uses.signer)
    return app


def from_environment() -> Application:
    """The application of a server's worker, and the start of its background jobs.

    Its settings come from the file that BRIDGE_CONFIG names, and from the environment.
    """
    file = os.environ.get("BRIDGE_CONFIG")
    settings = settings_module.load(Path(file) if file else None)
    services = build(settings)
    start_jobs(settings, services)
    app = create_app(settings, services)
    uses: UseCases = app.extensions["bridge"]
    uses.readiness.start()
    return app
