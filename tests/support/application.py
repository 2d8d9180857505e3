"""An application that signs people in: it knows our discovery address, its client id and secret, no more."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import requests
from flask import Flask, redirect, request, session
from markupsafe import escape
from werkzeug.wrappers import Response

from tests.support.world import pkce


@dataclass
class Application:
    """A relying party of the tests. `callbacks` are the parameters of every callback it ever got."""

    issuer: str
    client_id: str
    secret: str
    redirect_uri: str
    verify: str | bool = True  # the authority of the issuer's certificate
    callbacks: list[dict[str, str]] = field(default_factory=list)

    def get(self, url: str, **headers: str) -> dict[str, Any]:
        answer = requests.get(url, headers=headers, verify=self.verify, timeout=10)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def discovery(self) -> dict[str, Any]:
        return self.get(self.issuer + "/.well-known/openid-configuration")

    def start(self, **more: str) -> Response:
        """Send the browser to the provider."""
        verifier, challenge = pkce()
        session.update(verifier=verifier, state=secrets.token_urlsafe(16))
        params = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid profile",
            "state": session["state"],
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return redirect(f"{self.discovery()['authorization_endpoint']}?{urlencode(params | more)}", 303)

    def callback(self) -> str:
        """Take the callback: its state must be this browser's."""
        given = request.values.to_dict()
        self.callbacks.append(given)
        if given.get("state") != session.pop("state", None):
            return "<h1 id=result>state does not fit</h1>"
        if "code" not in given:
            return f"<h1 id=result>error {escape(given.get('error', ''))}</h1>"
        endpoints = self.discovery()
        form = {
            "grant_type": "authorization_code",
            "code": given["code"],
            "redirect_uri": self.redirect_uri,
            "code_verifier": session.pop("verifier"),
        }
        said = requests.post(
            endpoints["token_endpoint"],
            data=form,
            auth=(self.client_id, self.secret),
            verify=self.verify,
            timeout=10,
        ).json()
        session["id_token"] = said["id_token"]
        claims = self.get(endpoints["userinfo_endpoint"], Authorization=f"Bearer {said['access_token']}")
        return f"<h1 id=result>signed in as {escape(claims.get('name', claims['sub']))}</h1>"

    def app(self) -> Flask:
        """The pages: `/start` with the query's parameters added to the request, `/cb`, `/sign-out`, `/`."""
        app = Flask("application", static_folder=None)
        app.secret_key = secrets.token_bytes(32)
        app.config["SESSION_COOKIE_NAME"] = "app_" + self.client_id
        app.add_url_rule("/start", view_func=lambda: self.start(**request.args.to_dict()), endpoint="start")
        app.add_url_rule("/cb", view_func=self.callback, endpoint="cb", methods=["GET", "POST"])
        app.add_url_rule("/sign-out", view_func=self.sign_out, endpoint="sign_out")
        app.add_url_rule("/", view_func=lambda: "<h1 id=result>home</h1>", endpoint="home")
        return app

    def sign_out(self) -> Response:
        """Ask the provider to end the session (RP-Initiated Logout)."""
        home = self.redirect_uri.removesuffix("cb")
        params = {"id_token_hint": session.get("id_token", ""), "post_logout_redirect_uri": home}
        return redirect(f"{self.discovery()['end_session_endpoint']}?{urlencode(params)}", 303)
