"""Shared part: the principal of a Grant."""

from typing import Any, assert_never

from bridge.domain.ids import SessionKey, Sid, Sub
from bridge.domain.principal import ClientPrincipal, LoginFacts, PersonPrincipal, Principal
from bridge.stores.records.fields import Fields, present
from bridge.stores.records.subject import read_subject, write_subject


def write_principal(principal: Principal) -> dict[str, Any]:
    match principal:
        case PersonPrincipal(subject, sub, login, roles):
            found = {"type": "person", "subject": write_subject(subject), "sub": sub, "login": _write(login)}
            return found | ({"roles": list(roles)} if roles else {})
        case ClientPrincipal():
            return {"type": "client"}
        case _:
            assert_never(principal)


def read_principal(fields: Fields) -> Principal:
    if fields.choice("type", ("person", "client")) == "client":
        return ClientPrincipal()
    return PersonPrincipal(
        subject=fields.part("subject", read_subject),
        sub=Sub(fields.text("sub")),
        login=fields.part("login", _read),
        roles=fields.texts("roles"),
    )


def _write(login: LoginFacts) -> dict[str, Any]:
    return present(
        {
            "sid": login.sid,
            "session_key": login.session_key,
            "auth_time": login.auth_time,
            "acr": login.acr,
            "amr": login.amr,
        }
    )


def _read(fields: Fields) -> LoginFacts:
    return LoginFacts(
        sid=Sid(fields.text("sid")),
        session_key=SessionKey(fields.text("session_key")),
        auth_time=fields.number("auth_time"),
        acr=fields.text("acr"),
        amr=fields.texts("amr"),
    )
