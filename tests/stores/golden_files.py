"""The golden files: what each version of each record looks like where it rests.

They are kept for ever and read by every later release. `python -m tests.stores.golden_files` writes the files
that are missing, and never changes one that is there. A record that changes gets the next version in its
module, its sample here a value that says everything new, and a file in a folder of its own; the earlier files
stay, and what they are read as stands in `EARLIER`.

`<kind>.json` is the record; `<kind>.sealed` the text that rests, where it is sealed, with a master key for
tests alone.
`least-<kind>.json` leaves out all that may be absent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bridge.domain.administrator import Administrator, Invitation
from bridge.domain.approval import Proposal
from bridge.domain.authorization_request import AuthorizationRequest, ClaimRequest, ClaimsRequest, ReplyTo
from bridge.domain.client import Client, FileOwner
from bridge.domain.client_people import ClientInvitation, ClientPerson
from bridge.domain.connector import UpstreamLogin
from bridge.domain.grant import Grant, Origin
from bridge.domain.ids import (
    AdministratorId,
    ClientId,
    ClientPersonId,
    ConnectorId,
    GrantId,
    SessionKey,
    Sid,
    Sub,
    SubjectId,
)
from bridge.domain.principal import ClientPrincipal
from bridge.domain.session import Predecessor
from bridge.domain.subject import Identity, Subject
from bridge.domain.token import AccessToken, AuthorizationCode
from bridge.ops.counters import Counters
from bridge.stores import records
from bridge.stores.records import Record
from bridge.stores.redis import Parking
from bridge.stores.sealed import Sealed
from bridge.stores.sealing import MasterSealer, SealedInteractions
from tests.stores import samples
from tests.stores.samples import CLIENT_1, NOW, UPSTREAM

FOLDER = Path(__file__).parent / "golden"
SEALER = MasterSealer([b"a master key for the golden files"])


@dataclass(frozen=True, slots=True)
class Golden:
    """A value of one kind whose record is kept."""

    record: Record[Any]
    value: Any
    name: str  # of its file, without an ending

    @property
    def folder(self) -> Path:
        return FOLDER / f"v{self.record.version}"

    @property
    def written(self) -> dict[str, Any]:
        """The record as this release writes it."""
        content: dict[str, Any] = json.loads(self.record.dump(self.value))
        return content

    def kept(self, ending: str) -> str:
        return (self.folder / f"{self.name}.{ending}").read_text(encoding="utf-8")


IDENTITY = replace(
    samples.IDENTITY, phone_number="+85512345678", email="sokunthea@mail.example", nationality="KH"
)
SUBJECT = Subject(SubjectId("subject-1"), IDENTITY, NOW)
LEAST_SUBJECT = Subject(SubjectId("subject-1"), Identity("camdigikey-id-1"), NOW)
CLAIMS = ClaimsRequest(
    userinfo={"name": ClaimRequest(True), "email": ClaimRequest()},
    id_token={"acr": ClaimRequest(False, ("urn:a", "urn:b", 1, 1.5, True, None))},
)
REQUEST = AuthorizationRequest(
    client_id=CLIENT_1,
    reply_to=ReplyTo("https://app.example/cb", "form_post", "សួស្តី"),
    scope=("openid", "profile", "offline_access"),
    nonce="nonce",
    code_challenge="challenge",
    prompt=frozenset({"login", "consent"}),
    max_age=0,
    required_subs=(Sub("sub-1"), Sub("sub-2")),
    login_hint="sokunthea@mail.example",
    ui_locales=("km", "en"),
    claims_locales=("km",),
    claims=CLAIMS,
)
INTERACTION = replace(
    samples.interaction(),
    request=REQUEST,
    consented_by=SubjectId("subject-1"),
    consented_claims=frozenset({"sub", "name"}),
    failure="temporarily_unavailable",
    failed_in="0123456789abcdef",
)
LEAST_INTERACTION = replace(
    samples.interaction(),
    request=AuthorizationRequest(CLIENT_1, ReplyTo("https://app.example/cb"), ("openid",)),
)
HANDOFF = replace(
    samples.handoff(), interaction=INTERACTION, login_url="https://camdigikey.example/login?token=1"
)
CONFIRMATION = replace(
    samples.pending_confirmation(), interaction=INTERACTION, login=UpstreamLogin(IDENTITY, UPSTREAM)
)
ANSWER = samples.given_answer(code="grant-1.the-code", state="សួស្តី", iss="https://login.example")
SESSION = replace(
    samples.session(),
    subject=SUBJECT,
    predecessors=(
        Predecessor(SessionKey("session-0"), Sid("sid-0")),
        Predecessor(SessionKey("session-00"), Sid("sid-00")),
    ),
)
LEAST_SESSION = replace(samples.session(), subject=LEAST_SUBJECT, amr=(), upstream=None, predecessors=())
PERSON = replace(samples.person(subject=SUBJECT), roles=("clerk",))
GRANT = replace(samples.bound_grant(), claims=CLAIMS, principal=PERSON)
LEAST_GRANT = Grant(GrantId("grant-1"), Origin("client", "call-1"), CLIENT_1, ClientPrincipal(), (), NOW)
CODE = samples.code(samples.grant())
LEAST_CODE = AuthorizationCode(GrantId("grant-1"), CLIENT_1, "https://app.example/cb", NOW + 60)
ACCESS = replace(samples.access(GRANT), aud=("https://api.example",))
LEAST_ACCESS = AccessToken(GrantId("grant-1"), CLIENT_1, (), NOW, NOW + 600)
CLIENT = Client(
    client_id=CLIENT_1,
    client_name="ខ Application",
    redirect_uris=("https://app.example/cb", "http://127.0.0.1/cb"),
    token_endpoint_auth_method="client_secret_post",
    secret_hashes=("hash-1", "hash-2"),
    application_type="native",
    grant_types=("authorization_code", "refresh_token", "client_credentials"),
    scope=("openid", "profile", "national_id"),
    claims=("name", "name#km"),
    require_pkce=False,
    skip_consent=True,
    skip_login_page=True,
    access="listed",
    access_contact="The help desk, 023 123 456",
    popups=True,
    subject_type="public",
    sector_identifier="app.example",
    id_token_signed_response_alg="ES256",
    access_token_format="at+jwt",
    claims_in_id_token=True,
    email_fallback_domain="app.example",
    name_locale="km",
    national_id_purpose="The law asks for it.",
    post_logout_redirect_uris=("https://app.example/bye",),
    backchannel_logout_uri="https://app.example/logout",
    backchannel_logout_session_required=True,
    form_action_origins=("https://other.example",),
    allowed_origins=("https://spa.example",),
    client_uri="https://app.example",
    logo_uri="https://app.example/logo.svg",
    client_name_km="ឈ្មោះ",
    colour="#0b5cad",
    policy_uri="https://app.example/policy",
    tos_uri="https://app.example/terms",
    initiate_login_uri="https://app.example/login",
    default_max_age=3600,
    connector=ConnectorId("second"),
    enabled=False,
    pause_km="ផ្អាក",
    pause_en="Paused.",
    client_id_issued_at=NOW,
    lifetimes={"code": 30, "access_token": 300},
    managed_by=FileOwner("ministry", ("look", "sign_out"), secret_version=2, pruned_at=NOW),
)
LEAST_CLIENT = Client(CLIENT_1, "Application", ())
PROPOSAL = Proposal(
    id="proposal-1",
    before=LEAST_CLIENT,
    after=replace(LEAST_CLIENT, scope=("openid", "national_id"), national_id_purpose="Taxes"),
    version="a-hash",
    sensitive=("national_id", "national_id_purpose"),
    proposed_by="administrator:administrator-1",
    proposed_at=NOW,
    expires_at=NOW + 72 * 3600,
    state="approved",
    decided_by="os:root",
    decided_at=NOW + 60,
    reason="Decree 12",
    locally=True,
)
LEAST_PROPOSAL = Proposal(
    "proposal-1", None, LEAST_CLIENT, "a-hash", ("face",), "client:portal", NOW, NOW + 72 * 3600
)
ADMINISTRATOR = Administrator(
    AdministratorId("administrator-1"),
    environment="https://camdigikey.example",
    sub=Sub("sub-1"),
    name="SOKUNTHEA MEAS",
    role="maintainer",
    state="pending",
    created_at=NOW,
    clients=(CLIENT_1, ClientId("client-2")),
    code="012345",
    invitation="hash-1",
    last_sign_in_at=NOW,
)
LEAST_ADMINISTRATOR = Administrator(
    AdministratorId("administrator-1"), "https://camdigikey.example", Sub("sub-1"), "", "owner", "active", NOW
)
INVITATION = Invitation(
    role="maintainer",
    environment="https://camdigikey.example",
    invited_by="command line",
    created_at=NOW,
    expires_at=NOW + 900,
    clients=(CLIENT_1,),
    confirmed=True,
)
CLIENT_PERSON = ClientPerson(
    id=ClientPersonId("person-1"),
    client_id=CLIENT_1,
    subject_id=SubjectId("subject-1"),
    name="SOKUNTHEA MEAS",
    state="pending",
    joined_at=NOW,
    roles=("clerk", "head"),
    code="012345",
)
LEAST_CLIENT_PERSON = ClientPerson(
    ClientPersonId("person-1"), CLIENT_1, SubjectId("subject-1"), "", "active", NOW
)
CLIENT_INVITATION = ClientInvitation(CLIENT_1, "command line", NOW, NOW + 900, ("clerk",))
LEAST_CLIENT_INVITATION = ClientInvitation(CLIENT_1, "command line", NOW, NOW + 900)
LEAST_INVITATION = Invitation("owner", "https://camdigikey.example", "command line", NOW, NOW + 900)

# What this release writes, a file each.
NEWEST: Sequence[Golden] = (
    Golden(records.INTERACTION, INTERACTION, "interaction"),
    Golden(records.INTERACTION, LEAST_INTERACTION, "least-interaction"),
    Golden(records.HANDOFF, HANDOFF, "handoff"),
    Golden(records.PENDING_CONFIRMATION, CONFIRMATION, "pending_confirmation"),
    Golden(records.GIVEN_ANSWER, ANSWER, "given_answer"),
    Golden(records.SESSION, SESSION, "session"),
    Golden(records.SESSION, LEAST_SESSION, "least-session"),
    Golden(records.GRANT, GRANT, "grant"),
    Golden(records.GRANT, LEAST_GRANT, "least-grant"),
    Golden(records.AUTHORIZATION_CODE, CODE, "authorization_code"),
    Golden(records.AUTHORIZATION_CODE, LEAST_CODE, "least-authorization_code"),
    Golden(records.ACCESS_TOKEN, ACCESS, "access_token"),
    Golden(records.ACCESS_TOKEN, LEAST_ACCESS, "least-access_token"),
    Golden(records.CLIENT, CLIENT, "client"),
    Golden(records.CLIENT, LEAST_CLIENT, "least-client"),
    Golden(records.PROPOSAL, PROPOSAL, "proposal"),
    Golden(records.PROPOSAL, LEAST_PROPOSAL, "least-proposal"),
    Golden(records.CLIENT_PERSON, CLIENT_PERSON, "client_person"),
    Golden(records.CLIENT_PERSON, LEAST_CLIENT_PERSON, "least-client_person"),
    Golden(records.CLIENT_INVITATION, CLIENT_INVITATION, "client_invitation"),
    Golden(records.CLIENT_INVITATION, LEAST_CLIENT_INVITATION, "least-client_invitation"),
    Golden(records.ADMINISTRATOR, ADMINISTRATOR, "administrator"),
    Golden(records.ADMINISTRATOR, LEAST_ADMINISTRATOR, "least-administrator"),
    Golden(records.INVITATION, INVITATION, "invitation"),
    Golden(records.INVITATION, LEAST_INVITATION, "least-invitation"),
)
# What the files of earlier versions are read as, by `v<number>/<name>`. Nothing is taken out of here.
EARLIER: Mapping[str, Any] = {}


def read_as() -> dict[str, Any]:
    """The value that each kept record has to give, by `v<number>/<name>`."""
    return {**EARLIER, **{f"v{golden.record.version}/{golden.name}": golden.value for golden in NEWEST}}


def record_of(content: str) -> Record[Any]:
    """The record that a file holds, by its kind."""
    kind = json.loads(content)["kind"]
    return next(record for record in records.ALL if record.kind == kind)


def interactions() -> SealedInteractions:
    """For texts that are short enough to need no parking."""
    return SealedInteractions(SEALER, Parking(None), Counters())  # type: ignore[arg-type]  # -- never asked


def sealed(golden: Golden) -> str:
    """The text that rests."""
    if golden.record is records.INTERACTION:
        return interactions().seal(golden.value)
    return Sealed(SEALER, golden.record, Counters()).seal(golden.value)


def opened(record: Record[Any], text: str) -> Any:
    """The value of a text that rests."""
    if record is records.INTERACTION:
        return interactions().unseal(text)
    return Sealed(SEALER, record, Counters()).unseal(text)


def main() -> None:
    for golden in NEWEST:
        golden.folder.mkdir(parents=True, exist_ok=True)
        keep(golden, "json", json.dumps(golden.written, indent=2, ensure_ascii=False))
        if golden.record not in (records.CLIENT, records.PROPOSAL):  # they rest as they are
            keep(golden, "sealed", sealed(golden))


def keep(golden: Golden, ending: str, text: str) -> None:
    file = golden.folder / f"{golden.name}.{ending}"
    if not file.exists():
        file.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
