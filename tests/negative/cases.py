"""What clients and browsers may send that is wrong, with the one right answer to each.

An id begins with the clause that asks for the answer. A case changes a good request: `NO` leaves a parameter
out, a list repeats it.
"""

from __future__ import annotations

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from tests.negative.application_cases import APPLICATION
from tests.negative.page_cases import PAGES
from tests.negative.request_cases import REQUEST
from tests.negative.target_cases import TARGET
from tests.negative.token_cases import CLIENT_AUTH, INTROSPECTION, REVOCATION, TOKEN
from tests.negative.transport_cases import TRANSPORT

# Registered for these cases alone: each looks as if it had a right that it has not.
CLIENTS = (
    Client(
        ClientId("web-loopback"),
        "A server that was tried out on a desk",
        ("http://127.0.0.1/cb",),
        sector_identifier="127.0.0.1",
    ),
    Client(
        ClientId("lenient-spa"),
        "A page that is registered as if it might go without PKCE",
        ("https://lenient.example/cb",),
        token_endpoint_auth_method="none",
        require_pkce=False,
        sector_identifier="lenient.example",
    ),
)

CASES = (
    *TARGET,
    *REQUEST,
    *TRANSPORT,
    *PAGES,
    *TOKEN,
    *CLIENT_AUTH,
    *INTROSPECTION,
    *REVOCATION,
    *APPLICATION,
)
