"""The pages of a sign-in and of logout."""

from __future__ import annotations

from tests.negative.case import DOTS, HUGE, KHMER, QUOTES, Case, Value


def page(id: str, status: int, path: str, method: str = "GET", **changes: Value) -> Case:
    return Case(id, f"page {status}", changes, "", method, path)


PAGES = (
    page("DESIGN-5 login without an Interaction", 400, "/login"),
    page("DESIGN-5 login with garbage", 400, "/login", i="garbage"),
    page("DESIGN-5 login with Khmer", 400, "/login", i=KHMER),
    page("DESIGN-5 login with dots", 400, "/login", i=DOTS),
    page("DESIGN-5 login parked nowhere", 400, "/login", i="p.nothing"),
    page("DESIGN-5 login huge", 400, "/login", i=HUGE),
    page("DESIGN-5 login not UTF-8", 400, "/login", i=b"\xff"),
    page("DESIGN-6.16 start with garbage", 400, "/login/start", "POST", i="garbage"),
    page("DESIGN-6.16 start with another CSRF", 400, "/login/start", "POST", i="garbage", csrf=KHMER),
    page("DESIGN-6.16 cancel with garbage", 400, "/login/cancel", "POST", i="garbage"),
    page("DESIGN-6.16 consent without an Interaction", 400, "/consent", "POST"),
    page("DESIGN-6.16 consent with garbage", 400, "/consent", "POST", i="garbage", csrf="x"),
    page("DESIGN-6.16 confirm without CSRF", 403, "/confirm/abc", "POST"),
    page("DESIGN-6.16 refusal without CSRF", 403, "/confirm/abc/no", "POST"),
    page("DESIGN-6.4 confirm nobody", 400, "/confirm/abc"),
    page("DESIGN-6.4 confirm Khmer", 400, "/confirm/" + KHMER),
    page("DESIGN-6.5 callback without a token", 400, "/camdigikey/callback"),
    page("DESIGN-6.5 callback with an empty token", 400, "/camdigikey/callback", authToken=""),
    page("DESIGN-6.5 callback with garbage", 400, "/camdigikey/callback", authToken="garbage"),
    page("DESIGN-6.5 callback with Khmer", 400, "/camdigikey/callback", authToken=KHMER),
    page("DESIGN-6.5 callback huge", 400, "/camdigikey/callback", authToken=HUGE),
    page("DESIGN-6.5 callback with another state", 400, "/camdigikey/callback", authToken="a.b.c", state="x"),
    page("DESIGN-6.5 callback not UTF-8", 400, "/camdigikey/callback", authToken=b"\xff\xfe"),
    page("DESIGN-6.6 error callback without anything", 400, "/camdigikey/error"),
    page("DESIGN-6.6 error callback with another state", 400, "/camdigikey/error", errorCode="1", state="x"),
    page(
        "DESIGN-6.6 error callback with markup",
        400,
        "/camdigikey/error",
        errorCode=QUOTES,
        errorMessage=QUOTES,
    ),
    page("DESIGN-6.6 error callback not UTF-8", 400, "/camdigikey/error", errorMessage=b"\xff"),
    page("DESIGN-6.14 callback by POST", 405, "/camdigikey/callback", "POST", authToken="x"),
    page("RP-Logout-2 hint of garbage", 400, "/logout", id_token_hint="garbage"),
    page(
        "RP-Logout-2 hint not signed", 400, "/logout", id_token_hint="eyJhbGciOiJub25lIn0.eyJhdWQiOiJ3ZWIifQ."
    ),
    page("RP-Logout-2 client unknown", 400, "/logout", client_id="nobody"),
    page("RP-Logout-2 client disabled", 400, "/logout", client_id="off"),
    page(
        "RP-Logout-3 address not registered",
        400,
        "/logout",
        client_id="web",
        post_logout_redirect_uri="https://evil.example",
    ),
    page(
        "RP-Logout-3 address without a client",
        400,
        "/logout",
        post_logout_redirect_uri="https://app.example/bye",
    ),
    page(
        "RP-Logout-3 address of another client",
        400,
        "/logout",
        client_id="second",
        post_logout_redirect_uri="https://app.example/bye",
    ),
    page(
        "RP-Logout-3 address with a query added",
        400,
        "/logout",
        client_id="web",
        post_logout_redirect_uri="https://app.example/bye?x",
    ),
    page("RFC6749-3.1 logout parameter twice", 400, "/logout", client_id=["web", "second"]),
    page("DESIGN-6.14 logout not UTF-8", 400, "/logout", state=b"\xff"),
    page("DESIGN-6.16 logout confirmed without CSRF", 403, "/logout/confirm", "POST", r="x"),
    page("DESIGN-6.2 sealed form of garbage", 400, "/authorize/form", r="garbage"),
    page("DESIGN-6.2 sealed logout of garbage", 400, "/logout/form", r="garbage"),
    page("DESIGN-6.14 no such page", 404, "/nothing-here"),
    page("DESIGN-6.14 dots", 404, "/..;/admin"),
    page("DESIGN-6.14 Khmer address", 404, "/" + KHMER),
    page("DESIGN-6.14 static file outside", 404, "/static/../app.py"),
)
