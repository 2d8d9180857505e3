"""The edge itself: who may read answers, whose address counts, what is limited, and a store that is away."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import select

from bridge.app import create_app
from bridge.settings import Limits, Redis, Server
from bridge.stores import sql
from bridge.stores.redis import Redis as RedisServer
from bridge.stores.sql.tables import spent_tokens
from bridge.wiring.services import build
from tests.support.person import Person
from tests.support.servers import free_port
from tests.support.world import World, basic

FORM = "application/x-www-form-urlencoded"


def client_of(app: Flask, address: str = "127.0.0.1") -> FlaskClient:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


# -- CORS (DESIGN §6.15) -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks"])
def test_discovery_and_keys_are_for_every_page_and_kept_by_their_etag(world: World, path: str) -> None:
    client = world.app.test_client()
    first = client.get(path, base_url=world.issuer)
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age" in first.headers["Cache-Control"]
    again = client.get(path, base_url=world.issuer, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    head = client.head(path, base_url=world.issuer)
    assert (head.status_code, head.data) == (200, b"")


@pytest.mark.parametrize(("origin", "may"), [("https://app.example", True), ("https://evil.example", False)])
def test_token_and_userinfo_are_for_the_pages_that_the_client_registered(
    world: World, origin: str, may: bool
) -> None:
    person = world.person()
    page = world.sign_in(person)
    headers = {"Authorization": basic("web", world.secrets["web"]), "Origin": origin}
    form = {"grant_type": "authorization_code", "code": page.params["code"], "redirect_uri": "x"}
    said = world.app.test_client().post("/token", data=form, headers=headers, base_url=world.issuer)
    assert (said.headers.get("Access-Control-Allow-Origin") == origin) is may
    tokens = world.tokens(world.sign_in(person))
    headers = {"Authorization": f"Bearer {tokens['access_token']}", "Origin": origin}
    answer = world.app.test_client().get("/userinfo", headers=headers, base_url=world.issuer)
    assert answer.status_code == 200
    assert (answer.headers.get("Access-Control-Allow-Origin") == origin) is may


def test_a_preflight_is_answered_and_pages_for_people_are_for_no_other_page(world: World) -> None:
    client = world.app.test_client()
    origin = {"Origin": "https://app.example"}
    asked = client.options("/token", headers=origin, base_url=world.issuer)
    assert asked.status_code == 204
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Origin" not in client.get("/", headers=origin, base_url=world.issuer).headers


@pytest.mark.parametrize("path", ["/token", "/userinfo", "/revoke"])
@pytest.mark.parametrize(
    ("request_of", "status"),
    [
        ({"method": "DELETE"}, 405),
        ({"method": "POST", "data": b"a=" + bytes(70_000), "content_type": FORM}, 413),
        ({"method": "POST", "environ_overrides": {"bridge.body_fault": 408}}, 408),
        ({"method": "POST", "environ_overrides": {"HTTP_HOST": "elsewhere.example"}}, 421),
    ],
    ids=str,
)
def test_a_page_reads_also_what_is_refused_before_anybody_is_known(
    world: World, path: str, request_of: dict[str, object], status: int
) -> None:
    for origin, read in (("https://app.example", "https://app.example"), ("https://evil.example", None)):
        said = world.app.test_client().open(
            path, base_url=world.issuer, headers={"Origin": origin}, **request_of
        )
        assert (said.status_code, said.headers.get("Access-Control-Allow-Origin")) == (status, read)
        assert said.headers["Vary"] == "Origin"
        assert said.get_json()["error"]


# -- caching -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/look.css", "/static/form_post.js", "/jwks"])
def test_an_answer_that_caches_may_give_to_others_sets_no_cookie(world: World, path: str) -> None:
    said = world.app.test_client().get(path + "?hl=km", base_url=world.issuer)
    said.close()
    assert said.status_code == 200
    assert said.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in said.headers
    assert "Set-Cookie" in world.app.test_client().get("/?hl=km", base_url=world.issuer).headers


# -- limits, and whose address counts (DESIGN §6.15) ---------------------------------------------------


@pytest.fixture
def limited(world: World) -> Flask:
    """The same bridge, with two unsolicited callbacks a minute for an address, behind a proxy at 10.0.0.1."""
    tight = {
        "limits": Limits(per_browser=100, unsolicited_per_address=2, unsolicited_in_all=10_000),
        "server": Server(trusted_proxies=("10.0.0.0/8",)),
    }
    return create_app(world.settings.model_copy(update=tight), world.services)


def unsolicited(app: Flask, world: World, remote: str, forwarded: str = "") -> int:
    """A callback without a Handoff, which counts."""
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    said = client_of(app, remote).get(
        f"/camdigikey/callback?authToken={secrets.token_urlsafe(16)}",
        headers=headers,
        base_url=world.issuer,
    )
    if said.status_code == 429:
        assert int(said.headers["Retry-After"]) > 0
    return said.status_code


def test_an_address_is_limited_and_told_when_to_come_again(world: World, limited: Flask) -> None:
    assert [unsolicited(limited, world, "192.0.2.1") for _ in range(3)] == [400, 400, 429]


def test_beyond_the_limit_made_up_auth_tokens_leave_nothing_behind(world: World, limited: Flask) -> None:
    def burnt() -> int:
        with sql.connect(world.settings.database_url).connect() as connection:
            return len(connection.execute(select(spent_tokens.c.digest)).all())

    said = [unsolicited(limited, world, "203.0.113.99") for _ in range(2)]
    before = burnt()
    assert said == [400, 400]
    assert [unsolicited(limited, world, "203.0.113.99") for _ in range(5)] == [429] * 5
    assert burnt() == before


def test_requests_too_large_for_an_address_are_limited_more(world: World) -> None:
    """DESIGN §5: nothing is written before a person acts; what has to be, is counted."""
    app = create_app(world.settings.model_copy(update={"limits": Limits(per_address=20)}), world.services)
    browser = client_of(app, "203.0.113.50")
    incompressible = json.dumps({"userinfo": {secrets.token_hex(3000): None}})
    large, small = world.authorize_url(claims=incompressible), world.authorize_url()
    assert [browser.get(large, base_url=world.issuer).status_code for _ in range(3)] == [200, 200, 429]
    assert browser.get(small, base_url=world.issuer).status_code == 200


def test_strangers_park_no_more_than_their_share_in_all(world: World) -> None:
    """DESIGN §6.21: over all strangers together, however many networks they come from."""
    redis = getattr(world.services.checks["redis"], "__self__", None)
    assert isinstance(redis, RedisServer)
    for counter in redis.command("KEYS", "bridge:{rate:*"):  # what other tests parked
        redis.command("DEL", counter)
    app = create_app(world.settings.model_copy(update={"limits": Limits(parked_in_all=2)}), world.services)
    large = world.authorize_url(claims=json.dumps({"userinfo": {secrets.token_hex(3000): None}}))
    said = [
        client_of(app, f"203.0.113.{number}").get(large, base_url=world.issuer).status_code
        for number in range(100, 104)
    ]
    assert said == [200, 200, 429, 429]


def test_made_up_callbacks_keep_nobody_at_that_address_from_signing_in(world: World) -> None:
    """A ministry behind one address; one of its browsers is sent through 40 callbacks without a Handoff."""
    tight = Limits(per_address=3, unsolicited_per_address=5, unsolicited_in_all=10_000)
    app = create_app(world.settings.model_copy(update={"limits": tight}), world.services)
    assert [unsolicited(app, world, "192.0.2.50") for _ in range(40)].count(429) == 35
    person = Person(app, world.issuer)
    person.bridge.environ_base["REMOTE_ADDR"] = "192.0.2.50"
    assert person.press(person.get(world.authorize_url()), "continue").status == 303


def test_a_browser_at_its_own_limit_uses_up_nothing_of_its_address(world: World) -> None:
    tight = Limits(per_browser=1, per_address=3)
    app = create_app(world.settings.model_copy(update={"limits": tight}), world.services)

    def starts(person: Person) -> int:
        person.bridge.environ_base["REMOTE_ADDR"] = "192.0.2.60"
        return person.press(person.get(world.authorize_url()), "continue").status

    eager = Person(app, world.issuer)
    assert [starts(eager) for _ in range(10)] == [303, *[429] * 9]
    assert [starts(Person(app, world.issuer)) for _ in range(2)] == [303, 303]


def test_behind_a_trusted_proxy_each_person_counts_for_themselves(world: World, limited: Flask) -> None:
    for number in range(4):
        assert unsolicited(limited, world, "10.0.0.1", f"198.51.100.{number}") == 400
    assert [unsolicited(limited, world, "10.0.0.1", "198.51.100.0, 10.0.0.9") for _ in range(2)] == [
        400,
        429,
    ]


def test_a_stranger_can_not_speak_for_another_address(world: World, limited: Flask) -> None:
    said = [unsolicited(limited, world, "192.0.2.77", f"203.0.113.{number}") for number in range(3)]
    assert said == [400, 400, 429]
    # Nor through the proxy: only what the proxy itself adds at the end counts.
    statuses = [
        unsolicited(limited, world, "10.0.0.1", f"203.0.113.{number}, 198.51.100.99") for number in range(3)
    ]
    assert statuses == [400, 400, 429]


def test_whoever_has_an_ipv6_network_counts_as_one(world: World, limited: Flask) -> None:
    """A customer has a /64 at least (RFC 6177 §2): as many addresses as one likes to take."""
    assert [unsolicited(limited, world, f"2001:db8:1:2::{n}") for n in (1, 2, 3)] == [400, 400, 429]
    assert unsolicited(limited, world, "2001:db8:1:3::1") == 400


def test_an_ipv4_address_written_as_ipv6_is_the_same_and_so_is_a_proxys(world: World, limited: Flask) -> None:
    said = [unsolicited(limited, world, start + "192.0.2.200") for start in ("", "::ffff:", "::ffff:")]
    assert said == [400, 400, 429]
    for number in range(1, 4):
        assert unsolicited(limited, world, "::ffff:10.0.0.1", f"198.51.100.{200 + number}") == 400


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Dest": "image"}, {"Sec-Purpose": "prefetch"}])
def test_a_callback_that_nobody_goes_to_does_nothing_and_counts_nothing(
    world: World, limited: Flask, headers: dict[str, str]
) -> None:
    """Any site's page could burn tokens with images, and use up the limit of an address."""
    token = "unseen-" + "".join(headers)
    asked, address = client_of(limited, f"192.0.2.{150 + len(token)}"), world.issuer
    for path in (f"callback?authToken={token}", "error?errorCode=x", f"callback?authToken={token}"):
        said = asked.get(f"/camdigikey/{path}", headers=headers, base_url=address)
        assert (said.status_code, said.headers["Referrer-Policy"]) == (403, "no-referrer")
    assert world.services.spent.spend(token, int(world.services.clock())), "it was burnt"
    person = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
    answer = asked.get("/camdigikey/callback?authToken=x" + token, headers=person, base_url=address)
    assert answer.status_code == 400


