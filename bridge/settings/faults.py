"""Checks of settings that are well-formed one by one, but insecure or contradictory together."""

import base64
import binascii
import re

from bridge.domain.claims.table import NEVER_CONSTANT, untag
from bridge.settings.issuer import issuer_faults
from bridge.settings.lifetimes import lifetime_faults
from bridge.settings.reachable import address_faults, quoted
from bridge.settings.tree import DEFAULT_CONNECTOR, Alerts, Settings, section_of

AMR = re.compile(r"[a-z][a-z0-9_-]{0,30}")
SHA256 = re.compile(r"[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}")
MIN_SECRET = 32  # characters
ORIGIN = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?")


def settings_faults(settings: Settings) -> list[str]:
    """A sentence for each fault; empty when the settings are right."""
    found = [
        *issuer_faults(settings.issuer),
        *_key_faults(settings),
        *lifetime_faults(settings.lifetimes),
        *address_faults(settings),
    ]
    if settings.debug and settings.secure:
        found.append("debug shows what strangers must not see: leave it out where the issuer is https.")
    found += [
        f"claims.constant.{name} can't be the same for everybody: it belongs to each sign-in."
        for name in settings.claims.constant
        if untag(name) in NEVER_CONSTANT
    ]
    if settings.admin.connector and settings.admin.connector not in settings.accounts:
        found.append(f"admin.connector: there is no account {quoted(settings.admin.connector)}.")
    return [*found, *_alert_faults(settings.alerts), *_account_faults(settings)]


def _alert_faults(alerts: Alerts) -> list[str]:
    found = []
    if alerts.webhook and not alerts.webhook.startswith("https://"):
        found.append(f"alerts.webhook: {quoted(alerts.webhook)} is no https address.")
    if alerts.webhook and len(alerts.secret.get_secret_value()) < MIN_SECRET:
        found.append(
            f"alerts.secret has less than {MIN_SECRET} characters: nobody could trust what it signs."
        )
    return found


def _account_faults(settings: Settings) -> list[str]:
    found = []
    if DEFAULT_CONNECTOR in settings.connectors:
        found.append(f"connectors.{DEFAULT_CONNECTOR}: that name is the account's of [camdigikey].")
    for connector_id, account in settings.accounts.items():
        place = section_of(connector_id)
        if "mfa" in account.amr:
            found.append(f"{place}.amr: mfa can't be claimed, CamDigiKey does not say how it asked.")
        found += [
            f"{place}.login_origins: {quoted(origin)} is no origin (https://login.example.gov.kh)."
            for origin in account.login_origins
            if not ORIGIN.fullmatch(origin)
        ]
        found += [
            f"{place}.amr: {quoted(word)} is no word of RFC 8176 §2 (pin, otp, face)."
            for word in account.amr
            if not AMR.fullmatch(word)
        ]
        if account.signer_key_sha256 and not SHA256.fullmatch(account.signer_key_sha256):
            found.append(
                f"{place}.signer_key_sha256 is no SHA-256: 64 hexadecimal digits, with or without colons."
            )
        if account.signer_subject != account.signer_subject.strip():
            found.append(f"{place}.signer_subject has a blank at an end, and would fit no certificate.")
        if account.connect_timeout > account.timeout:
            found.append(
                f"{place}.connect_timeout is longer than {place}.timeout, which bounds the whole call."
            )
    if sum(account.max_in_flight for account in settings.accounts.values()) >= settings.server.threads:
        found.append(
            "camdigikey.max_in_flight (that of all accounts together) has to be below server.threads, so that"
            " threads stay free."
        )
    return found


def _key_faults(settings: Settings) -> list[str]:
    if not settings.master_keys:
        return ["master_keys is missing: set BRIDGE_MASTER_KEYS_FILE; `bridge keys master` prints a new key."]
    for key in settings.master_keys:
        try:
            if len(base64.b64decode(key.get_secret_value(), validate=True)) == 32:
                continue
        except (binascii.Error, ValueError):
            pass  # the same sentence as for a wrong length
        return ["master_keys: each is 32 random bytes in base64; `bridge keys master` prints one."]
    return []
