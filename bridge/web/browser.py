"""The browser of a request: its cookies, its Session, who used it last, and the CSRF tokens of its forms."""

import hmac

from flask import g, request
from werkzeug.wrappers import Response

from bridge.domain.encoding import TokenBytes, digest, random_text
from bridge.domain.ids import BrowserId, ClientId, SessionKey
from bridge.domain.session import Session
from bridge.errors import ShownToUser
from bridge.login.last_person import LastPerson
from bridge.ports.basics import Clock, Sealer
from bridge.ports.sessions import SessionStore
from bridge.sessions.opening import NewSession
from bridge.web.cookies import YEAR, Cookies
from bridge.web.fetch_metadata import is_from_another_site, is_part_of_a_page

SIGNED_OUT = "out"


def token_fits(sealer: Sealer, bound_to: str) -> bool:
    """Whether this request's form brings the CSRF token that is bound to this text; in constant time."""
    given = request.form.get("csrf", "").encode("utf-8", "replace")
    return any([hmac.compare_digest(given, token.encode()) for token in sealer.macs("csrf", bound_to)])


class Browser:
    """Reads and sets what this request's browser is known by."""

    def __init__(
        self,
        cookies: Cookies,
        sessions: SessionStore,
        sealer: Sealer,
        clock: Clock,
        token_bytes: TokenBytes,
    ) -> None:
        self.cookies = cookies
        self._sessions = sessions
        self._sealer = sealer
        self._clock = clock
        self._token_bytes = token_bytes

    def id(self) -> BrowserId | None:
        """The hash of the browser's cookie; None when it brings none."""
        value = self.cookies.read("browser")
        return BrowserId(digest(value)) if value else None

    def id_or_new(self) -> BrowserId:
        """The hash of the browser's cookie; a browser without one is given one with this answer."""
        if found := self.id():
            return found
        g.new_browser = random_text(self._token_bytes, 16)
        return BrowserId(digest(g.new_browser))

    def session(self) -> Session | None:
        """The Session that this browser may sign in by; a page that the person goes to moves its idle limit.

        A hidden frame that an application reloads does not. Raises StoreUnavailable.
        """
        secret = self.cookies.read("session")
        if secret is None:
            return None
        used = not is_part_of_a_page(request)
        return self._sessions.get(SessionKey(digest(secret)), int(self._clock()), used=used)

    def held_session(self) -> Session | None:
        """The Session of this browser, also one that is idle and signs nobody in; left as it is.

        It ends when another person signs in here, and by a sign-out: applications live on it still. Raises
        StoreUnavailable.
        """
        secret = self.cookies.read("session")
        return self._sessions.held(SessionKey(digest(secret)), int(self._clock())) if secret else None

    def last_person(self) -> LastPerson:
        """Who used this browser last, by its cookie.

        A forged cookie gains nothing: it only decides whether the page "is this you?" is shown.
        """
        mark, _, flag = (self.cookies.read("last") or "").partition(".")
        return LastPerson(mark or None, flag == SIGNED_OUT)

    def remember_session(self, response: Response, new: NewSession, mark: str) -> None:
        """Set the cookie of a Session that was opened just now.

        `mark`: the person's SubjectKey.browser_mark, by which this browser knows them next time.
        """
        self.cookies.put(response, "session", new.secret)
        self.cookies.put(response, "last", mark, YEAR)
        self.cookies.drop(response, "handoff")

    def forget_session(self, response: Response, mark: str | None) -> None:
        """Take the Session's cookie away. `mark`: of the person who signed out; None where nobody was in."""
        if mark is not None:
            self.cookies.put(response, "last", f"{mark}.{SIGNED_OUT}", YEAR)
        self.cookies.drop(response, "session")

    def csrf(self, action: str) -> str:
        """The CSRF token for a form, bound to the browser's cookie and to `action`, what the form does."""
        return self._sealer.mac("csrf", self._bound_to(action))

    def check_csrf(self, action: str, client_id: ClientId | None = None) -> None:
        """Raises ShownToUser (403) for a form that this browser did not get from us for this `action`.

        `client_id`: the application that the error page leads back to.
        """
        if is_from_another_site(request):
            raise ShownToUser(403, "csrf", "the form came from another site", client_id=client_id)
        if self.id() is None or not token_fits(self._sealer, self._bound_to(action)):
            raise ShownToUser(403, "csrf", "the form's token does not fit", client_id=client_id)

    def _bound_to(self, action: str) -> str:
        value = g.get("new_browser") or self.cookies.read("browser") or ""
        return f"{value}|{action}"