# -- addresses that are almost ours --------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["//camdigikey//callback", "/camdigikey//callback", "/login//start", "/jwks/"]
)
def test_no_redirect_of_the_router_ever_leaves(world: World, path: str) -> None:
    """It would lead to the scheme and the Host that came in: plain http, behind a proxy, with the query."""
    settings = world.settings.model_copy(update={"issuer": "https://id.example"})
    behind_https = create_app(settings, world.services)
    environ = {"PATH_INFO": path, "QUERY_STRING": "authToken=hush"}
    said = behind_https.test_client().get("/", base_url="http://id.example", environ_overrides=environ)
    assert (said.status_code, said.headers.get("Location")) == (404, None)
    assert said.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path", ["/camdigikey/callback?authToken=a", "/camdigikey/error?errorCode=x", "/confirm/x"]
)
def test_pages_whose_address_may_hold_an_auth_token_send_no_referrer(world: World, path: str) -> None:
    said = world.app.test_client().get(path, base_url=world.issuer)
    assert (said.status_code, said.headers["Referrer-Policy"]) == (400, "no-referrer")
    other = world.app.test_client().get("/login?i=x", base_url=world.issuer)
    assert other.headers["Referrer-Policy"] == "same-origin"


# -- a store is away (DESIGN §6.14) --------------------------------------------------------------------


