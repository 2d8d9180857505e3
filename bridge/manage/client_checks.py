"""Checks whether a Client can be registered, and reports everything that is wrong, a sentence each."""

from collections.abc import Callable, Collection, Iterator, Mapping

from bridge.domain.administrator import CONSOLE_SECTOR
from bridge.domain.client import Client
from bridge.domain.client_metadata import CLIENT_METADATA
from bridge.domain.ids import ConnectorId
from bridge.errors import BridgeError
from bridge.manage.addresses import sectors
from bridge.manage.field_checks import Draft, field_faults


class ClientFaults(BridgeError):
    """The client can't be registered; `faults` holds a sentence for each reason."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def check_client(client: Client, connectors: Collection[ConnectorId], issuer: str) -> None:
    """Raises ClientFaults with all that is wrong; `connectors`: the accounts that it may name.

    `issuer`: this provider's own address, which no application's redirect URI shares the origin of.
    """
    if found := client_faults(client, connectors, issuer):
        raise ClientFaults(tuple(dict.fromkeys(sentence for _, sentence in found)))


def client_faults(client: Client, connectors: Collection[ConnectorId], issuer: str) -> list[tuple[str, str]]:
    """All that is wrong, each with the name of the field that is to be mended."""
    draft = Draft(client, connectors, issuer)
    found = [(row.name, fault) for row in CLIENT_METADATA.values() for fault in field_faults(row, draft)]
    return found + [(name, fault) for name, check in COMBINATIONS.items() for fault in check(client)]


def _signs_people_in(client: Client) -> bool:
    """Whether people sign in at all: an application can also act for itself alone (RFC 6749 §4.4)."""
    return set(client.grant_types) != {"client_credentials"}


def _grant_types(client: Client) -> Iterator[str]:
    if _signs_people_in(client) and "authorization_code" not in client.grant_types:
        yield "Without the grant type authorization_code nobody could sign in."
    if "client_credentials" in client.grant_types and client.public:
        yield "A client without a secret can't use client_credentials (RFC 6749 §4.4)."


def _redirect_uris(client: Client) -> Iterator[str]:
    if _signs_people_in(client) and not client.redirect_uris:
        yield "At least one redirect URI is needed: where people come back to after signing in."


def _scope(client: Client) -> Iterator[str]:
    if _signs_people_in(client) and "openid" not in client.scope:
        yield "Without the scope openid there is no sign-in (OIDC Core §3.1.2.1)."
    if "offline_access" in client.scope and "refresh_token" not in client.grant_types:
        yield "The scope offline_access needs the grant type refresh_token."
    if "national_id" in client.scope and not (client.national_id_purpose or "").strip():
        yield "The scope national_id needs --national-id-purpose, its purpose in writing."


def _public(client: Client) -> Iterator[str]:
    if client.public and not client.require_pkce:
        yield "A client without a secret has to use PKCE (RFC 9700 §2.1.1)."
    if client.application_type == "native" and not client.public:
        yield "A native application can't keep a secret: its auth method is none (RFC 8252 §8.5)."


def _sector(client: Client) -> Iterator[str]:
    """Chosen once for good, because every `sub` is derived from it (OIDC Core §8.1)."""
    if client.sector_identifier == CONSOLE_SECTOR:
        yield f"The sector {CONSOLE_SECTOR} is that of administration: no application shares it."
    if client.subject_type == "pairwise" and not client.sector_identifier:
        hosts = ", ".join(sectors(client.redirect_uris))
        yield (
            f"The redirect URIs are on several hosts ({hosts}): choose a sector identifier (--sector), the"
            " name that people's sub hangs on, for good. Applications of one sector share it."
        )


# Rules of several fields, by the one that is to be mended.
COMBINATIONS: Mapping[str, Callable[[Client], Iterator[str]]] = {
    "grant_types": _grant_types,
    "redirect_uris": _redirect_uris,
    "scope": _scope,
    "token_endpoint_auth_method": _public,
    "sector_identifier": _sector,
}
