"""What a product reads from its snippet is what was written there, whatever the values hold."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.products import PRODUCTS, Product, SnippetFault, Values, snippets
from bridge.products.formats import FORMATS
from bridge.products.product import Template
from bridge.products.rendering import TEMPLATES
from bridge.products.values import names_for
from tests.products.places import PLACES
from tests.products.readers import READERS, Leaves, javascript
from tests.products.registered import ENDPOINTS, registered, values
from tests.support.tools import Node

WRITTEN = [(product, template) for product in PRODUCTS.values() for template in product.templates]
PARSED = [pair for pair in WRITTEN if pair[1].format != "fixed java"]
each = pytest.mark.parametrize(("product", "template"), PARSED, ids=[pair[1].file for pair in PARSED])
each_product = pytest.mark.parametrize("product", PRODUCTS.values(), ids=PRODUCTS)

# What formats have a meaning for, beside any letter at all.
NASTY = "'\"`\\#;$%{}()<>=:&!*[]|,@~^?/ \n\r\t\x00\x1b\x7f\x85\u2028\ufeff"
FRAGMENTS = (
    "${HOME}",
    "%(x)s",
    "$__env{HOME}",
    "exec:id",
    "#{1}",
    "\\n",
    "'''",
    '"""',
    "*/",
    "{{ 1 }}",
    "ឈ្មោះ",
    "😀",
)
nasty = st.lists(st.sampled_from(NASTY) | st.sampled_from(FRAGMENTS) | st.text(max_size=3), min_size=1).map(
    "".join
)
# What every format has a form for.
harmless = st.text("azក្ខ😀é'\"\\#$%;:&!*[]|,@~^?<>= .-", min_size=1, max_size=20)

EVALUATE = """
const lines = require('node:readline').createInterface({ input: process.stdin })
lines.on('line', (line) => {
  try {
    console.log(JSON.stringify({ value: require('node:vm').runInNewContext(JSON.parse(line)) }))
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }))
  }
})
"""


@pytest.fixture(scope="module")
def evaluate(node: Node) -> Iterator[Callable[[str], Any]]:
    """What Node makes of an expression."""
    command = [node.executable, "-e", EVALUATE]
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        to_node, from_node = process.stdin, process.stdout

        def evaluated(source: str) -> Any:
            to_node.write(json.dumps(source) + "\n")
            to_node.flush()
            return json.loads(from_node.readline())["value"]

        yield evaluated
        to_node.close()


@pytest.fixture
def read(template: Template, request: pytest.FixtureRequest) -> Callable[[str], Leaves]:
    """The reader of a template's format; JavaScript's needs Node."""
    if template.format == "javascript":
        return javascript(request.getfixturevalue("evaluate"))
    return READERS[template.format]


def holding(product: Product, text: str) -> Values:
    """An application whose every value holds this text."""
    client = registered(product, client_id=f"{text}id", client_name=text)
    issuer = f"https://sso.example.gov.kh/{text}"
    client = replace(
        client,
        redirect_uris=tuple(uri.replace(".gov.kh/", f".gov.kh/{text}/", 1) for uri in client.redirect_uris),
        post_logout_redirect_uris=tuple(uri + text for uri in client.post_logout_redirect_uris),
    )
    endpoints = {name: f"{issuer}/{name}" for name in ENDPOINTS}
    return Values(issuer, endpoints, client, None if client.public else f"{text} secret{text}", f"own{text}")


def text_of(product: Product, template: Template, given: Values) -> str:
    return snippets(product, given)[product.templates.index(template)].text


def assert_reads_back(
    product: Product, template: Template, given: Values, read: Callable[[str], Leaves]
) -> None:
    places = PLACES[template.file]
    found = read(text_of(product, template, given))
    names = names_for(product, given)
    assert {place: found[place] for place in places} == {place: names[name] for place, name in places.items()}
    # Nothing came in beside: the same places as with plain values.
    assert found.keys() == read(text_of(product, template, values(product))).keys()
    assert found.get("around") == read(text_of(product, template, values(product))).get("around")


