"""What the browser itself says about why it asks (Fetch Metadata Request Headers, Sec-Purpose)."""

from flask import Request


def is_prefetch(asked: Request) -> bool:
    """Whether the browser asks ahead of a person's click."""
    purpose = asked.headers.get("Sec-Purpose", "") + asked.headers.get("Purpose", "")
    return "prefetch" in purpose or asked.headers.get("X-Moz") == "prefetch"


def is_part_of_a_page(asked: Request) -> bool:
    """Whether the browser says that this is an image, a frame, a script …, no page that a person goes to."""
    return asked.headers.get("Sec-Fetch-Dest", "document") != "document"


def is_from_another_site(asked: Request) -> bool:
    """Whether the browser says that another site's page made this request."""
    return asked.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")


def is_top_navigation(asked: Request) -> bool:
    """A navigation of a whole page that the browser itself vouches for."""
    return (
        asked.method == "GET"
        and not is_prefetch(asked)
        and asked.headers.get("Sec-Fetch-Mode") == "navigate"
        and asked.headers.get("Sec-Fetch-Dest") == "document"
    )
