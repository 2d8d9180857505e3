"""Mounts the API on the application: each row with its view and the guard around it."""

from collections.abc import Mapping

from flask import Flask

from bridge.web.api import clients, service
from bridge.web.api.call import View
from bridge.web.api.guard import guarded
from bridge.web.api.rows import OPERATIONS

VIEWS: Mapping[str, View] = {
    "describe": service.describe,
    "list_clients": clients.list_clients,
    "register_client": clients.register_client,
    "get_client": clients.get_client,
    "replace_client": clients.replace_client,
    "change_client": clients.change_client,
    "delete_client": clients.delete_client,
    "enable_client": clients.enable_client,
    "disable_client": clients.disable_client,
    "list_secrets": clients.list_secrets,
    "rotate_secret": clients.rotate_secret,
    "delete_secret": clients.delete_secret,
    "show_snippets": clients.show_snippets,
    "list_products": service.list_products,
    "list_administrators": service.list_administrators,
    "list_keys": service.list_keys,
    "list_jobs": service.list_jobs,
    "list_audit": service.list_audit,
}


def mount(app: Flask) -> None:
    """Give Flask the API's operations. It has no CORS, so OPTIONS is a method like others that it has not."""
    for row in OPERATIONS:
        view = guarded(row, VIEWS[row.id])
        app.add_url_rule(
            row.path, f"api {row.id}", view, methods=[row.method], provide_automatic_options=False
        )
