"""A person with a browser that has no screen: follows redirects across hosts, keeps cookies, fills in forms.

The bridge is asked through Flask's test client, everything else (the simulator, applications) over sockets.
It is for journeys that need no real browser; those that do are in tests/journeys.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
from flask import Flask
from flask.testing import FlaskClient


@dataclass
class Form:
    """A form of a page: where it goes, its fields, and the ids of its buttons."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
            if "data-rests" in given:  # what static/rest.js adds once the page was before the person's eyes
                self.forms[-1].fields["rested"] = "1"
        elif tag == "input" and self.forms and given.get("name"):
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "button" and self.forms:
            self.forms[-1].buttons.append(given.get("id", ""))
        elif tag == "a" and "id" in given:
            self.links[given["id"]] = given.get("href", "")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@dataclass
class Page:
    """What an address answered. `url` is the address asked, or the page's own where a script of it writes
    that into the address bar (static/address.js); `status` and `text` are what came."""

    url: str
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def location(self) -> str:
        """Where it redirects to, by a header or by a page's script; empty when it does not."""
        target = self.headers.get("Location", "")
        if "/static/go_on.js" in self.text:
            target = self._links["continue"]
        return urljoin(self.url, target) if target else ""

    @property
    def params(self) -> dict[str, str]:
        """The parameters of the address it redirects to, in its query or its fragment."""
        parts = urlsplit(self.location)
        return dict(parse_qsl(f"{parts.query}&{parts.fragment}", keep_blank_values=True))

    def form(self, button: str) -> Form:
        """The form whose button has this id."""
        reader = _Reader()
        reader.feed(self.text)
        found = next((form for form in reader.forms if button in form.buttons), None)
        assert found is not None, f"{self.url} ({self.status}) has no button {button}: {self.text[:600]}"
        return found

    def link(self, name: str) -> str:
        """The address of the link with this id."""
        reader = _Reader()
        reader.feed(self.text)
        assert name in reader.links, f"{self.url} ({self.status}) has no link {name}: {self.text[:600]}"
        return urljoin(self.url, reader.links[name])

    def leads_to(self, path: str) -> bool:
        """Whether the button that goes on leads to this path."""
        return self.has("continue") and "continue" not in self._links and self.form("continue").action == path

    @property
    def _links(self) -> dict[str, str]:
        reader = _Reader()
        reader.feed(self.text)
        return reader.links

    def has(self, name: str) -> bool:
        """Whether a button or link of this id is on the page."""
        reader = _Reader()
        reader.feed(self.text)
        return name in reader.links or any(name in form.buttons for form in reader.forms)


OWN_ADDRESS = re.compile(r'<main [^>]*data-address="([^"]+)"')


def own_address(url: str, text: str) -> str:
    """What stands in the address bar once the page's script has run."""
    found = OWN_ADDRESS.search(text)
    return urljoin(url, unescape(found[1])) if found else url


class Person:
    """One browser. `issuer` is the bridge's address; `app` is the bridge."""

    def __init__(self, app: Flask, issuer: str, headers: Mapping[str, str] | None = None) -> None:
        self._issuer = issuer
        self.bridge: FlaskClient = app.test_client()
        self._outside = requests.Session()
        self._outside.trust_env = False
        self._headers = {"Accept": "text/html,*/*;q=0.8", **(headers or {})}  # as every browser says

    def get(self, url: str, **headers: str) -> Page:
        """Ask an address, following nothing."""
        return self._ask("GET", url, None, headers)

    def post(self, url: str, fields: Mapping[str, str], **headers: str) -> Page:
        """Send a form, following nothing."""
        return self._ask("POST", url, dict(fields), headers)

    def press(self, page: Page, button: str) -> Page:
        """Press a button or follow a link of a page, following nothing further."""
        reader = _Reader()
        reader.feed(page.text)
        if button in reader.links:
            return self.get(urljoin(page.url, reader.links[button]))
        form = page.form(button)
        target = urljoin(page.url, form.action)
        return self.post(target, form.fields) if form.method == "post" else self.get(target)

    def follow(self, page: Page, until: str = "\0", max_redirects: int = 12) -> Page:
        """Follow redirects until an address that begins with `until`, or until there are none."""
        for _ in range(max_redirects):
            if not page.location or page.location.startswith(until):
                return page
            page = self.get(page.location)
        raise AssertionError(f"more than {max_redirects} redirects, the last to {page.location}")

    def visit(self, url: str, until: str = "\0") -> Page:
        """Ask an address and follow where it leads."""
        return self.follow(self.get(url), until)

    def _ask(self, method: str, url: str, fields: dict[str, str] | None, more: Mapping[str, str]) -> Page:
        headers = {**self._headers, **{name.replace("_", "-"): value for name, value in more.items()}}
        if url.startswith(self._issuer + "/") or url == self._issuer:
            answer = self.bridge.open(
                url, method=method, data=fields, headers=headers, base_url=self._issuer + "/"
            )
            text = answer.get_data(as_text=True)
            return Page(own_address(url, text), answer.status_code, dict(answer.headers), text)
        said = self._outside.request(
            method, url, data=fields, headers=headers, allow_redirects=False, timeout=20
        )
        return Page(url, said.status_code, said.headers, said.text)
