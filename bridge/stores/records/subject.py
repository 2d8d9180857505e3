"""Shared parts: the person, by the names of OIDC Core §5.1, and their token at CamDigiKey."""

from typing import Any

from bridge.domain.ids import ConnectorId, SubjectId
from bridge.domain.subject import Identity, Subject, UpstreamToken
from bridge.stores.records.fields import Fields, present


def write_identity(identity: Identity) -> dict[str, Any]:
    return present(
        {
            "camdigikey_id": identity.camdigikey_id,
            "personal_code": identity.personal_code,
            "given_name": identity.given_name,
            "family_name": identity.family_name,
            "given_name#km": identity.given_name_km,
            "family_name#km": identity.family_name_km,
            "gender": identity.gender,
            "birthdate": identity.birthdate,
            "phone_number": identity.phone_number,
            "email": identity.email,
            "nationality": identity.nationality,
        }
    )


def read_identity(fields: Fields) -> Identity:
    return Identity(
        camdigikey_id=fields.text("camdigikey_id"),
        personal_code=fields.text_or_none("personal_code"),
        given_name=fields.text_or_none("given_name"),
        family_name=fields.text_or_none("family_name"),
        given_name_km=fields.text_or_none("given_name#km"),
        family_name_km=fields.text_or_none("family_name#km"),
        gender=fields.text_or_none("gender"),
        birthdate=fields.text_or_none("birthdate"),
        phone_number=fields.text_or_none("phone_number"),
        email=fields.text_or_none("email"),
        nationality=fields.text_or_none("nationality"),
    )


def write_subject(subject: Subject) -> dict[str, Any]:
    return {
        "id": subject.id,
        "identity": write_identity(subject.identity),
        "updated_at": subject.updated_at,
    }


def read_subject(fields: Fields) -> Subject:
    return Subject(
        id=SubjectId(fields.text("id")),
        identity=fields.part("identity", read_identity),
        updated_at=fields.number("updated_at"),
    )


def write_upstream_token(token: UpstreamToken) -> dict[str, Any]:
    found = {
        "access_token": token.value,
        "connector": token.connector,
        "issued_at": token.issued_at,
        "expires_at": token.expires_at,
        "checked_at": token.checked_at,
    }
    return {**found, "person": token.person} if token.person else found


def read_upstream_token(fields: Fields) -> UpstreamToken:
    return UpstreamToken(
        value=fields.text("access_token"),
        connector=ConnectorId(fields.text("connector")),
        issued_at=fields.number("issued_at"),
        expires_at=fields.number("expires_at"),
        checked_at=fields.number("checked_at"),
        person=fields.text_or_none("person") or "",
    )
