"""Routes every row of oidc.endpoints to its views, and does for each what its row says."""

from collections.abc import Callable, Mapping

from flask import Flask, request
from werkzeug.wrappers import Response

from bridge.oidc.endpoints import ENDPOINTS, Endpoint
from bridge.web.cors import preflight

View = Callable[..., Response]  # is given the steps of the path that have a name


def mount(app: Flask, views: Mapping[str, Mapping[str, View]]) -> None:
    """Route all of them. Raises LookupError where table and views do not fit, before anything is served.

    Another method of a path that is known is answered 405, with what is allowed (RFC 9110 §15.5.6).
    """
    _check(views)
    for endpoint in ENDPOINTS:
        view = _view(endpoint, views[endpoint.name])
        asked_ahead = endpoint.cors != "none"  # elsewhere Flask tells by OPTIONS what is allowed
        methods = (*endpoint.methods, "OPTIONS") if asked_ahead else endpoint.methods
        for path in endpoint.paths:
            app.add_url_rule(
                path, endpoint.name, view, provide_automatic_options=not asked_ahead, methods=methods
            )


def _check(views: Mapping[str, Mapping[str, View]]) -> None:
    wanted = {(endpoint.name, method) for endpoint in ENDPOINTS for method in endpoint.methods}
    given = {(name, method) for name, by_method in views.items() for method in by_method}
    if wanted != given:
        raise LookupError(f"endpoints and views differ: {sorted(wanted ^ given)}")


def _view(endpoint: Endpoint, by_method: Mapping[str, View]) -> View:
    def answer(**steps: str) -> Response:
        if request.method == "OPTIONS":
            return preflight(endpoint)
        if endpoint.max_body is not None:
            request.max_content_length = endpoint.max_body
        response = by_method["GET" if request.method == "HEAD" else request.method](**steps)
        response.headers.setdefault("Cache-Control", endpoint.cache_control)
        return response

    return answer
