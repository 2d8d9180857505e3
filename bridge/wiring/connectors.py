"""Builds a connector for each CamDigiKey account of the settings."""

import time
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from bridge.camdigikey import CamDigiKey, Partner, SignerPin, Timeouts
from bridge.camdigikey.keystore import load_keystore, load_trust_store
from bridge.domain.expiry import Expiry
from bridge.domain.ids import ConnectorId
from bridge.domain.network import is_loopback
from bridge.errors import ConfigError
from bridge.ports.basics import Clock
from bridge.ports.connectors import Connector, Connectors
from bridge.settings import DEFAULT_CONNECTOR, Settings, section_of
from bridge.settings import CamDigiKey as Account
from bridge.upstream.camdigikey import Called, CamDigiKeyConnector


def connectors_of(settings: Settings, clock: Clock = time.time, called: Called | None = None) -> Connectors:
    """The connectors of all accounts; `clock` dates what CamDigiKey answers, `called` is told of each call.

    Raises ConfigError with the faults of all of them.
    """
    found: dict[ConnectorId, Connector] = {}
    faults: list[str] = []
    for connector_id, account in settings.accounts.items():
        try:
            found[connector_id] = _connector(settings, connector_id, account, clock, called)
        except ConfigError as error:
            faults += error.faults
    if faults:
        close_connectors(found)
        raise ConfigError(tuple(faults))
    return found


def close_connectors(connectors: Connectors) -> None:
    """Close their connections."""
    for connector in connectors.values():
        connector.close()


def environment_of(settings: Settings) -> str:
    """The CamDigiKey by which administrators sign in, by its address; empty where no account can be read.

    An administrator counts only under the CamDigiKey that vouched for them.
    """
    account = settings.accounts.get(ConnectorId(settings.admin.connector or DEFAULT_CONNECTOR))
    try:
        return Partner.from_file(account.partner).base_url if account and account.partner else ""
    except (OSError, ValueError):  # the check before a start says what is wrong with it
        return ""


def certificates_of(settings: Settings) -> Sequence[Expiry]:
    """When the certificates of each account end: our own, and the first of those that we trust.

    What can't be read is left out: the check before a start says what is wrong with it.
    """
    found: list[Expiry] = []
    for connector_id, account in settings.accounts.items():
        if account.partner is None:
            continue
        with suppress(OSError, ValueError):
            partner = Partner.from_file(account.partner)
            own = load_keystore(partner.keystore, partner.store_password).certificate
            found.append(Expiry("keystore", connector_id, int(own.not_valid_after_utc.timestamp())))
            password = partner.trust_store_password or partner.store_password
            trusted = load_trust_store(partner.trust_store, password)
            first = min(certificate.not_valid_after_utc for certificate in trusted)
            found.append(Expiry("trust_store", connector_id, int(first.timestamp())))
    return found


def callback_path(connector_id: ConnectorId) -> str:
    """The path of an account's success callback, which is registered with CamDigiKey."""
    return _path(connector_id, "callback")


def error_path(connector_id: ConnectorId) -> str:
    """Where an account's error callback comes to; it is registered with CamDigiKey too."""
    return _path(connector_id, "error")


def _path(connector_id: ConnectorId, what: str) -> str:
    middle = "" if connector_id == DEFAULT_CONNECTOR else f"/{connector_id}"
    return f"/camdigikey{middle}/{what}"


def _connector(
    settings: Settings, connector_id: ConnectorId, account: Account, clock: Clock, called: Called | None
) -> Connector:
    name = section_of(connector_id)
    if account.partner is None:
        raise ConfigError((f"{name}.partner is missing: it names the file of the service account.",))
    try:
        partner = Partner.from_file(account.partner, version=account.version)
        client = CamDigiKey(
            partner,
            timeouts=Timeouts(account.connect_timeout, account.timeout),
            max_in_flight=account.max_in_flight,
            clock=clock,
            signer_pin=SignerPin(account.signer_subject, account.signer_key_sha256),
        )
    except OSError as error:
        what = f"{error.filename or account.partner} can't be read: {error.strerror}"
        raise ConfigError((f"{name}.partner: {what}.",)) from None
    except ValueError as error:
        raise ConfigError((f"{name}.partner: {error}.",)) from None
    return CamDigiKeyConnector(
        connector_id,
        client,
        partner.version,
        success_url=settings.url(callback_path(connector_id)) if account.success_return_url else None,
        error_url=settings.url(error_path(connector_id)) if account.error_return_url else None,
        clock=clock,
        called=called,
        login_pages=account.login_origins or _any_address(partner),
    )


def _any_address(partner: Partner) -> tuple[str, ...]:
    """Sources for login pages where the settings name no origin; a simulator's pages are plain http."""
    local = is_loopback(urlsplit(partner.base_url).hostname or "")
    return ("https:", "http:") if local else ("https:",)
