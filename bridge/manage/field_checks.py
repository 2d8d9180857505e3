"""Checks of single fields: by the kind in the field's row, and by the check that the row names.

A check gets a value (for a list, each entry) and returns a sentence that says what is wrong, or an empty
text.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from math import floor
from typing import Any

from bridge.domain.claims import CLAIMS, SCOPES
from bridge.domain.client import Client
from bridge.domain.client_metadata import MAX_LIFETIMES
from bridge.domain.colour import COLOUR, MIN_TEXT_CONTRAST, WHITE, contrast
from bridge.domain.ids import ConnectorId
from bridge.domain.metadata_field import Check, MetadataField
from bridge.domain.sentence import said
from bridge.manage.addresses import (
    origin_fault,
    own_origin_fault,
    page_fault,
    post_logout_uri_fault,
    redirect_uri_fault,
)

# Characters that need no encoding anywhere; a dot or two alone would be another page's path.
CLIENT_ID = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._~-]{1,100}")
DOMAIN = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
OWN_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")  # RFC 6749 §3.3
MAX_NAME_LENGTH = 100
MAX_ENTRIES = 50  # of a list
MAX_TEXT = 500  # letters
ZERO_WIDTH = "\u200b\u200c\u200d"


@dataclass(frozen=True, slots=True)
class Draft:
    """The client that is to be registered, the connectors that it may name, and the issuer's address."""

    client: Client
    connectors: Collection[ConnectorId]
    issuer: str


def field_faults(row: MetadataField, draft: Draft) -> Iterator[str]:
    """Everything that is wrong with one field; nothing where it is None."""
    value = getattr(draft.client, row.name)
    if value is None:
        return
    if row.many and len(value) > MAX_ENTRIES:
        yield said("{name} has at most {limit} entries.", name=row.name, limit=MAX_ENTRIES)
    yield from _kind_faults(row, value)
    if row.check:
        entries = value if row.many else (value,)
        yield from filter(None, (ENTRY_CHECKS[row.check](entry, draft) for entry in entries))


def _kind_faults(row: MetadataField, value: Any) -> Iterator[str]:
    if row.kind == "choice":
        yield from _unknown_choices(row.name, (value,), row.choices)
    elif row.kind == "choices":
        yield from _unknown_choices(row.name, value, row.choices)
    elif row.kind == "text" and (len(value) > MAX_TEXT or not _readable(value)):
        yield said(
            "{name} has at most {limit} letters, all of which can be seen, in one line.",
            name=row.name,
            limit=MAX_TEXT,
        )
    elif row.kind == "seconds" and value < 0:
        yield said("{name} is 0 seconds or more.", name=row.name)
    elif row.kind == "lifetimes":
        yield from _lifetime_faults(value)


def _readable(text: str) -> bool:
    """Whether nothing in it hides or turns letters around; Khmer has spaces of no width between words."""
    return all(letter.isprintable() or letter in ZERO_WIDTH for letter in text)


def _unknown_choices(name: str, values: Collection[str], known: Collection[str]) -> Iterator[str]:
    for value in values:
        if value not in known:
            yield said(
                "{value!r} is no {name}; there are {known}.", value=value, name=name, known=", ".join(known)
            )


def _lifetime_faults(lifetimes: Mapping[str, int]) -> Iterator[str]:
    for name, seconds in lifetimes.items():
        limit = MAX_LIFETIMES.get(name)
        if limit is None:
            yield said(
                "{name!r} is no lifetime of a client; there are {known}.",
                name=name,
                known=", ".join(MAX_LIFETIMES),
            )
        elif not 1 <= seconds <= limit:
            yield said("The lifetime {name} has 1 to {limit} seconds.", name=name, limit=limit)


def _client_id(client_id: str, draft: Draft) -> str:
    if CLIENT_ID.fullmatch(client_id):
        return ""
    return said("The client id has 1 to 100 letters out of A-Z a-z 0-9 . _ ~ -.")


def _client_name(name: str, draft: Draft) -> str:
    if name.strip() and len(name) <= MAX_NAME_LENGTH and name.isprintable():
        return ""
    return said("The name, which people see, has 1 to {limit} printable letters.", limit=MAX_NAME_LENGTH)


def _client_name_km(name: str, draft: Draft) -> str:
    """Khmer has spaces of no width, where a line may break."""
    if name.strip(" " + ZERO_WIDTH) and len(name) <= MAX_NAME_LENGTH and _readable(name):
        return ""
    return f"The Khmer name has 1 to {MAX_NAME_LENGTH} printable letters."


def _colour(colour: str, draft: Draft) -> str:
    """Buttons have it, with white text on them."""
    if not COLOUR.fullmatch(colour):
        return "A colour is written as # and six digits out of 0-9 a-f."
    found = contrast(colour, WHITE)
    if found >= MIN_TEXT_CONTRAST:
        return ""
    return (
        f"White text on the colour {colour} has a contrast of {floor(found * 10) / 10} to 1, and people need "
        f"{MIN_TEXT_CONTRAST} to 1 to read it (WCAG AA): take a darker one."
    )


def _redirect_uri(uri: str, draft: Draft) -> str:
    if fault := redirect_uri_fault(uri, native=draft.client.application_type == "native"):
        return fault
    return own_origin_fault(uri, draft.issuer)


def _post_logout_uri(uri: str, draft: Draft) -> str:
    return post_logout_uri_fault(uri, native=draft.client.application_type == "native")


def _scope(word: str, draft: Draft) -> str:
    """A scope of ours, or any other where the client acts for itself and so may define its own."""
    if word in SCOPES or ("client_credentials" in draft.client.grant_types and OWN_SCOPE.fullmatch(word)):
        return ""
    return said("{word!r} is no scope; there are {known}.", word=word, known=", ".join(SCOPES))


def _claim(name: str, draft: Draft) -> str:
    return (
        ""
        if name in CLAIMS
        else said("{name!r} is no claim; there are {known}.", name=name, known=", ".join(sorted(CLAIMS)))
    )


def _email_domain(domain: str, draft: Draft) -> str:
    if DOMAIN.fullmatch(domain):
        return ""
    return said("{domain!r} is no domain for pseudonymous addresses (people.example.gov.kh).", domain=domain)


def _connector(name: str, draft: Draft) -> str:
    if name in draft.connectors:
        return ""
    return said(
        "{name!r} is no connector; there are {known}.", name=name, known=", ".join(sorted(draft.connectors))
    )


ENTRY_CHECKS: Mapping[Check, Callable[[str, Draft], str]] = {
    "client_id": _client_id,
    "client_name": _client_name,
    "client_name_km": _client_name_km,
    "redirect_uri": _redirect_uri,
    "post_logout_uri": _post_logout_uri,
    "https": lambda uri, draft: page_fault(uri),
    "origin": lambda origin, draft: origin_fault(origin),
    "scope": _scope,
    "claims": _claim,
    "email_domain": _email_domain,
    "connector": _connector,
    "colour": _colour,
}
