"""The names of our cookies under an issuer, and how they are set (DESIGN §6.16).

`__Host-bridge_…` and Secure on https, `bridge_…` on http, which belongs to loopback alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from flask import g, request
from werkzeug.wrappers import Response

YEAR = 365 * 86400
BLANKS = " \t"  # no others: a browser lets a sibling site set "\u2000__Host-…", which would pass for ours


@dataclass(frozen=True, slots=True)
class Cookies:
    """Reads and sets them. `secure`: the issuer is https."""

    secure: bool

    def name(self, what: str) -> str:
        """The full name of the cookie `what` ("browser", "session", …)."""
        return ("__Host-bridge_" if self.secure else "bridge_") + what

    def read(self, what: str) -> str | None:
        """Its value; None when the browser brought none, or an empty one."""
        if "bridge_cookies" not in g:  # read once a request
            g.bridge_cookies = cookies_of(request.headers.getlist("Cookie"))
        found: str | None = g.bridge_cookies.get(self.name(what))
        return found or None

    def put(
        self,
        response: Response,
        what: str,
        value: str,
        max_age: int | None = None,
        samesite: Literal["Lax", "Strict"] = "Lax",
    ) -> None:
        """Set a cookie; without `max_age` (seconds) it ends when the browser is closed."""
        response.set_cookie(
            self.name(what), value, max_age=max_age, secure=self.secure, httponly=True, samesite=samesite
        )

    def drop(self, response: Response, what: str) -> None:
        """Remove a cookie from the browser."""
        response.delete_cookie(self.name(what), secure=self.secure, httponly=True, samesite="Lax")


def cookies_of(lines: Iterable[str]) -> dict[str, str]:
    """Names and values of the lines of the header Cookie; of a name that comes twice the first one counts.

    As browsers send them (RFC 6265 §5.4): a semicolon ends a value whatever stands in it. werkzeug's reader
    takes all between two quotation marks for one value, and so two cookies of a sibling site hide those
    between them.
    """
    found: dict[str, str] = {}
    for line in lines:
        for pair in line.split(";"):
            name, _, value = pair.partition("=")
            found.setdefault(name.strip(BLANKS), value.strip(BLANKS))
    return found
