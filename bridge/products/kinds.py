"""The kinds of applications that a wizard offers, a row each, with what domain.Client's fields begin as.

A field that a row does not name keeps the default of domain.Client. Addresses have `{base}`, where the
application is reached, and `{origin}`, the origin of that (RFC 6454).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from bridge.domain.metadata_field import Label


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of application; `fields` are those of domain.Client that differ from its own defaults."""

    id: str
    label: Label
    about: Label  # one sentence, for who chooses
    fields: Mapping[str, Any] = field(default_factory=dict)


_ROWS = (
    Kind(
        "web",
        Label("កម្មវិធីវេបដែលមានម៉ាស៊ីនមេ", "Web application with a server"),
        Label(
            "ទំព័ររបស់វាត្រូវបានបង្កើតនៅលើម៉ាស៊ីនមេ ដែលអាចរក្សាសោសម្ងាត់បាន។",
            "Its pages are made on a server, which can keep a secret.",
        ),
    ),
    Kind(
        "single-page",
        Label("កម្មវិធីទំព័រតែមួយ", "Single-page application"),
        Label(
            "វាដំណើរការក្នុងកម្មវិធីរុករកទាំងស្រុង ហើយមិនអាចរក្សាសោសម្ងាត់បានទេ។",
            "It runs in the browser alone, where no secret can be kept.",
        ),
        {
            "token_endpoint_auth_method": "none",
            # Access tokens are short-lived, and a hidden frame gets none where cookies of others are blocked.
            "grant_types": ("authorization_code", "refresh_token"),
            "allowed_origins": ("{origin}",),
        },
    ),
    Kind(
        "native",
        Label("កម្មវិធីទូរសព្ទ ឬកុំព្យូទ័រ", "Mobile or desktop application"),
        Label(
            "វាត្រូវបានដំឡើងលើទូរសព្ទ ឬកុំព្យូទ័ររបស់មនុស្ស ហើយមិនអាចរក្សាសោសម្ងាត់បានទេ។",
            "It is installed on people's phones or computers, where no secret can be kept.",
        ),
        {
            "token_endpoint_auth_method": "none",
            "application_type": "native",
            "grant_types": ("authorization_code", "refresh_token"),
        },
    ),
    Kind(
        "service",
        Label("សេវាកម្មដែលគ្មានមនុស្សប្រើ", "Service without people"),
        Label(
            "វាធ្វើការដោយខ្លួនឯង ដោយគ្មាននរណាចូលប្រើទេ។",
            "It acts for itself, and nobody signs in at it.",
        ),
        # Its scopes are its own, and chosen when it is registered.
        {"grant_types": ("client_credentials",), "scope": ()},
    ),
)
KINDS: Mapping[str, Kind] = MappingProxyType({row.id: row for row in _ROWS})
