"""What is told of addresses that an application wants to register."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.manage.addresses import origin_fault, page_fault, redirect_uri_fault, sectors

RIGHT = (
    ("https://app.example/callback", False),
    ("https://app.example/callback?tenant=1", False),
    ("https://app.example:8443/cb", False),
    ("https://app.example/%E1%9E%80", False),
    ("https://xn--e1afmkfd.example/cb", False),
    ("http://127.0.0.1:8090/callback", False),
    ("http://127.0.0.2:8090/callback", False),
    ("http://[::1]:5000/cb", False),
    ("http://localhost/cb", False),
    ("http://127.0.0.1/cb", True),
    ("https://[2001:db8::1]/cb", False),
    ("https://my_app.example/cb", False),
    ("https://192.0.2.7/cb", False),
    ("https://app.7eleven/cb", False),
    ("kh.gov.app:/cb", True),
)
WRONG = (
    ("RFC 6749 §3.1.2 not absolute", "app.example/cb", "not absolute"),
    ("RFC 6749 §3.1.2 a path alone", "/cb", "not absolute"),
    ("RFC 6749 §3.1.2 fragment", "https://app.example/cb#x", "fragment"),
    ("RFC 6749 §3.1.2 empty fragment", "https://app.example/cb#", "fragment"),
    ("RFC 9700 §2.1 wildcard in the host", "https://*.example/cb", "wildcard"),
    ("RFC 9700 §2.1 wildcard in the path", "https://app.example/*", "wildcard"),
    ("RFC 9700 §4.1 user", "https://you@app.example/cb", "user name"),
    ("plain http", "http://app.example/cb", "use https"),
    ("loopback as a name's beginning", "http://127.0.0.1.evil.example/cb", "use https"),
    ("localhost as a name's end", "http://evil.localhost/cb", "use https"),
    ("steps upwards", "https://app.example/a/../cb", "step"),
    ("hidden steps upwards", "https://app.example/a/%2e%2E/cb", "step"),
    ("a step in place", "https://app.example/./cb", "step"),
    ("capital letters in the host", "https://App.Example/cb", "app.example"),
    ("capital letters in the scheme", "HTTPS://app.example/cb", "small letters"),
    ("default port", "https://app.example:443/cb", "443"),
    ("no port after the colon", "https://app.example:/cb", "port"),
    ("port too high", "https://app.example:99999/cb", "can't be read"),
    ("no path", "https://app.example", "https://app.example/"),
    ("no path, but a query", "https://app.example?x=1", "https://app.example/?x=1"),
    ("no host", "https:///cb", "no host"),
    ("a dot too many", "https://app.example./cb", "dot"),
    ("hidden letters in the host", "https://app%2eexample/cb", "letters, digits"),
    ("a host that would end a word of a header", "https://a.example;x/cb", "letters, digits"),
    ("a comma in the host", "https://a.example,b.example/cb", "letters, digits"),
    ("WHATWG URL §4.3 a short IPv4 address", "https://127.1/cb", "not an IP address"),
    ("WHATWG URL §4.3 a hexadecimal IPv4 address", "https://0x7f000001/cb", "not an IP address"),
    ("WHATWG URL §4.3 a long IPv6 address", "http://[0:0:0:0:0:0:0:1]/cb", "::1"),
    ("RFC 9844 a zone", "http://[::1%25lo]/cb", "letters, digits"),
    ("brackets without an address", "https://[app]/cb", "can't be read"),
    ("Khmer host", "https://កម្ពុជា.example/cb", "xn--"),
    ("RFC 5892 §2.6 a host of a letter that no name has", "https://😀.example/cb", "U+1F600"),
    ("RFC 5891 §4.2.3.1 a host that begins with a hyphen", "https://-ក.example/cb", "hyphen"),
    ("RFC 5890 §2.3.2.1 a host with a label too long", f"https://{'ក' * 70}.example/cb", "too long"),
    ("Khmer path", "https://app.example/ខ្មែរ", "%XX"),
    ("blank inside", "https://app.example/a b", "%XX"),
    ("blank at the end", "https://app.example/cb ", "blanks"),
    ("a lone per cent", "https://app.example/100%", "%XX"),
    ("backslash", "https://app.example\\@evil.example/cb", "%XX"),
    ("a new line", "https://app.example/cb\nx", "%XX"),
    ("empty", "", "empty"),
    ("too long", "https://app.example/" + "a" * 2000, "longer"),
    ("a native scheme on the web", "kh.gov.app:/cb", "native"),
    ("javascript", "javascript:alert(1)", "native"),
)
WRONG_NATIVE = (
    ("RFC 8252 §7.1 no dot", "myapp:/cb", "reverse order"),
    ("javascript", "javascript:alert(1)", "reverse order"),
    ("RFC 8252 §7.1 two slashes", "kh.gov.app://cb", "one slash"),
    ("RFC 8252 §7.1 no slash", "kh.gov.app:cb", "one slash"),
    ("plain http elsewhere", "http://app.example/cb", "use https"),
)


@pytest.mark.parametrize(("uri", "native"), RIGHT)
def test_a_right_address_is_taken(uri: str, native: bool) -> None:
    assert redirect_uri_fault(uri, native=native) == ""


@pytest.mark.parametrize(("uri", "expected"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_wrong_address_is_explained(uri: str, expected: str) -> None:
    assert expected in redirect_uri_fault(uri, native=False)


@pytest.mark.parametrize(
    ("uri", "expected"), [case[1:] for case in WRONG_NATIVE], ids=[case[0] for case in WRONG_NATIVE]
)
def test_a_wrong_address_of_a_native_application_is_explained(uri: str, expected: str) -> None:
    assert expected in redirect_uri_fault(uri, native=True)


def test_the_punycode_that_is_proposed_is_what_browsers_send() -> None:
    expected = redirect_uri_fault("https://កម្ពុជា.example/cb", native=False)
    label = expected.partition("as ")[2].partition(".example")[0]
    assert label.removeprefix("xn--").encode().decode("punycode") == "កម្ពុជា"
    assert "xn--fa-hia.example" in redirect_uri_fault("https://faß.example/cb", native=False)
    assert "xn--ministre-60a.example" in redirect_uri_fault("https://Ministère.example/cb", native=False)


@given(st.text(max_size=80))
def test_no_text_breaks_the_check_of_addresses(text: str) -> None:
    for candidate in (text, "https://" + text, "https://app.example/" + text, "kh.app:/" + text):
        for native in (False, True):
            assert isinstance(redirect_uri_fault(candidate, native=native), str)
        assert isinstance(origin_fault(candidate), str)


@given(st.text(max_size=40))
def test_a_registered_address_is_plain_and_has_no_user_and_no_fragment(text: str) -> None:
    uri = "https://app.example/" + text
    if not redirect_uri_fault(uri, native=False):
        assert uri.isascii() and uri.isprintable() and not set("#* \"'<>\\^`{|}") & set(uri) - {"'"}


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("https://app.example/", "Write https://app.example instead"),
        ("https://app.example/page", "more than an origin"),
        ("https://app.example:443", "leave it out"),
        ("http://app.example", "https://"),
        ("null", "not absolute"),
    ],
)
def test_a_wrong_origin_is_explained(origin: str, expected: str) -> None:
    assert expected in origin_fault(origin)


def test_an_origin_and_a_page_are_taken() -> None:
    assert origin_fault("https://app.example:8443") == ""
    assert page_fault("https://app.example/") == ""
    assert page_fault("http://127.0.0.1:8090/") == ""


def test_the_sector_of_addresses_is_their_host() -> None:
    assert sectors(("https://a.example/1", "https://a.example:8443/2")) == ["a.example"]
    assert sectors(("https://a.example/1", "https://b.example/1")) == ["a.example", "b.example"]
    assert sectors(("kh.gov.app:/cb",)) == ["kh.gov.app"]
    assert sectors(("http://127.0.0.1/cb", "http://[::1]/cb", "kh.gov.app:/cb")) == ["kh.gov.app"]
    assert sectors(("http://localhost:3000/cb",)) == []
    assert sectors(("https://[", "https:///cb")) == ["https"]
