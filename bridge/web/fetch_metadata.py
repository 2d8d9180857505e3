"""What the browser itself says about why it asks (Fetch Metadata Request Headers, Sec-Purpose)."""

from flask import Request


def is_prefetch(request: Request) -> bool:
    """Whether the browser fetches this page ahead of a person's click, which may never come."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return "prefetch" in purpose or request.headers.get("X-Moz") == "prefetch"


def is_of_a_browser(request: Request) -> bool:
    """Whether a browser asks: it says what for, or that it reads pages. An application's call does not."""
    return "Sec-Fetch-Mode" in request.headers or "text/html" in request.headers.get("Accept", "")


def is_part_of_a_page(request: Request) -> bool:
    """Whether this is for an image, a frame or a script of a page, and no page that a person goes to."""
    return request.headers.get("Sec-Fetch-Dest", "document") != "document"


def is_from_another_site(request: Request) -> bool:
    """Whether the browser says that another site's page made this request."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")


def is_top_navigation(request: Request) -> bool:
    """Whether the browser says that a person navigates a whole window here; without the headers it is no."""
    return (
        request.method == "GET"
        and not is_prefetch(request)
        and request.headers.get("Sec-Fetch-Mode") == "navigate"
        and request.headers.get("Sec-Fetch-Dest") == "document"
    )
