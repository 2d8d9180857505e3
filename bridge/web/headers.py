"""The headers of every response, and a page's Content-Security-Policy."""

from collections.abc import Iterable

from werkzeug.wrappers import Response

from bridge.domain.client import Client
from bridge.oidc.response_modes import origin


def content_security_policy(
    *, forms: Iterable[str] = (), images: Iterable[str] = (), scripts: bool = False
) -> str:
    """A page's policy: nothing inline; forms go only where the page needs (DESIGN §6.17)."""
    return "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            "font-src 'self'",
            " ".join(("img-src 'self'", *dict.fromkeys(images))),
            *(("script-src 'self'",) if scripts else ()),
            " ".join(("form-action 'self'", *dict.fromkeys(forms))),
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


ALWAYS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": content_security_policy(),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
OVER_HTTPS = ALWAYS | {"Strict-Transport-Security": "max-age=31536000"}


def finish_headers(response: Response, *, secure: bool) -> None:
    """Adds the headers that every response has; what a view has set already stays. `secure`: over https."""
    given = {name.lower() for name in response.headers.keys()}
    for name, value in (OVER_HTTPS if secure else ALWAYS).items():
        if name.lower() not in given:
            response.headers.add(name, value)


def next_hops(redirect_uri: str, client: Client) -> tuple[str, ...]:
    """The form-action sources of a form that ends at a client (DESIGN §6.17).

    Chrome checks form-action along the whole chain of redirects, so the client's address is named too, and
    the origins that it redirects on to.
    """
    return (origin(redirect_uri), *client.form_action_origins)
