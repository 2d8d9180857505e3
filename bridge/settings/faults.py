"""Checks of settings that are well-formed one by one, but insecure or contradictory together."""

import base64
import binascii
import ipaddress
from urllib.parse import urlsplit

from bridge.domain.network import is_loopback
from bridge.settings.tree import DEFAULT_CONNECTOR, Settings, section_of


def settings_faults(settings: Settings) -> list[str]:
    """A sentence for each fault; empty when the settings are right."""
    found = [*_issuer_faults(settings.issuer), *_key_faults(settings)]
    if settings.debug and settings.secure:
        found.append("debug shows what strangers must not see: leave it out where the issuer is https.")
    for network in settings.server.trusted_proxies:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            found.append(f"server.trusted_proxies: {network!r} is no address or network (10.0.0.0/8).")
    return [*found, *_account_faults(settings)]


def _account_faults(settings: Settings) -> list[str]:
    found = []
    if DEFAULT_CONNECTOR in settings.connectors:
        found.append(f"connectors.{DEFAULT_CONNECTOR}: that name is the account's of [camdigikey].")
    for connector_id, account in settings.accounts.items():
        if "mfa" in account.amr:
            place = section_of(connector_id)
            found.append(f"{place}.amr: mfa can't be claimed, CamDigiKey does not say how it asked.")
    if sum(account.max_in_flight for account in settings.accounts.values()) >= settings.server.threads:
        found.append(
            "camdigikey.max_in_flight (that of all accounts together) has to be below server.threads, so that"
            " threads stay free."
        )
    return found


def _issuer_faults(issuer: str) -> list[str]:
    try:
        parts = urlsplit(issuer)
        _ = parts.port
    except ValueError:
        return [f"issuer: {issuer!r} is not an address."]
    faults = []
    if parts.scheme not in ("http", "https") or not parts.hostname:
        faults.append("issuer has to be an address that starts with https://.")
    elif parts.scheme == "http" and not is_loopback(parts.hostname):
        faults.append("issuer: plain http is for 127.0.0.1, ::1 and localhost alone; use https.")
    if parts.query or parts.fragment or parts.username or issuer.endswith("/"):
        faults.append("issuer has no user, query, fragment or slash at its end (OIDC Discovery §3).")
    if parts.path:
        faults.append("issuer has no path: cookies of the kind __Host- belong to a whole host.")
    return faults


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
