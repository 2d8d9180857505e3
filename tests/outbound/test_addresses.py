"""Which addresses are called: a table of those that are and those that are not (DESIGN §6.12)."""

from __future__ import annotations

import pytest

from bridge.outbound.addresses import AllowedTargets, Target, check_address, check_resolved
from bridge.outbound.resolver import system_resolve
from bridge.ports.outbound import FetchError

PUBLIC = AllowedTargets()


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("https://rp.example/logout", Target("https", "rp.example", 443)),
        ("https://RP.Example/logout", Target("https", "rp.example", 443)),
        ("https://rp.example", Target("https", "rp.example", 443)),
        ("https://rp.example?tenant=1", Target("https", "rp.example", 443)),
        ("https://rp.example:8443/a/b;c?d=e%20f", Target("https", "rp.example", 8443)),
        ("https://xn--80akhbyknj4f.example/", Target("https", "xn--80akhbyknj4f.example", 443)),
        ("https://a_b.rp.example/", Target("https", "a_b.rp.example", 443)),
        ("https://93.184.216.34/", Target("https", "93.184.216.34", 443)),
        ("https://[2606:2800:220:1::1]:444/", Target("https", "2606:2800:220:1::1", 444)),
        ("https://[2606:2800:220:1::ABCD]/", Target("https", "2606:2800:220:1::abcd", 443)),
    ],
)
def test_a_plain_https_address_is_read(address: str, target: Target) -> None:
    assert check_address(address, PUBLIC) == target


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://rp.example/",
        "ftp://rp.example/",
        "file:///etc/passwd",
        "gopher://rp.example/",
        "HTTPS://rp.example/",  # compared as registered; nothing that has to be normalized is called
        "https:/rp.example/",
        "https:rp.example/",
        "//rp.example/",
        "https:///path",
        "https://",
        "https://user:password@rp.example/",
        "https://@rp.example/",
        "https://rp.example@127.0.0.1/",
        "https://rp.example/#fragment",
        "https://rp.example#@127.0.0.1/",
        "https://127.0.0.1\\@rp.example/",
        "https://rp.example\\.evil.example/",
        "https://rp.example/a b",
        "https://rp.example/\r\nHost: inside",
        "https://rp.example/%0",
        "https://rp.example/%zz",
        "https://rp%2eexample/",
        "https://rp.example:/",
        "https://rp.example:0/",
        "https://rp.example:22/",
        "https://rp.example:25/",
        "https://rp.example:6379/",
        "https://rp.example:65536/",
        "https://rp.example:999999/",
        "https://rp.example:-1/",
        "https://rp.example:443x/",
        "https://[fe80::1%25eth0]/",
        "https://[fe80::1%eth0]/",
        "https://[::1/",
        "https://::1/",
        "https://.rp.example/",
        "https://ខ្មែរ.example/",
        "https://rp.example/ខ្មែរ",
        "https://①②⑦.0.0.1/",
        "https://rp.example/" + "a" * 2000,
        " https://rp.example/",
        "https://rp.example/\n",
    ],
)
def test_any_other_address_is_refused_before_a_name_is_looked_up(address: str) -> None:
    with pytest.raises(FetchError) as caught:
        check_address(address, PUBLIC)
    assert caught.value.reason == "address"
    assert address == "" or address not in str(caught.value)


PUBLIC_ADDRESSES = (
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.1",
    "103.197.105.1",  # Cambodia
    "172.15.255.255",
    "172.32.0.1",
    "192.167.255.255",
    "192.169.0.1",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2a00:1450:4001:800::200e",
)
PRIVATE_ADDRESSES = (
    "0.0.0.0",  # noqa: S104 -- never bound
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",  # Alibaba's metadata
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",  # Azure's platform
    "169.254.0.1",
    "169.254.169.254",  # metadata of most clouds
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",  # Oracle's metadata
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",  # IPv4-compatible
    "::ffff:127.0.0.1",  # IPv4-mapped
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",  # NAT64 (RFC 6052)
    "64:ff9b::808:808",
    "64:ff9b:1::a00:1",  # local NAT64 (RFC 8215)
    "100::1",
    "2001::1",  # Teredo
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",  # 6to4 of 127.0.0.1
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",  # Amazon's metadata
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2606:4700:4700::1111%1",
    "not-an-address",
    "",
)
NAMED = Target("https", "rp.example", 443)


