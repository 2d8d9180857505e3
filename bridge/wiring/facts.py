"""What the service tells administrators of itself, read from the settings and the accounts' files."""

import os
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from bridge.camdigikey import Partner
from bridge.camdigikey.keystore import load_keystore, load_trust_store
from bridge.domain.ids import ConnectorId
from bridge.domain.service_facts import CamDigiKeyAccount, CertificateFacts, SettingInForce
from bridge.settings import CamDigiKey as Account
from bridge.settings import Settings, settings_in_force
from bridge.wiring.connectors import callback_path, error_path


class SettingsFacts:
    """A port's implementation (ports.facts.ServiceFacts).

    Where each setting comes from is looked up now: the environment is forgotten once the service runs.
    """

    def __init__(self, settings: Settings) -> None:
        file = os.environ.get("BRIDGE_CONFIG")
        self._settings = settings
        self._rows = settings_in_force(settings, Path(file) if file else None, os.environ)

    def settings(self) -> Sequence[SettingInForce]:
        """Every setting that this process was started with."""
        return self._rows

    def accounts(self) -> Sequence[CamDigiKeyAccount]:
        """All accounts, read from their files anew."""
        return [_account(self._settings, name, account) for name, account in self._settings.accounts.items()]


def _account(settings: Settings, connector: ConnectorId, account: Account) -> CamDigiKeyAccount:
    try:
        if account.partner is None:
            raise ValueError("no file is named")
        partner = Partner.from_file(account.partner, version=account.version)
        keystore = load_keystore(partner.keystore, partner.store_password)
        trusted = load_trust_store(
            partner.trust_store, partner.trust_store_password or partner.store_password
        )
    except OSError as error:
        return CamDigiKeyAccount(connector, fault=f"{error.filename or account.partner}: {error.strerror}.")
    except ValueError as error:
        return CamDigiKeyAccount(connector, fault=f"{account.partner}: {error}.")
    return CamDigiKeyAccount(
        connector,
        address=partner.base_url,
        version=partner.version,
        client_id=partner.client_id,
        domain=partner.domain,
        callbacks=(settings.url(callback_path(connector)), settings.url(error_path(connector))),
        certificates=tuple(map(_facts, (keystore.certificate, *keystore.chain))),
        trusted=tuple(map(_facts, trusted)),
    )


def _facts(certificate: x509.Certificate) -> CertificateFacts:
    return CertificateFacts(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        not_before=int(certificate.not_valid_before_utc.timestamp()),
        not_after=int(certificate.not_valid_after_utc.timestamp()),
        sha256=certificate.fingerprint(hashes.SHA256()).hex(),
    )
