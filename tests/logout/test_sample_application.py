"""The demo's application hears of logouts, and believes logout tokens alone (Back-Channel Logout §2.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from bridge.simulator.relying_party import create_app
from tests.support.live import Live

EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass
class Sample:
    """The application `portal` with a browser that is signed in at it."""

    live: Live
    browser: FlaskClient
    claims: Mapping[str, Any]
    home: str

    def is_signed_in(self) -> bool:
        return 'id="logout"' in self.browser.get("/", base_url=self.home).get_data(as_text=True)

    def token(self, typ: str = "logout+jwt", **changes: Any) -> str:
        """A logout token for this session, changed so; what is None is left out."""
        now = int(self.live.world.services.clock())
        claims = {
            "iss": self.live.issuer,
            "aud": "portal",
            "iat": now,
            "exp": now + 120,
            "jti": "jti-1",
            "events": {EVENT: {}},
            "sub": self.claims["sub"],
            "sid": self.claims["sid"],
            **changes,
        }
        known = {name: value for name, value in claims.items() if value is not None}
        return self.live.world.services.signer.sign(known, "RS256", typ)

    def send(self, token: str) -> int:
        """The status of the answer to a logout token; it comes without any cookie."""
        stranger = self.browser.application.test_client()
        said = stranger.post("/backchannel-logout", data={"logout_token": token}, base_url=self.home)
        return said.status_code


@pytest.fixture
def sample(live: Live) -> Iterator[Sample]:
    home = live.addresses["portal"]
    app = create_app(live.issuer, "portal", live.world.secrets["portal"], home + "cb")
    app.extensions["application"].home = home
    browser = app.test_client()
    page = live.walk(browser.get("/sign-in", base_url=home).headers["Location"])
    back = page.location.removeprefix(home + "cb")
    assert browser.get("/callback" + back, base_url=home).status_code == 303
    (visitor,) = [found for found in app.extensions["application"]._visitors.values() if found.tokens]
    found = Sample(live, browser, visitor.tokens.claims, home)
    assert found.is_signed_in()
    yield found


@pytest.mark.parametrize("left_out", [{}, {"sub": None}, {"sid": None}], ids=["both", "sid", "sub"])
def test_it_signs_its_visitor_out(sample: Sample, left_out: dict[str, None]) -> None:
    assert sample.send(sample.token(**left_out)) == 200
    assert not sample.is_signed_in()


def test_another_session_is_left_alone(sample: Sample) -> None:
    assert sample.send(sample.token(sid="another")) == 200
    assert sample.is_signed_in()


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "office"},
        {"exp": 1},
        {"iat": 9_999_999_999},
        {"events": None},
        {"events": {"http://schemas.openid.net/event/other": {}}},
        {"events": {EVENT: None}},
        {"nonce": "n-once"},
        {"jti": None},
        {"sub": None, "sid": None},
        {"typ": "JWT"},
    ],
    ids=str,
)
def test_what_is_no_logout_token_for_it_changes_nothing(sample: Sample, changes: dict[str, Any]) -> None:
    assert sample.send(sample.token(**changes)) == 400
    assert sample.is_signed_in()


def test_what_nobody_signed_changes_nothing(sample: Sample) -> None:
    head, body, _ = sample.token().split(".")
    for text in (f"{head}.{body}.", "x.y.z", ""):
        assert sample.send(text) == 400
    assert sample.is_signed_in()