@pytest.fixture
def without_redis(world: World, tmp_path: Path) -> Iterator[Flask]:
    away = Redis(url=f"redis://127.0.0.1:{free_port()}", timeout=0.5)  # type: ignore[arg-type]  # -- pydantic wraps it
    settings = world.settings.model_copy(update={"redis": away})
    services = build(settings)
    yield create_app(settings, services)
    services.close()


def test_without_redis_pages_and_endpoints_say_503_and_when_to_come_again(
    world: World, without_redis: Flask
) -> None:
    person = Person(without_redis, world.issuer)
    person.bridge.set_cookie("bridge_session", "x", domain="127.0.0.1")
    page = person.get(world.authorize_url())
    assert page.status == 503
    assert page.headers["Retry-After"]
    assert 'lang="km"' in page.text
    form = {"grant_type": "authorization_code", "code": "a.b", "redirect_uri": "x", "code_verifier": "y" * 43}
    headers = {"Authorization": basic("web", world.secrets["web"])}
    said = without_redis.test_client().post("/token", data=form, headers=headers, base_url=world.issuer)
    assert (said.status_code, said.get_json()["error"]) == (503, "temporarily_unavailable")
    ready = without_redis.test_client().get("/readyz", base_url=world.issuer)
    assert (ready.status_code, ready.get_json()["missing"]) == (503, ["redis"])
    assert without_redis.test_client().get("/healthz").status_code == 200
    assert without_redis.test_client().get("/jwks", base_url=world.issuer).status_code == 200


