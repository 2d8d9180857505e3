"""Checks of settings that are well-formed one by one, but insecure or contradictory together."""

import base64
import binascii
import ipaddress
import re
from collections.abc import Iterator

from bridge.settings.issuer import issuer_faults
from bridge.settings.lifetimes import lifetime_faults
from bridge.settings.tree import DEFAULT_CONNECTOR, Settings, section_of

ORIGIN = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?")


def settings_faults(settings: Settings) -> list[str]:
    """A sentence for each fault; empty when the settings are right."""
    found = [*issuer_faults(settings.issuer), *_key_faults(settings), *lifetime_faults(settings.lifetimes)]
    if settings.debug and settings.secure:
        found.append("debug shows what strangers must not see: leave it out where the issuer is https.")
    if settings.admin.connector and settings.admin.connector not in settings.accounts:
        found.append(f"admin.connector: there is no account {settings.admin.connector!r} in [connectors].")
    found += [*_network_faults("server.trusted_proxies", settings.server.trusted_proxies)]
    found += [*_network_faults("admin.networks", settings.admin.networks)]
    return [*found, *_account_faults(settings)]


def _network_faults(name: str, networks: tuple[str, ...]) -> Iterator[str]:
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            yield f"{name}: {network!r} is no address or network (10.0.0.0/8)."


def _account_faults(settings: Settings) -> list[str]:
    found = []
    if DEFAULT_CONNECTOR in settings.connectors:
        found.append(f"connectors.{DEFAULT_CONNECTOR}: that name is the account's of [camdigikey].")
    for connector_id, account in settings.accounts.items():
        place = section_of(connector_id)
        if "mfa" in account.amr:
            found.append(f"{place}.amr: mfa can't be claimed, CamDigiKey does not say how it asked.")
        found += [
            f"{place}.login_origins: {origin!r} is no origin (https://login.example.gov.kh)."
            for origin in account.login_origins
            if not ORIGIN.fullmatch(origin)
        ]
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