FIXTURES_ARE_PURE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@each
@FIXTURES_ARE_PURE
@given(text=nasty)
def test_a_product_reads_what_was_written_or_it_is_not_written(
    product: Product, template: Template, read: Callable[[str], Leaves], text: str
) -> None:
    given_values = holding(product, text)
    try:
        snippets(product, given_values)
    except SnippetFault as refused:
        assert "secret" not in str(refused).replace("client_secret", "").replace("cookie_secret", "")
        return
    assert_reads_back(product, template, given_values, read)


@each
@FIXTURES_ARE_PURE
@given(text=harmless)
def test_quotes_backslashes_signs_and_khmer_letters_are_never_refused(
    product: Product, template: Template, read: Callable[[str], Leaves], text: str
) -> None:
    assert_reads_back(product, template, holding(product, text), read)


@each
def test_plain_values_are_read_back(
    product: Product, template: Template, read: Callable[[str], Leaves]
) -> None:
    assert_reads_back(product, template, values(product), read)


@each
def test_a_secret_that_is_not_known_is_a_placeholder_that_is_read_as_any_other_text(
    product: Product, template: Template, read: Callable[[str], Leaves]
) -> None:
    unknown = values(product, secret=None)
    assert_reads_back(product, template, unknown, read)
    place = next((place for place, name in PLACES[template.file].items() if name == "client_secret"), None)
    if place is not None:
        assert read(text_of(product, template, unknown))[place] == "<client_secret>"


# What is refused


@pytest.mark.parametrize(
    ("product", "secret", "reason"),
    [
        ("grafana", "a`b", "backquote"),
        ("grafana", "${HOME}", "backquote"),
        ("grafana", "line\nbreak", "line break"),
        ("gitlab", "line\nbreak", "line break"),
        ("nextcloud", "line\nbreak", "line break"),
        ("spring-security", "a${b}", "placeholder"),
        ("mod-auth-openidc", "a${b}", "Apache"),
        ("mod-auth-openidc", "exec:/bin/id", "Apache"),
        ("keycloak", "a\x00b", "no configuration can"),
        ("openid-client", "a\ud800b", "no configuration can"),
        ("other", "a\nb", "line break"),
    ],
)
def test_a_value_that_has_no_form_is_named_and_not_shown(product: str, secret: str, reason: str) -> None:
    with pytest.raises(SnippetFault, match=f"client_secret.*{reason}") as refused:
        snippets(product, values(PRODUCTS[product], secret=secret))
    assert secret not in str(refused.value)


def test_an_application_that_lacks_what_a_product_needs_is_told_what() -> None:
    without = values(PRODUCTS["gitlab"], token_endpoint_auth_method="none")
    with pytest.raises(SnippetFault, match=r"GitLab needs .*client_secret"):
        snippets("gitlab", without)
    with pytest.raises(SnippetFault, match="redirect_uri"):
        snippets("gitlab", values(PRODUCTS["gitlab"], redirect_uris=()))


def test_an_unknown_product_is_refused() -> None:
    with pytest.raises(KeyError):
        snippets("nothing", values(PRODUCTS["other"]))


def test_values_do_not_show_their_secrets() -> None:
    assert "Zr1mB0" not in repr(values(PRODUCTS["grafana"]))


# How an application is registered shows


@pytest.mark.parametrize(
    ("product", "basic", "post"),
    [
        ("grafana", "InHeader", "InParams"),
        ("gitlab", "'basic'", "'query'"),
        ("spring-security", "client_secret_basic", "client_secret_post"),
        ("openid-client", "ClientSecretBasic(", "ClientSecretPost("),
        ("authlib", "client_secret_basic", "client_secret_post"),
        ("mozilla-django-oidc", "BASIC_AUTH = True", "BASIC_AUTH = False"),
        ("mod-auth-openidc", "client_secret_basic", "client_secret_post"),
        ("keycloak", "client_secret_basic", "client_secret_post"),
    ],
)
def test_the_secret_goes_where_the_application_is_registered_to_send_it(
    product: str, basic: str, post: str
) -> None:
    for method, words, others in (
        ("client_secret_basic", basic, post),
        ("client_secret_post", post, basic),
    ):
        text = snippets(product, values(PRODUCTS[product], token_endpoint_auth_method=method))[0].text
        assert words in text and others not in text


