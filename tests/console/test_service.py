"""The pages of the service itself: CamDigiKey's accounts, signing keys, settings."""

from __future__ import annotations

import re
import time

import pytest

from bridge.manage import OPERATOR, AuditFilter
from bridge.stores.sql.audit import SqlAuditLog
from bridge.web.console import service
from tests.console.conftest import Console
from tests.support.person import Person


@pytest.fixture
def owner(console: Console) -> Person:
    return console.administrator()


@pytest.fixture
def auditor(console: Console) -> Person:
    return console.administrator("auditor", "bopha")


def test_the_account_at_camdigikey_is_told_with_its_certificates_and_no_secret(
    console: Console, owner: Person
) -> None:
    account = console.uses.administration.service.accounts(OPERATOR)[0]
    text = console.page(owner, "/admin/trust").text
    for shown in (account.address, account.domain, *account.callbacks):
        assert shown in text
    assert len(account.certificates) > 1 and account.trusted
    for certificate in (*account.certificates, *account.trusted):
        assert certificate.sha256 in text
    partner = console.world.settings.accounts[account.connector].partner
    assert partner is not None
    secrets = re.findall(r'"(?:\w*key|\w*password|aes\w*)": "([^"]+)"', partner.read_text(encoding="utf-8"))
    assert len(secrets) > 2
    assert not [secret for secret in secrets if len(secret) > 8 and secret in text]


def test_a_keystore_that_ends_soon_is_marked(
    console: Console, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "days left" not in console.page(owner, "/admin/trust").text
    monkeypatch.setattr(service, "EXPIRES_SOON", 100 * 365 * service.DAY)
    ends = console.uses.administration.service.accounts(OPERATOR)[0].certificates[0].not_after
    days = int((ends - time.time()) // service.DAY)
    assert f"{days} days left" in console.page(owner, "/admin/trust").text


def test_an_account_that_cannot_be_read_is_told_and_the_page_stays(console: Console, owner: Person) -> None:
    partner = next(iter(console.world.settings.accounts.values())).partner
    assert partner is not None
    kept = partner.read_bytes()
    try:
        partner.write_text("{", encoding="utf-8")
        page = console.page(owner, "/admin/trust")
    finally:
        partner.write_bytes(kept)
    assert page.status == 200 and f"{partner.name} is not JSON" in page.text


def test_when_camdigikey_last_answered_is_told_by_operation(console: Console, owner: Person) -> None:
    """The owner has just signed in by it; nobody has refreshed a token."""
    audit = console.world.services.audit
    assert isinstance(audit, SqlAuditLog)
    audit.flush()
    good = console.uses.administration.overview.lately(OPERATOR).last_good
    hour = int(time.time()) // 3600 * 3600
    assert good["exchange"] in (hour, hour - 3600) and good["refresh"] == 0
    table = console.page(owner, "/admin/trust").text.partition('id="last-good"')[2].partition("</table>")[0]
    rows = re.findall(r"<tr><td><code>(\w+)</code>.*?</tr>", table)
    assert rows == list(good) and "not in the last 7 days" in table


def test_a_new_key_signs_at_once_where_the_old_one_leaked_which_then_is_removed(
    console: Console, owner: Person
) -> None:
    old = next(key for key in console.uses.administration.keys.all(OPERATOR) if key.alg == "ES256")
    page = console.page(owner, "/admin/trust")
    assert f"/admin/keys/{old.kid}/remove" not in page.text
    assert console.post(owner, f"/admin/keys/{old.kid}/remove").status == 422
    assert console.post(owner, "/admin/keys", alg="ES256", at_once="1").status == 303
    assert f"/admin/keys/{old.kid}/remove" in console.page(owner, "/admin/trust").text
    assert console.post(owner, f"/admin/keys/{old.kid}/remove").status == 303
    assert old.kid not in console.page(owner, "/admin/trust").text
    told = [
        row.entry.event for row in console.uses.administration.audit.page(OPERATOR, AuditFilter(), limit=2)
    ]
    assert told == ["key.removed", "key.rotated"]


@pytest.mark.parametrize("alg", ["", "none", "HS256", "<b>"])
def test_no_other_key_is_made(console: Console, owner: Person, alg: str) -> None:
    before = console.uses.administration.keys.all(OPERATOR)
    page = console.post(owner, "/admin/keys", alg=alg)
    assert page.status == 422 and "<b>" not in page.text
    assert console.uses.administration.keys.all(OPERATOR) == before


def test_an_auditor_reads_and_is_offered_nothing(console: Console, auditor: Person) -> None:
    text = console.page(auditor, "/admin/trust").text
    assert "/admin/keys" not in text.replace("/admin/trust", "")


def test_every_setting_is_told_with_where_it_comes_from_and_secrets_are_not(
    console: Console, owner: Person
) -> None:
    text = console.page(owner, "/admin/settings").text
    rows = console.uses.administration.service.settings(OPERATOR)
    assert {row.path for row in rows} >= {"issuer", "server.port", "redis.url", "camdigikey.partner"}
    assert not [row.path for row in rows if f"<code>{row.path}</code>" not in text]
    keys = console.world.settings.master_keys
    assert keys and not [key for key in keys if key.get_secret_value() in text]
    assert "&#34;***&#34;" in text
