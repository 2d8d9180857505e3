"""The record of a registered Client, with the names of RFC 7591 §2 and its extensions.

Every field is written, also where it has its default: a later release with another default must not change
registrations. Only None is left out.
"""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from bridge.domain.client import (
    ACCESS,
    APPLICATION_TYPES,
    AUTH_METHODS,
    GRANT_TYPES,
    NAME_LOCALES,
    SIGNING_ALGS,
    SUBJECT_TYPES,
    TOKEN_FORMATS,
    Client,
    FileOwner,
)
from bridge.domain.ids import ClientId, ConnectorId
from bridge.domain.metadata_field import Group
from bridge.stores.records.fields import Fields
from bridge.stores.records.record import Record

_GROUPS: tuple[Group, ...] = get_args(Group)


def _write(client: Client) -> dict[str, Any]:
    body = {
        "client_id": client.client_id,
        "client_name": client.client_name,
        "client_name_km": client.client_name_km,
        "redirect_uris": client.redirect_uris,
        "token_endpoint_auth_method": client.token_endpoint_auth_method,
        "secret_hashes": client.secret_hashes,
        "application_type": client.application_type,
        "grant_types": client.grant_types,
        "scope": client.scope,
        "claims": client.claims,
        "require_pkce": client.require_pkce,
        "skip_consent": client.skip_consent,
        "skip_login_page": client.skip_login_page,
        "access": client.access,
        "access_contact": client.access_contact,
        "popups": client.popups,
        "subject_type": client.subject_type,
        "sector_identifier": client.sector_identifier,
        "id_token_signed_response_alg": client.id_token_signed_response_alg,
        "access_token_format": client.access_token_format,
        "claims_in_id_token": client.claims_in_id_token,
        "email_fallback_domain": client.email_fallback_domain,
        "name_locale": client.name_locale,
        "national_id_purpose": client.national_id_purpose,
        "post_logout_redirect_uris": client.post_logout_redirect_uris,
        "backchannel_logout_uri": client.backchannel_logout_uri,
        "backchannel_logout_session_required": client.backchannel_logout_session_required,
        "form_action_origins": client.form_action_origins,
        "allowed_origins": client.allowed_origins,
        "client_uri": client.client_uri,
        "logo_uri": client.logo_uri,
        "colour": client.colour,
        "policy_uri": client.policy_uri,
        "tos_uri": client.tos_uri,
        "initiate_login_uri": client.initiate_login_uri,
        "default_max_age": client.default_max_age,
        "connector": client.connector,
        "enabled": client.enabled,
        "pause_km": client.pause_km,
        "pause_en": client.pause_en,
        "client_id_issued_at": client.client_id_issued_at,
        "lifetimes": dict(client.lifetimes),
        "managed_by": None if client.managed_by is None else _write_owner(client.managed_by),
    }
    return {name: value for name, value in body.items() if value is not None}


def _write_owner(owner: FileOwner) -> dict[str, Any]:
    body = {
        "set": owner.set_name,
        "unmanaged": owner.unmanaged,
        "secret_version": owner.secret_version,
        "pruned_at": owner.pruned_at,
    }
    return {name: value for name, value in body.items() if value is not None}


def _read_owner(fields: Fields) -> FileOwner:
    return FileOwner(
        set_name=fields.text("set"),
        unmanaged=fields.choices("unmanaged", _GROUPS),
        secret_version=fields.number_or_none("secret_version"),
        pruned_at=fields.number_or_none("pruned_at"),
    )


def _read(fields: Fields) -> Client:
    connector = fields.text_or_none("connector")
    return Client(
        client_id=ClientId(fields.text("client_id")),
        client_name=fields.text("client_name"),
        client_name_km=fields.text_or_none("client_name_km"),
        redirect_uris=fields.texts("redirect_uris"),
        token_endpoint_auth_method=fields.choice("token_endpoint_auth_method", AUTH_METHODS),
        secret_hashes=fields.texts("secret_hashes"),
        application_type=fields.choice("application_type", APPLICATION_TYPES),
        grant_types=fields.choices("grant_types", GRANT_TYPES),
        scope=fields.texts("scope"),
        claims=fields.texts_or_none("claims"),
        require_pkce=fields.flag("require_pkce"),
        skip_consent=fields.flag("skip_consent"),
        skip_login_page=fields.flag("skip_login_page"),
        access=fields.choice("access", ACCESS, absent="everyone"),
        access_contact=fields.text_or_none("access_contact"),
        popups=fields.flag_or_false("popups"),
        subject_type=fields.choice("subject_type", SUBJECT_TYPES),
        sector_identifier=fields.text_or_none("sector_identifier"),
        id_token_signed_response_alg=fields.choice("id_token_signed_response_alg", SIGNING_ALGS),
        access_token_format=fields.choice("access_token_format", TOKEN_FORMATS),
        claims_in_id_token=fields.flag("claims_in_id_token"),
        email_fallback_domain=fields.text_or_none("email_fallback_domain"),
        name_locale=fields.choice("name_locale", NAME_LOCALES),
        national_id_purpose=fields.text_or_none("national_id_purpose"),
        post_logout_redirect_uris=fields.texts("post_logout_redirect_uris"),
        backchannel_logout_uri=fields.text_or_none("backchannel_logout_uri"),
        backchannel_logout_session_required=fields.flag("backchannel_logout_session_required"),
        form_action_origins=fields.texts("form_action_origins"),
        allowed_origins=fields.texts("allowed_origins"),
        client_uri=fields.text_or_none("client_uri"),
        logo_uri=fields.text_or_none("logo_uri"),
        colour=fields.text_or_none("colour"),
        policy_uri=fields.text_or_none("policy_uri"),
        tos_uri=fields.text_or_none("tos_uri"),
        initiate_login_uri=fields.text_or_none("initiate_login_uri"),
        default_max_age=fields.number_or_none("default_max_age"),
        connector=None if connector is None else ConnectorId(connector),
        enabled=fields.flag("enabled"),
        pause_km=fields.text_or_none("pause_km"),
        pause_en=fields.text_or_none("pause_en"),
        client_id_issued_at=fields.number("client_id_issued_at"),
        lifetimes=fields.numbers("lifetimes"),
        managed_by=fields.part_or_none("managed_by", _read_owner),
    )


READERS: Mapping[int, Callable[[Fields], Client]] = {1: _read}
CLIENT = Record("client", 1, _write, READERS)
