"""Why a client is told a claim or not, and which of CamDigiKey's facts it is made of: for an administrator.

Nothing is computed anew: what goes out is taken from the answers themselves (release), and only what is
missing there is explained.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Literal

from bridge.domain.claims.facts import Constants, Facts, Source, Value, Values
from bridge.domain.claims.release import allowed_scope, listed, usable
from bridge.domain.claims.table import CLAIMS, SCOPES, Claim
from bridge.domain.client import Client
from bridge.domain.grant import Grant
from bridge.domain.ids import Sub
from bridge.domain.subject import Identity

WhyLeftOut = Literal[
    "scope",  # the client may not ask for it
    "purpose",  # it has not said in writing what for
    "allow_list",  # its own list of claims leaves it out
    "unknown",  # neither CamDigiKey nor the settings know it of this person
    "each_token",  # it belongs to one token, or to one request
]


@dataclass(frozen=True, slots=True)
class ClaimOutcome:
    """What becomes of a claim. `value`: None where it is left out, also of one that there would be.

    `made_of`: the fields of domain.Identity that it depends on.
    """

    name: str
    made_of: tuple[str, ...]
    value: Value = None
    in_id_token: bool = False
    in_userinfo: bool = False
    why_left_out: WhyLeftOut | None = None


def outcomes(
    grant: Grant,
    client: Client,
    constant: Constants,
    day: date,
    *,
    id_token: Mapping[str, Value],
    userinfo: Values,
) -> tuple[ClaimOutcome, ...]:
    """Every claim that there is, in the order of the table, then what else the settings add.

    `id_token` and `userinfo`: the two answers for this Grant.
    """
    facts = Facts(grant.person, client, grant.claims_locales, day)
    constants = usable(constant)
    known = [name for name, row in CLAIMS.items() if row.source or row.about == "login" or name in constants]
    found = []
    for name in dict.fromkeys((*known, *constants)):
        row, in_id_token, in_userinfo = CLAIMS.get(name), name in id_token, name in userinfo
        made_of = _made_of(row.source, facts) if row and row.source else ()
        if in_id_token or in_userinfo:
            value = id_token[name] if in_id_token else userinfo[name]
            found.append(ClaimOutcome(name, made_of, value, in_id_token, in_userinfo))
        else:
            found.append(ClaimOutcome(name, made_of, why_left_out=_why(name, row, client)))
    return tuple(found)


def _why(name: str, row: Claim | None, client: Client) -> WhyLeftOut:
    if row is not None and row.about == "login":
        return "unknown" if name == "amr" else "each_token"
    if row is not None and row.scope not in allowed_scope(client, SCOPES):
        return "purpose" if row.scope in client.scope and row.scope == "national_id" else "scope"
    return "unknown" if listed(name, client) else "allow_list"


def _made_of(source: Source, facts: Facts) -> tuple[str, ...]:
    """The fields of the identity without which the value would be another one."""
    value = source(facts)
    return tuple(part.name for part in fields(Identity) if source(_without(facts, part.name)) != value)


def _without(facts: Facts, name: str) -> Facts:
    """The same person, had CamDigiKey not said this of them. Their `sub` is made of camdigikey_id."""
    person = facts.person
    nothing = "" if name == "camdigikey_id" else None
    identity = replace(facts.identity, **{name: nothing})  # type: ignore[arg-type]  # -- a field's own type
    sub = Sub("") if name == "camdigikey_id" else person.sub
    subject = replace(person.subject, identity=identity)
    return replace(facts, person=replace(person, subject=subject, sub=sub))