@pytest.mark.parametrize("product", ["grafana", "spring-security", "openid-client", "authlib", "other"])
def test_an_application_without_a_secret_gets_a_text_without_one(product: str) -> None:
    text = snippets(product, values(PRODUCTS[product], token_endpoint_auth_method="none"))[0].text
    assert "<client_secret>" not in text
    assert not [line for line in text.split("\n") if "secret" in line.lower() and "none" not in line]


@pytest.mark.parametrize(
    "product", ["grafana", "openid-client", "oidc-client-ts", "authlib", "mod-auth-openidc"]
)
def test_without_an_address_after_signing_out_none_is_named(product: str) -> None:
    given_values = values(PRODUCTS[product], post_logout_redirect_uris=())
    assert "post_logout" not in snippets(product, given_values)[0].text.replace("postLogout", "post_logout")


def test_plain_http_is_switched_on_for_an_issuer_on_this_machine_alone() -> None:
    here = replace(values(PRODUCTS["openid-client"]), issuer="http://127.0.0.1:8080")
    assert "allowInsecureRequests" in snippets("openid-client", here)[0].text
    assert "allowInsecureRequests" not in snippets("openid-client", values(PRODUCTS["openid-client"]))[0].text


def test_a_service_gets_its_table_without_addresses() -> None:
    text = snippets(
        "other", values(PRODUCTS["other"], grant_types=("client_credentials",), redirect_uris=(), scope=())
    )[0].text
    assert "client_credentials" in text and "redirect_uri" not in text and "code_challenge" not in text


def test_a_path_of_the_products_address_is_kept() -> None:
    client = registered(PRODUCTS["mod-auth-openidc"])
    below = values(PRODUCTS["mod-auth-openidc"], redirect_uris=("https://a.example/old/intranet/signed-in",))
    assert '<Location "/old/intranet">' in snippets("mod-auth-openidc", below)[0].text
    assert client.redirect_uris[0].endswith("/signed-in")


def test_of_several_addresses_the_one_of_the_products_form_is_taken() -> None:
    uris = ("https://a.example/callback", "https://git.example/gitlab/users/auth/openid_connect/callback")
    text = snippets("gitlab", values(PRODUCTS["gitlab"], redirect_uris=uris))[0].text
    assert uris[1] in text and uris[0] not in text
    assert uris[0] in snippets("openid-client", values(PRODUCTS["openid-client"], redirect_uris=uris))[0].text


def test_an_address_of_another_form_leaves_placeholders() -> None:
    text = snippets("keycloak", values(PRODUCTS["keycloak"], redirect_uris=("https://a.example/cb",)))[2].text
    assert "--server https://a.example " in text and "'<realm>'" in text


# The table


def test_every_template_has_its_places_and_every_file_its_template() -> None:
    named = {template.file for _, template in WRITTEN}
    assert {template.file for _, template in PARSED} == PLACES.keys()
    assert {path.name.removesuffix(".j2") for path in TEMPLATES.iterdir()} == named


def test_every_format_is_used_and_has_a_reader() -> None:
    assert {template.format for _, template in WRITTEN} == FORMATS.keys()
    assert FORMATS.keys() == READERS.keys() | {"javascript", "fixed java"}


@each
def test_a_template_names_no_value_that_its_test_does_not_look_at(
    product: Product, template: Template
) -> None:
    """So that a new line of a template is read back too."""
    given_values = values(product)
    names = {name: text for name, text in names_for(product, given_values).items() if isinstance(text, str)}
    looked_at = [names[name] for name in PLACES[template.file].values()]
    text = text_of(product, template, given_values)
    unseen = {
        name for name, value in names.items() if value in text and value not in "".join(looked_at) + "/"
    }
    assert unseen <= NAMED_BESIDE.get(template.file, set())


NAMED_BESIDE = {
    "grafana.ini": {"base", "end_session_endpoint"},  # parts of longer addresses
    "other.txt": {"auth_method", "signing_alg"},
    "spring.yml": {"auth_method"},
    "spring.properties": {"auth_method"},
}
