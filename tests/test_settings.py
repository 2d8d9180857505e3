"""Settings: one file and the environment, and every fault at once."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from bridge.domain.ids import ConnectorId
from bridge.errors import ConfigError
from bridge.settings import Settings, load

KEY = base64.b64encode(bytes(32)).decode()
GOOD = {"BRIDGE_MASTER_KEYS": KEY}


def faults(tmp_path: Path, text: str = "", **environ: str) -> tuple[str, ...]:
    file = tmp_path / "bridge.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file, {**GOOD, **environ})
    return caught.value.faults


def test_faults_of_every_kind_are_told_at_once(tmp_path: Path) -> None:
    text = (
        'issuer = "http://sso.example.gov.kh"\nfoo = 1\n[server]\nport = "x"\n[camdigikey]\namr = ["mfa"]\n'
    )
    expected = "\n".join(faults(tmp_path, text, BRIDGE_MASTER_KEYS="short", BRIDGE_LIFETIMES__COD="1"))
    for part in (
        "issuer: plain http",
        "foo is not a setting",
        "server.port",
        "mfa",
        "master_keys",
        "lifetimes.cod",
    ):
        assert part in expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("server = 3", "server:"),
        ("[claims]\nconstant = 3", "claims.constant:"),
        ("[claims.constant]\nwebsite = 1.5", "claims.constant.website"),
        ("[claims.constant]\naddress = {a = 1}", "claims.constant.address"),
        ("[claims.constant]\nemail_verified = 'yes'", "email_verified is true or false"),
        ("[claims.constant]\nphone_number_verified = 1", "phone_number_verified is true or false"),
        ("[claims.constant]\nupdated_at = true", "updated_at is a number of seconds"),
        ("[claims.constant]\naddress = 'Street 1'", "address is a table"),
        ("[server]\ntrusted_proxies = [1]", "server.trusted_proxies.0:"),
        ("issuer = ", "is not TOML"),
        ('issuer = "https://sso.example/"', "slash at its end"),
        ('issuer = "https://sso.example:443"', "leave it out too"),
        ('issuer = "http://127.0.0.1:80"', "leave it out"),
        ('issuer = "https://sso.example:"', "name a port"),
        ('issuer = "https://sso.example."', "a dot too many"),
        ('issuer = " https://sso.example"', "has a blank"),
        ('issuer = "https://sso.example "', "has a blank"),
        ('issuer = "https://SSO.example"', "write it so"),
        ('issuer = "https://ចូល.example"', "punycode"),
        ('issuer = "https://a:b@sso.example"', "has no user"),
        ('issuer = "https://sso.example?"', "query"),
        ("[lifetimes]\nsession_idle = 7200\nsession = 3600", "session_idle (7200) is longer than"),
        ("[lifetimes]\nrefresh_idle = 7200\nrefresh = 3600", "refresh_idle (7200) is longer than"),
        ("[lifetimes]\nhandoff = 1801", "lifetimes.handoff (1801) is longer than"),
        ("[lifetimes]\nconfirm = 1801", "lifetimes.confirm (1801) is longer than"),
        ("[lifetimes]\ninteraction = 3600", "could be completed twice"),
        ("[lifetimes]\ncode = 601", "lifetimes.code has at most 600 seconds"),
        ("[lifetimes]\naccess_token = 86401", "lifetimes.access_token has at most"),
        ("[lifetimes]\ncode = 0", "lifetimes.code: has to be 1 or more."),
        ('[lifetimes]\ncode = "soon"', "lifetimes.code: has to be a whole number."),
        ("[camdigikey]\nconnect_timeout = 9", "which bounds the whole call"),
        ('debug = "perhaps"', "debug: has to be true or false."),
        ('[log]\nlevel = "loud"', "log.level: has to be one of 'debug', 'info', 'warning' or 'error'."),
        ('[server]\ntrusted_proxies = "[1"', "has to be a list: JSON, or words"),
        ('issuer = "https://sso.example/path"', "no path"),
        ('issuer = "ftp://sso.example"', "starts with https://"),
        ('issuer = "https://sso.example"\ndebug = true', "debug"),
        ("[camdigikey]\nmax_in_flight = 16", "below server.threads"),
        ('[connectors.second]\namr = ["mfa"]', "connectors.second.amr: mfa"),
        ("[connectors.camdigikey]\nmax_in_flight = 1", "connectors.camdigikey: that name"),
        ("[connectors.Second]\nmax_in_flight = 1", "connectors.Second"),
        ("[connectors.second]\npartners = 'x'", "connectors.second.partners is not a setting"),
        ("[connectors.trial]\nmax_in_flight = 4", "of all accounts together"),  # 12 is the first one's
        ('[server]\ntrusted_proxies = ["x"]', "no address or network"),
        ('[admin]\nnetworks = ["10.0.0.1/8"]', "admin.networks: '10.0.0.1/8' is no address or network"),
        ('[alerts]\nwebhook = "http://ops.example/x"\nsecret = "%s"' % ("k" * 32), "no https address"),
        ('[alerts]\nwebhook = "https://ops.example/x"\nsecret = "short"', "alerts.secret has less than 32"),
        ("[admin]\nactivity_days = 0", "admin.activity_days"),
        ('[admin]\nconnector = "second"', "admin.connector: there is no account 'second'"),
        ('[admin]\nenabled = "perhaps"', "admin.enabled"),
        ('[look]\ncolour = "red"', "look.colour"),
        ('[look]\nlogo = "javascript:alert(1)"', "look.logo: 'javascript:alert(1)' is neither"),
        ('[look]\nlogo = "//evil.example/x.png"', "look.logo"),
        ('[look]\nhelp_uri = "javascript:alert(1)"', "look.help_uri"),
        ('[look]\ninstitution = " "', "look.institution is empty"),
        ('[server]\nhost = "localhost"', "server.host: 'localhost' is no address"),
        ('[server]\nhost = ""', "server.host: '' is no address"),
        ('[server]\nhost = "\u200b127.0.0.1"', "server.host: '\\u200b127.0.0.1' is no address"),
        ('[server]\nhost = "http://127.0.0.1"', "server.host"),
        ('[server]\ntrusted_proxies = ["0.0.0.0/0"]', "is everybody"),
        ('[server]\ntrusted_proxies = ["::/0"]', "is everybody"),
        ("[server]\nmax_body = 100000000000000", "server.max_body: has to be 1048576 or less."),
        ("[limits]\nper_browser_window = 10000000000000000", "limits.per_browser_window"),
        ("[limits]\nper_address = 1000000000000000000000", "limits.per_address"),
        ("[limits]\nunsolicited_in_all = 0", "limits.unsolicited_in_all"),
        ("[lifetimes]\nsession = 9999999999999999999", "lifetimes.session has at most"),
        ("[lifetimes]\nupstream_check = 99999999", "lifetimes.upstream_check has at most"),
        ('[outbound]\nallowed_hosts = ["https://app.example"]', "outbound.allowed_hosts: 'https://app"),
        ('[claims.constant]\nsub = "everybody"', "claims.constant.sub can't be"),
        ('[claims.constant]\n"acr#km" = "x"', "claims.constant.acr#km can't be"),
        ('[camdigikey]\namr = ["Face ID"]', "camdigikey.amr: 'Face ID' is no word"),
        ('[camdigikey]\nsigner_key_sha256 = "abc"', "signer_key_sha256 is no SHA-256"),
        ('[camdigikey]\nsigner_subject = " CN=x"', "signer_subject has a blank"),
    ],
)
def test_a_faulty_setting_is_told_in_a_sentence(tmp_path: Path, text: str, expected: str) -> None:
    assert any(expected in fault for fault in faults(tmp_path, text))


def test_one_slash_too_many_is_one_fault(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, 'issuer = "https://sso.example/"', BRIDGE_SERVER__TRUSTED_PROXIES="127.0.0.1")
    assert "slash at its end" in fault


def test_no_fault_speaks_as_programmers_do(tmp_path: Path) -> None:
    """Several of one part too, which are told all together."""
    text = (
        '[server]\nport = "x"\nthreads = 1000\nworkers = 1.5\n[lifetimes]\ncode = -1\nsession_idle = 9e9\n'
        '[look]\ncolour = 3\nlogo = [1]\n[redis]\ntimeout = "x"\n'
    )
    found = faults(tmp_path, text, BRIDGE_DEBUG="maybe", BRIDGE_SERVER__MAX_BODY="12")
    assert len(found) == 10
    for fault in found:
        for word in ("Input", "unable to parse", "valid", "Value error"):
            assert word not in fault, fault


def test_a_file_that_is_no_utf_8_is_told_and_a_byte_order_mark_is_nothing(tmp_path: Path) -> None:
    file = tmp_path / "bridge.toml"
    file.write_bytes('[look]\ninstitution = "Café"\n'.encode("latin-1"))
    with pytest.raises(ConfigError) as caught:
        load(file, GOOD)
    assert caught.value.faults == (f"The settings file {file} is not text in UTF-8.",)
    file.write_text("\ufeff[lifetimes]\ncode = 30\n", encoding="utf-8")
    assert load(file, GOOD).lifetimes.code == 30


def test_the_environment_wins_over_the_file_and_a_file_can_hold_a_secret(tmp_path: Path) -> None:
    file, secret = tmp_path / "bridge.toml", tmp_path / "keys"
    file.write_text("[lifetimes]\ncode = 30\nhandoff = 100\n")
    secret.write_text(KEY + "\n")
    settings = load(file, {"BRIDGE_LIFETIMES__CODE": "40", "BRIDGE_MASTER_KEYS_FILE": str(secret)})
    assert (settings.lifetimes.code, settings.lifetimes.handoff) == (40, 100)
    assert settings.keys() == (bytes(32),)


def test_a_setting_whose_own_name_ends_in_file_is_the_name_of_a_file(tmp_path: Path) -> None:
    settings = load(None, GOOD | {"BRIDGE_OUTBOUND__CA_FILE": "/etc/ssl/ours.pem"})
    assert settings.outbound.ca_file == Path("/etc/ssl/ours.pem")
    (told,) = faults(tmp_path, BRIDGE_LOOK__INSTITUTION_FILE="x" * 5000)
    assert "names a file that can't be read" in told
    assert len(told) < 200


@pytest.mark.parametrize(
    "value", ["", " ", "\u200b", "0", "-1", "9" * 5000, "nan", "1e400", "[", "{}", "\ud800"]
)
def test_no_value_of_any_setting_is_more_than_a_fault(value: str) -> None:
    """And each fault is one line that can be printed."""
    for name in _names(Settings):
        try:
            load(None, GOOD | {"BRIDGE_" + name.upper(): value})
        except ConfigError as error:
            assert all(fault.isprintable() and len(fault) < 400 for fault in error.faults), name


def _names(part: type[BaseModel], before: str = "") -> Iterator[str]:
    """The name of each setting, as environment variables have it, and of each table."""
    for name, field in part.model_fields.items():
        yield before + name
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _names(field.annotation, before + name + "__")


def test_constant_claims_of_the_environment_have_the_type_of_their_claim() -> None:
    """OIDC Core §5.1: a text stays one even where it looks like a number."""
    before = "BRIDGE_CLAIMS__CONSTANT__"
    leaves = {"EMAIL_VERIFIED": "true", "UPDATED_AT": "1700000000", "NICKNAME": "true", "MIDDLE_NAME": "7"}
    leaves |= {"ADDRESS__COUNTRY": "KH", "ADDRESS__POSTAL_CODE": "12000"}
    assert load(None, GOOD | {before + name: value for name, value in leaves.items()}).claims.constant == {
        "email_verified": True,
        "updated_at": 1700000000,
        "nickname": "true",
        "middle_name": "7",
        "address": {"country": "KH", "postal_code": "12000"},
    }


def test_constant_claims_can_be_one_variable_of_json() -> None:
    text = '{"website": "https://x.example/", "phone_number_verified": false, "address": {"country": "KH"}}'
    constant = load(None, {**GOOD, "BRIDGE_CLAIMS__CONSTANT": text}).claims.constant
    assert constant == {
        "website": "https://x.example/",
        "phone_number_verified": False,
        "address": {"country": "KH"},
    }


@pytest.mark.parametrize("text", ["website=https://x.example/", "{", "[]", "true", '{"a": null}'])
def test_constant_claims_of_another_form_are_told(tmp_path: Path, text: str) -> None:
    assert any("claims.constant" in fault for fault in faults(tmp_path, BRIDGE_CLAIMS__CONSTANT=text))


def test_secrets_print_as_stars(tmp_path: Path) -> None:
    environ = {**GOOD, "BRIDGE_DATABASE__URL": "postgresql://u:geheim@db/x"}
    settings = load(None, environ)
    assert "geheim" not in repr(settings)
    assert KEY not in repr(settings)
    assert settings.database_url == "postgresql://u:geheim@db/x"


def test_further_accounts_stand_beside_the_first_one(tmp_path: Path) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text(
        '[camdigikey]\npartner = "first.json"\nmax_in_flight = 6\n'
        '[connectors.second]\npartner = "second.json"\nversion = "v2"\nmax_in_flight = 6\n'
    )
    accounts = load(file, {**GOOD, "BRIDGE_CONNECTORS__SECOND__TIMEOUT": "3"}).accounts
    assert list(accounts) == ["camdigikey", "second"]
    assert [str(account.partner) for account in accounts.values()] == ["first.json", "second.json"]
    second = accounts[ConnectorId("second")]
    assert (second.version, second.timeout, second.connect_timeout) == ("v2", 3, 2)


def test_one_account_is_the_only_one() -> None:
    assert list(load(None, GOOD).accounts) == ["camdigikey"]
