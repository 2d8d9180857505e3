"""Routes every row of oidc.endpoints to its views, and does for each what its row says."""

from collections.abc import Callable, Mapping

from flask import Flask
from flask.globals import request_ctx
from werkzeug.wrappers import Response

from bridge.oidc.endpoints import ENDPOINTS, Endpoint
from bridge.web.cors import preflight

View = Callable[..., Response]  # its arguments are the named parts of the path: `<key>`


def mount(app: Flask, views: Mapping[str, Mapping[str, View]]) -> None:
    """Give Flask every endpoint with its view; `views`: by the endpoint's name and the method.

    Raises LookupError where an endpoint has no view or a view no endpoint. Other methods of a known path are
    answered 405 by Flask (RFC 9110 §15.5.6).
    """
    _check_views(views)
    for endpoint in ENDPOINTS:
        view = _endpoint_view(endpoint, views[endpoint.name])
        has_preflight = endpoint.cors != "none"  # without CORS, Flask answers OPTIONS itself
        methods = (*endpoint.methods, "OPTIONS") if has_preflight else endpoint.methods
        for path in endpoint.paths:
            app.add_url_rule(
                path, endpoint.name, view, provide_automatic_options=not has_preflight, methods=methods
            )


def _check_views(views: Mapping[str, Mapping[str, View]]) -> None:
    wanted = {(endpoint.name, method) for endpoint in ENDPOINTS for method in endpoint.methods}
    given = {(name, method) for name, by_method in views.items() for method in by_method}
    if wanted != given:
        raise LookupError(f"endpoints and views differ: {sorted(wanted ^ given)}")


def _endpoint_view(endpoint: Endpoint, by_method: Mapping[str, View]) -> View:
    def answer(**path_parts: str) -> Response:
        request = request_ctx.request
        if request.method == "OPTIONS":
            return preflight(endpoint)
        if endpoint.max_body is not None:
            request.max_content_length = endpoint.max_body
        response = by_method["GET" if request.method == "HEAD" else request.method](**path_parts)
        response.headers.setdefault("Cache-Control", endpoint.cache_control)
        return response

    return answer