@pytest.mark.parametrize("address", PUBLIC_ADDRESSES)
def test_a_public_address_is_called(address: str) -> None:
    assert check_resolved(NAMED, (address,), PUBLIC) == (address,)


@pytest.mark.parametrize("address", PRIVATE_ADDRESSES)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(FetchError, match="not in a public network"):
        check_resolved(NAMED, (address,), PUBLIC)


@pytest.mark.parametrize("address", PRIVATE_ADDRESSES)
def test_one_bad_address_among_good_ones_refuses_them_all(address: str) -> None:
    with pytest.raises(FetchError, match="not in a public network"):
        check_resolved(NAMED, ("8.8.8.8", address, "1.1.1.1"), PUBLIC)


def test_a_name_without_an_address_is_unresolved() -> None:
    with pytest.raises(FetchError) as caught:
        check_resolved(NAMED, (), AllowedTargets.of(hosts=("rp.example",)))
    assert caught.value.reason == "unresolved"


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "017700000001", "0", "0x0a000001"]
)
def test_other_ways_to_write_a_private_address_are_seen_after_looking_up(host: str) -> None:
    target = check_address(f"https://{host}/", PUBLIC)
    with pytest.raises(FetchError, match="not in a public network"):
        check_resolved(target, system_resolve(target.host, 443), PUBLIC)


class TestAllowedTargets:
    NETWORKS = AllowedTargets.of(networks=("10.20.0.0/16", "fd12::/16", "64:ff9b::/96"))
    HOSTS = AllowedTargets.of(hosts=("RP.internal", "127.0.0.1", "[::1]"))

    @pytest.mark.parametrize("address", ["10.20.0.1", "10.20.255.255", "fd12::1", "64:ff9b::808:808"])
    def test_an_opened_network_is_called(self, address: str) -> None:
        assert check_resolved(NAMED, (address, "8.8.8.8"), self.NETWORKS)

    @pytest.mark.parametrize(
        "address", ["10.21.0.1", "127.0.0.1", "fd13::1", "::ffff:10.20.0.1", "fd12::1%2"]
    )
    def test_its_neighbours_are_not(self, address: str) -> None:
        with pytest.raises(FetchError):
            check_resolved(NAMED, (address,), self.NETWORKS)

    def test_an_opened_network_does_not_open_http(self) -> None:
        with pytest.raises(FetchError):
            check_address("http://10.20.0.1/", self.NETWORKS)

    @pytest.mark.parametrize(
        "address",
        ["https://rp.internal/x", "http://rp.internal/x", "http://127.0.0.1:8081/", "http://[::1]:81/"],
    )
    def test_a_named_host_may_be_anywhere_and_speak_plain_http(self, address: str) -> None:
        target = check_address(address, self.HOSTS)
        assert check_resolved(target, ("127.0.0.1",), self.HOSTS)

    @pytest.mark.parametrize(
        "address",
        [
            "http://x.rp.internal/",
            "http://rp.internal.evil.example/",
            "http://rp.internal./",
            "http://127.0.0.2/",
        ],
    )
    def test_a_host_that_only_looks_like_it_does_not(self, address: str) -> None:
        with pytest.raises(FetchError):
            check_address(address, self.HOSTS)

    @pytest.mark.parametrize("port", [22, 25, 6379, 5432])
    def test_no_port_of_another_service_is_opened(self, port: int) -> None:
        with pytest.raises(FetchError):
            check_address(f"http://127.0.0.1:{port}/", self.HOSTS)

    def test_a_network_that_is_none_is_told(self) -> None:
        with pytest.raises(ValueError, match=r"10\.0\.0\.1/8"):
            AllowedTargets.of(networks=("10.0.0.1/8",))