# -- proxies in front of us (DESIGN §6.14) ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("issuer", "host", "status"),
    [
        ("https://sso.example", "sso.example", 200),
        ("https://sso.example", "SSO.example:443", 200),
        ("https://sso.example", "sso.example:80", 421),
        ("https://sso.example", "sso.example:8443", 421),
        ("https://sso.example:8443", "sso.example:8443", 200),
        ("https://sso.example:8443", "sso.example", 421),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", 200),
    ],
)
def test_a_host_is_the_issuers_also_with_the_port_of_its_scheme(
    world: World, issuer: str, host: str, status: int
) -> None:
    app = create_app(world.settings.model_copy(update={"issuer": issuer}), world.services)
    assert app.test_client().get("/", headers={"Host": host}).status_code == status


@pytest.mark.parametrize("length", [500, 2000, 2800, 3000, 3800])
def test_no_answers_headers_are_larger_than_proxies_take_and_the_way_goes_on(
    world: World, length: int
) -> None:
    """nginx takes 4 KiB by default: beyond, it was a 502 at the callback, with the auth token burnt."""
    person, sizes = world.person(), []

    def sized(response: Response) -> Response:
        sizes.append(sum(len(name) + len(value) + 4 for name, value in response.headers))
        return response

    world.app.after_request_funcs.setdefault(None, []).insert(0, sized)  # the last of them
    try:
        state = secrets.token_urlsafe(length)[:length]
        page = world.sign_in(person, state=state)
    finally:
        world.app.after_request_funcs[None].remove(sized)
    assert page.params["state"] == state
    assert sizes and max(sizes) <= 4000
