"""What whoever registers an application is told in one line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.manage.client_advice import advice

WEB = Client(ClientId("web"), "Web", ("https://app.example/cb",))
SPA = replace(WEB, token_endpoint_auth_method="none")
SWITCHES = ("--no-require-pkce", "--claims-in-id-token", "--allowed-origin", "--email-fallback")


@pytest.mark.parametrize(
    ("client", "named"),
    [
        (WEB, {"--no-require-pkce", "--claims-in-id-token", "--email-fallback"}),
        (SPA, {"--claims-in-id-token", "--allowed-origin", "--email-fallback"}),
        (replace(SPA, application_type="native"), {"--claims-in-id-token", "--email-fallback"}),
        (replace(WEB, require_pkce=False, claims_in_id_token=True), {"--email-fallback"}),
        (replace(WEB, scope=("openid",)), {"--no-require-pkce", "--claims-in-id-token"}),
        (replace(WEB, grant_types=("client_credentials",)), set()),
    ],
    ids=["confidential", "spa", "native", "already switched", "without e-mail", "for itself"],
)
def test_it_names_the_switches_that_its_kind_may_need(client: Client, named: set[str]) -> None:
    said = advice(client)
    assert {switch for switch in SWITCHES if switch in said} == named
    assert "\n" not in said


def test_a_client_without_a_secret_is_told_that_it_has_to_use_pkce() -> None:
    assert "has to use PKCE" in advice(SPA)
