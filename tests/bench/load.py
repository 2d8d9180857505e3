"""The load: a browser and an application in one, as lean as can be, over kept-alive connections."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import secrets
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from bridge.domain.encoding import base64url

FORM = "application/x-www-form-urlencoded"
INPUT = re.compile(r'<input[^>]*\bname="([^"]*)"[^>]*\bvalue="([^"]*)"')
ACTION = re.compile(r'<form[^>]*\baction="([^"]*)"(.*?)</form>', re.S)


class Connections:
    """One kept-alive connection per host."""

    def __init__(self) -> None:
        self._open: dict[str, http.client.HTTPConnection] = {}

    def ask(
        self, method: str, url: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        parts = urlsplit(url)
        connection = self._open.setdefault(parts.netloc, http.client.HTTPConnection(parts.netloc, timeout=30))
        path = parts.path + ("?" + parts.query if parts.query else "")
        try:
            connection.request(method, path or "/", body, headers or {})
            answer = connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            connection.close()
            connection.request(method, path or "/", body, headers or {})
            answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


class Visitor:
    """One person's browser, and the application they use."""

    def __init__(self, issuer: str, client_id: str, secret: str, redirect_uri: str) -> None:
        self._issuer, self._client_id, self._secret = issuer, client_id, secret
        self._redirect_uri = redirect_uri
        self._cookies: dict[str, dict[str, str]] = {}
        self._connections = Connections()

    def browse(self, method: str, url: str, body: str | None = None) -> tuple[int, str, str]:
        """Ask as a browser does; gives status, the address to go on to, and the page."""
        jar = self._cookies.setdefault(urlsplit(url).netloc, {})
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())} if jar else {}
        if body is not None:
            headers["Content-Type"] = FORM
        status, answered, data = self._connections.ask(method, url, body, headers)
        for line in answered.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            jar[name] = value
        target = answered.get("Location", "")
        if target.startswith("/"):
            parts = urlsplit(url)
            target = f"{parts.scheme}://{parts.netloc}{target}"
        return status, target, data.decode()

    def login(self) -> dict[str, Any]:
        """From `/authorize` to tokens: by CamDigiKey, or by single sign-on when there is a Session."""
        return self.exchange(*self.code())

    def code(self) -> tuple[str, str]:
        """From `/authorize` to the redirect; gives the code and its code_verifier."""
        verifier = secrets.token_urlsafe(32)
        digest = base64url(hashlib.sha256(verifier.encode()).digest())
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid profile email",
            "state": "state",
            "nonce": "nonce",
            "code_challenge": digest,
            "code_challenge_method": "S256",
        }
        url, page, status = f"{self._issuer}/authorize?{urlencode(query)}", "", 0
        while not url.startswith(self._redirect_uri):
            at = url
            status, url, page = self.browse("GET", url)
            if not url:
                status, url, page = self._press(at, page)
            if not url:
                raise RuntimeError(f"{at} leads nowhere: {status} {page[:500]}")
        return parse_qs(urlsplit(url).query)["code"][0], verifier

    def exchange(self, code: str, verifier: str) -> dict[str, Any]:
        """A code for tokens."""
        return self.token(
            grant_type="authorization_code",
            code=code,
            redirect_uri=self._redirect_uri,
            code_verifier=verifier,
        )

    def _press(self, at: str, page: str) -> tuple[int, str, str]:
        action, inside = next(found for found in ACTION.findall(page) if 'id="continue"' in found[1])
        parts = urlsplit(at)
        fields = {unescape(name): unescape(value) for name, value in INPUT.findall(inside)}
        fields["rested"] = "1"  # as static/rest.js adds it
        return self.browse("POST", f"{parts.scheme}://{parts.netloc}{unescape(action)}", urlencode(fields))

    def token(self, **form: str) -> dict[str, Any]:
        """Ask `/token` as the client."""
        given = base64.b64encode(f"{self._client_id}:{self._secret}".encode()).decode()
        headers = {"Authorization": f"Basic {given}", "Content-Type": FORM}
        status, _, data = self._connections.ask("POST", self._issuer + "/token", urlencode(form), headers)
        if status != 200:
            raise RuntimeError(f"/token answered {status}: {data!r}")
        found: dict[str, Any] = json.loads(data)
        return found

    def get(self, path: str, access_token: str = "") -> None:
        """Ask an address as an application does."""
        headers = {"Authorization": f"Bearer {access_token}"} if access_token else {}
        status, _, data = self._connections.ask("GET", self._issuer + path, None, headers)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}: {data!r}")
