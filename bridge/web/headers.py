"""The headers of every response, and a page's Content-Security-Policy."""

from collections.abc import Iterable

from werkzeug.wrappers import Response

from bridge.domain.client import Client
from bridge.oidc.response_modes import origin

OPENER_POLICY = "Cross-Origin-Opener-Policy"


def content_security_policy(
    *, forms: Iterable[str] = (), images: Iterable[str] = (), scripts: bool = False, asks: bool = False
) -> str:
    """A page's policy: nothing inline; forms go only where the page needs (DESIGN §6.17).

    `scripts`: whether it has scripts of ours; `asks`: whether these ask us for more while the page is open.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            "font-src 'self'",
            " ".join(("img-src 'self'", *dict.fromkeys(images))),
            *(("script-src 'self'",) if scripts else ()),
            *(("connect-src 'self'",) if asks else ()),
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


def opener_policy(client: Client | None) -> str:
    """The Cross-Origin-Opener-Policy of a page for this client (HTML §7.1.3).

    Whoever opens our window could cover it, close it and time its presses, so that tie is cut. An application
    that is registered for pop-ups hears of the sign-in by it.
    """
    return "unsafe-none" if client is not None and client.popups else "same-origin"


def finish_headers(response: Response, *, secure: bool) -> None:
    """Adds the headers that every response has; what a view has set already stays. `secure`: over https."""
    given = {name.lower() for name in response.headers.keys()}
    for name, value in (OVER_HTTPS if secure else ALWAYS).items():
        if name.lower() not in given:
            response.headers.add(name, value)
    if response.mimetype == "text/html" and "Location" not in response.headers:
        response.headers.setdefault(OPENER_POLICY, opener_policy(None))


def next_hops(redirect_uri: str, client: Client) -> tuple[str, ...]:
    """The form-action sources of a form that ends at a client (DESIGN §6.17).

    Chrome checks form-action along the whole chain of redirects, so the client's address is named too, and
    the origins that it redirects on to.
    """
    return (origin(redirect_uri), *client.form_action_origins)
