"""The names of our cookies under an issuer, and how they are set (DESIGN §6.16).

`__Host-bridge_…` and Secure on https, `bridge_…` on http, which belongs to loopback alone.
"""

from dataclasses import dataclass
from typing import Literal

from flask import request
from werkzeug.wrappers import Response

YEAR = 365 * 86400


@dataclass(frozen=True, slots=True)
class Cookies:
    """Reads and sets them. `secure`: the issuer is https."""

    secure: bool

    def name(self, what: str) -> str:
        """The full name of the cookie `what` ("browser", "session", …)."""
        return ("__Host-bridge_" if self.secure else "bridge_") + what

    def read(self, what: str) -> str | None:
        """Its value; None when the browser brought none, or an empty one."""
        return request.cookies.get(self.name(what)) or None

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
