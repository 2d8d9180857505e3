"""What administrators may read of the service: its CamDigiKey accounts, and its settings."""

from dataclasses import dataclass

from bridge.domain.ids import ConnectorId


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate of a keystore or trust store. Times in epoch seconds; `sha256`: of its DER, in hex."""

    subject: str
    issuer: str
    not_before: int
    not_after: int
    sha256: str


@dataclass(frozen=True, slots=True)
class CamDigiKeyAccount:
    """A service account at CamDigiKey as its file describes it now; nothing of it is secret.

    `certificates`: our own first, then those above it; `trusted`: the authorities of the trust store.
    `fault`: a sentence where the file can't be read; the rest is empty then.
    """

    connector: ConnectorId
    address: str = ""
    version: str = ""
    client_id: str = ""
    domain: str = ""
    callbacks: tuple[str, ...] = ()
    certificates: tuple[CertificateFacts, ...] = ()
    trusted: tuple[CertificateFacts, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """A setting by its dotted path, its value as TOML (a secret as ***), and where it comes from.

    `origin`: the name of a variable, the name of a file, or `default`.
    """

    path: str
    value: str
    origin: str
