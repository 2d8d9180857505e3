"""`/authorize` while nothing is trusted yet: a page, never a redirect (RFC 6749 §4.1.2.1)."""

from __future__ import annotations

from tests.negative.case import DOTS, HUGE, KHMER, NO, NUL, QUOTES, Case, Value
from tests.support.world import CALLBACK


def authorize(id: str, answer: str, client: str = "web", **changes: Value) -> Case:
    return Case(id, answer, changes, client)


TARGET = (
    authorize("RFC6749-4.1.2.1 client_id missing", "page 400", client_id=NO),
    authorize("RFC6749-4.1.2.1 client_id empty", "page 400", client_id=""),
    authorize("RFC6749-4.1.2.1 client_id unknown", "page 400", client_id="nobody"),
    authorize("RFC6749-4.1.2.1 client_id Khmer", "page 400", client_id=KHMER),
    authorize("RFC6749-4.1.2.1 client_id huge", "page 400", client_id=HUGE),
    authorize("RFC6749-4.1.2.1 client_id quotes", "page 400", client_id=QUOTES),
    authorize("RFC6749-4.1.2.1 client_id with a space", "page 400", client_id="web "),
    authorize("RFC6749-4.1.2.1 client_id in other case", "page 400", client_id="WEB"),
    authorize("RFC6749-4.1.2.1 client_id with NUL", "page 400", client_id="web\0"),
    authorize("RFC6749-4.1.2.1 client_id not UTF-8", "page 400", client_id=b"\xff\xfe"),
    authorize("RFC6749-3.1 client_id twice", "page 400", client_id=["web", "second"]),
    authorize("RFC6749-3.1 client_id twice the same", "page 400", client_id=["web", "web"]),
    authorize("RFC6749-4.1.2.1 client disabled", "page 400", "off"),
    authorize("RFC6749-4.1.2.1 client disabled, faulty request", "page 400", "off", response_type="token"),
    authorize("RFC6749-4.1.2.1 client disabled, no page wanted", "page 400", "off", prompt="none"),
    authorize("OIDC-3.1.2.1 redirect_uri missing", "page 400", redirect_uri=NO),
    authorize("OIDC-3.1.2.1 redirect_uri empty", "page 400", redirect_uri=""),
    authorize("RFC9700-2.1 redirect_uri of another host", "page 400", redirect_uri="https://evil.example/"),
    authorize(
        "RFC9700-2.1 redirect_uri of another client", "page 400", redirect_uri="https://second.example/cb"
    ),
    authorize("RFC9700-2.1 redirect_uri with a path added", "page 400", redirect_uri=CALLBACK + "/x"),
    authorize(
        "RFC9700-2.1 redirect_uri without its query", "page 400", redirect_uri=CALLBACK.partition("?")[0]
    ),
    authorize("RFC9700-2.1 redirect_uri with a parameter added", "page 400", redirect_uri=CALLBACK + "&a=b"),
    authorize(
        "RFC9700-2.1 redirect_uri in other case", "page 400", redirect_uri=CALLBACK.replace("app", "APP")
    ),
    authorize(
        "RFC9700-2.1 redirect_uri with a port",
        "page 400",
        redirect_uri="https://app.example:443/callback?tenant=1",
    ),
    authorize(
        "RFC9700-2.1 redirect_uri with http", "page 400", redirect_uri="http://app.example/callback?tenant=1"
    ),
    authorize("RFC6749-3.1.2 redirect_uri with a fragment", "page 400", redirect_uri=CALLBACK + "#x"),
    authorize(
        "RFC9700-2.1 redirect_uri with dots",
        "page 400",
        redirect_uri=f"https://app.example/{DOTS}callback?tenant=1",
    ),
    authorize(
        "RFC9700-2.1 redirect_uri with user",
        "page 400",
        redirect_uri="https://app.example@evil.example/callback",
    ),
    authorize(
        "RFC9700-2.1 redirect_uri with a backslash",
        "page 400",
        redirect_uri="https://app.example\\@evil.example/",
    ),
    authorize("RFC9700-2.1 redirect_uri Khmer", "page 400", redirect_uri=f"https://app.example/{KHMER}"),
    authorize("RFC9700-2.1 redirect_uri huge", "page 400", redirect_uri=CALLBACK + HUGE),
    authorize("RFC9700-2.1 redirect_uri with NUL", "page 400", redirect_uri=CALLBACK + NUL),
    authorize("RFC9700-2.1 redirect_uri javascript", "page 400", redirect_uri="javascript:alert(1)"),
    authorize("RFC9700-2.1 redirect_uri data", "page 400", redirect_uri="data:text/html,hello"),
    authorize("RFC9700-2.1 redirect_uri relative", "page 400", redirect_uri="/callback"),
    authorize(
        "RFC9700-2.1 redirect_uri without a scheme",
        "page 400",
        redirect_uri="//app.example/callback?tenant=1",
    ),
    authorize("RFC9700-2.1 redirect_uri not UTF-8", "page 400", redirect_uri=b"https://app.example/\xff"),
    authorize("RFC3986-3.2.2 redirect_uri no address", "page 400", redirect_uri="https://[::1"),
    authorize("RFC6749-3.1 redirect_uri twice", "page 400", redirect_uri=[CALLBACK, "https://evil.example/"]),
    authorize(
        "RFC8252-7.3 loopback of another host", "page 400", "native", redirect_uri="http://127.0.0.2:5000/cb"
    ),
    authorize("RFC8252-7.3 loopback by name", "page 400", "native", redirect_uri="http://localhost:5000/cb"),
    authorize(
        "RFC8252-7.3 loopback of another path", "page 400", "native", redirect_uri="http://127.0.0.1:5000/x"
    ),
    authorize(
        "RFC8252-7.3 loopback with user",
        "page 400",
        "native",
        redirect_uri="http://127.0.0.1:1@evil.example/cb",
    ),
    authorize(
        "RFC8252-7.3 loopback port no number", "page 400", "native", redirect_uri="http://127.0.0.1:x/cb"
    ),
    authorize(
        "RFC8252-7.3 loopback port too high", "page 400", "native", redirect_uri="http://127.0.0.1:99999/cb"
    ),
    authorize(
        "RFC8252-7.3 loopback with a query", "page 400", "native", redirect_uri="http://127.0.0.1:5000/cb?a"
    ),
    authorize(
        "RFC8252-7.3 loopback with https", "page 400", "native", redirect_uri="https://127.0.0.1:5000/cb"
    ),
    *(
        authorize(f"RFC8252-7.3 loopback that is none: {uri}", "page 400", "native", redirect_uri=uri)
        for uri in (
            "http://[::1].evil.example:80/cb",
            "http://x[::1]:80/cb",
            "http://[::1]; frame-ancestors *; x:80/cb",
            "http://[::1]:0/cb",
            "http://[::1]:+80/cb",
            "http://[::1%251]:80/cb",
            "http://127.0.0.1:80\n/cb",
            "http://127.0.0.1:៨០/cb",
            "http://127.0.0.1:80/cb\n",
        )
    ),
    authorize(
        "RFC8252-7.3 any port only for native clients",
        "page 400",
        "web-loopback",
        redirect_uri="http://127.0.0.1:5000/cb",
    ),
    authorize("RFC8252-7.1 scheme of another app", "page 400", "native", redirect_uri="kh.gov.evil:/cb"),
)
