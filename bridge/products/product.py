"""The form of an entry of the catalogue: facts about one product, and its templates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bridge.domain.metadata_field import Label

Pkce = Literal[
    "by_itself",  # sends it without being told
    "by_its_settings",  # off by default, and switched on in the configuration given here
    "up_to_you",  # nobody knows the product
]
Reads = Literal["userinfo", "id_token", "both", "unknown"]
Logout = Literal[
    "own",  # ends its own session, and tells nobody
    "rp_initiated",  # sends people to sign out here too (OIDC RP-Initiated Logout)
    "back_channel",  # hears when a session ends here (OIDC Back-Channel Logout)
]


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a product's addresses that only its owner knows: what a form asks for."""

    name: str  # in addresses, in braces
    label: Label
    example: str


def base(example: str) -> Place:
    """Where the product is reached: every product has this place."""
    return Place("base", Label("អាសយដ្ឋានរបស់កម្មវិធី", "Address of the application"), example)


@dataclass(frozen=True, slots=True)
class Template:
    """One text that a product is given."""

    file: str  # below bridge/products/templates, without .j2
    format: str  # a row of `formats`
    title: Label
    goes_to: str  # the file or screen of the product that takes it
    where: Label  # a sentence: where that is
    before: tuple[Label, ...] = ()  # steps, before the text is put there
    after: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """One product, library or server that signs people in.

    `fields` are those of domain.Client that differ from its kind's: callback and post-logout addresses with
    the places in braces, how it authenticates, the scopes that it needs, and so on.
    """

    id: str
    name: Label
    about: Label  # one sentence
    kind: str  # a row of `kinds` that it builds on
    places: tuple[Place, ...]
    fields: Mapping[str, Any]
    templates: tuple[Template, ...]
    pkce: Pkce
    reads: Reads  # where it looks for claims
    claims: tuple[str, ...]  # those that it makes use of
    user_name: str | None  # the claim that becomes its user name, as configured here
    logout: tuple[Logout, ...]
    quirks: tuple[Label, ...] = ()  # what to mind, a sentence each
    email_needed: bool = False  # nobody without an e-mail address gets in, as configured here
    version: str | None = None  # the one that was seen to sign somebody in; None: its documentation alone
    own_secrets: tuple[str, ...] = field(default=())  # placeholders of secrets that the bridge never knows
