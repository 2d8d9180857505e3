"""CamDigiKey itself, without HTTP: logins, tokens and the ten operations (PROTOCOL, Calls)."""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import segno

from bridge.simulator.faults import ALTERED, Fault, Faults
from bridge.simulator.fields import (
    TIME_FORMATS,
    Refused,
    address_of,
    answered_fields,
    check_date,
    iso,
    text_of,
    with_params,
)
from bridge.simulator.logins import Login, Logins
from bridge.simulator.people import People, Persona
from bridge.simulator.pki import Account, Key, Pair, Pki
from bridge.simulator.tokens import ACCOUNT, AUTH, ISSUER, LOGIN, ORGANIZATION, USER, Tokens

ISSUED_TOKENS = ("accessToken", "loginToken", "account_token")  # the answers' fields that carry a new token
TAKE_TOKEN = frozenset({"status", "logout", "verify", "face"})  # operations that issue none


@dataclass
class Options:
    """What the command line and the control endpoint set."""

    web_url: str = ""
    success_url: str = ""
    error_url: str = ""
    auto_approve: str | None = None
    time_format: str = "seconds"
    empty_fields: str = "empty"  # user fields that a person lacks: empty, null, or missing
    error_vars: bool = True  # whether callbackVars come along to the error address
    v2_vars: bool = True  # whether v2 gives callbackVars back: older servers do not
    registered: tuple[str, ...] = ()  # further addresses that a login may ask to come back to


class Service:
    """One CamDigiKey with one partner."""

    def __init__(
        self, pki: Pki, account: Account, options: Options, clock: Callable[[], float] = time.time
    ) -> None:
        self.account = account
        self.options = options
        self.people = People()
        self.faults = Faults()
        self._pki = pki
        self._clock = clock
        self._lock = threading.Lock()
        self._signer: Pair = pki.signer
        self._tokens = Tokens(clock)
        self._logins = Logins(clock)
        self._operations = {
            "login_token": self._login_token,
            "access_token": self._access_token,
            "status": self._status,
            "refresh": self._refresh,
            "logout": self._logout,
            "organization": self._organization,
            "lookup": self._lookup,
            "verify": self._verify,
            "face": self._face,
        }

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of the operations, for faults on order."""
        return tuple(self._operations)

    # -- the API -------------------------------------------------------------------------------------

    def clients(self) -> list[str]:
        """The domains of the account; the official Java client does not start without them."""
        return [self.account.domain]

    def certificates(self) -> list[str]:
        """The signer's chain, signer first."""
        return [self._signer.pem, self._pki.issuing.pem, self._pki.root.pem]

    def answer(
        self, operation: str, version: str, request: Mapping[str, Any], fault: Fault | None
    ) -> dict[str, Any]:
        """The answer of an operation, success or error."""
        try:
            if fault and fault.kind == "error":
                raise Refused(fault.code, "Fault on order")
            if fault and fault.kind == "expired_token" and operation in TAKE_TOKEN:
                raise Refused(103, "Expired access token")
            if fault and fault.kind == "rotated_signer":
                self._signer = self._pki.new_signer()
            key = (
                self._pki.unrelated_signer().key
                if fault and fault.kind == "wrong_signer"
                else self._signer.key
            )
            with self._lock:
                data = self._operations[operation](request, version, key)
                if fault and fault.kind == "expired_token":
                    self._expire(data)
                if fault and fault.kind == "status_false":
                    data = {"status": False}
                if fault and fault.kind in ALTERED:
                    data |= ALTERED[fault.kind](self._clock())
        except Refused as refused:
            return {"error": refused.code, "message": refused.message}
        return {"error": 0, "message": "Success", "data": data}

    def _expire(self, data: Mapping[str, Any]) -> None:
        """The fault expired_token: what this answer issues has expired already."""
        for text in (str(data.get(name, "")) for name in ISSUED_TOKENS):
            self._tokens.expire(text)
            self._logins.expire(text)

    def _login_token(self, request: Mapping[str, Any], version: str, key: Key) -> dict[str, Any]:
        self._check_domain(request)
        check_date(request)
        success_url = self._return_url(request, version, "successReturnUrl", self.options.success_url)
        error_url = self._return_url(request, version, "errorReturnUrl", self.options.error_url)
        given = request.get("callbackVars") or {}
        if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
            raise Refused(105, "callbackVars is not a map of texts")
        token = self._tokens.issue(LOGIN, key, version)
        kept = given if version == "v3" or self.options.v2_vars else {}
        expires_at = self._tokens[token].expires_at
        login = Login(token, secrets.token_hex(16), version, kept, success_url, error_url, expires_at)
        if (limit := self._logins.sweep()) is not None:
            self._tokens.forget(limit)
        self._logins.add(login)
        return {
            "loginToken": token,
            "loginUrl": f"{self.options.web_url}/login?token={quote(token, safe='')}",
        }

    def _return_url(self, request: Mapping[str, Any], version: str, name: str, usual: str) -> str:
        """Where this login comes back to: to an address of its own only if that is registered, in v3."""
        wanted = address_of(request, name) if version == "v3" else ""
        known = (self.options.success_url, self.options.error_url, *self.options.registered)
        if wanted and wanted not in known:
            raise Refused(400, f"{name} is not registered")
        return wanted or usual

    def _access_token(self, request: Mapping[str, Any], version: str, key: Key) -> dict[str, Any]:
        auth = self._tokens.live(text_of(request, "authToken"), AUTH)
        auth.alive = False  # used once
        return {"accessToken": self._tokens.issue(USER, key, version, auth.persona)}

    def _status(self, request: Mapping[str, Any], version: str, key: Key) -> dict[str, Any]:
        text = text_of(request, "accessToken")
        token = self._tokens.live(text, USER, ORGANIZATION)
        times = {"iat": token.issued_at, "exp": token.expires_at}
        fields: dict[str, Any] = {"domain": self.account.domain}
        if token.kind == ORGANIZATION:
            fields["created_date"] = iso(token.issued_at)
        if token.kind == USER:
            persona = self._active(token.persona)
            fields |= answered_fields(persona.fields(), self.options.empty_fields)
            times["nbf"] = token.issued_at
        write = TIME_FORMATS[self.options.time_format]
        return {
            "status": True,
            "accessToken": text,
            **fields,
            "iss": ISSUER,
            "type": token.kind,
            **{name: write(moment) for name, moment in times.items()},
            "jti": token.jti,
        }

    def _refresh(self, request: Mapping[str, Any], version: str, key: Key) -> dict[str, Any]:
        old = self._tokens.live(text_of(request, "accessToken"), USER)
        old.alive = False
        token = self._tokens.issue(USER, key, version, old.persona)
        created = iso(self._clock())
        return {"accessToken": token, "created_date": created, "service_account_id": self.account.client_id}

    def _logout(self, request: Mapping[str, Any], version: str, key: Key) -> dict[str, Any]:
        text = text_of(request, "accessToken")
        token = self._tokens.live(text, USER, ORGANIZATION)
        token.alive = False
        write = TIME_FORMATS[self.options.time_format]
        times = {"expiry": write(token.expires_at), "issued": write(token.issued_at)}
        return {"jwtId": token.jti, "status": 0, **times, "accessToken": text}

    def _organization(self, request: Mapping[str, Any], version: str, key: Key) -> dict[str, Any]:
        self._check_domain(request)
        check_date(request)
        token = self._tokens.issue(ORGANIZATION, key, version)
        return {"accessToken": token, "created_date": iso(self._clock())}

    def _lookup(self, request: Mapping[str, Any], version: str, key: Key) -> dict[str, Any]:
        self._check_domain(request)
        self._tokens.live(text_of(request, "accessToken"), USER, ORGANIZATION)
        persona = self.people.by_code(text_of(request, "personalCode"))
        if persona is None:
            raise Refused(404, "User not found")
        token = self._tokens.issue(ACCOUNT, key, version, persona.slug)
        expired = iso(self._tokens[token].expires_at)
        return {**self._profile(persona, version), "account_token": token, "expired_date": expired}

    def _verify(self, request: Mapping[str, Any], version: str, key: Key) -> dict[str, Any]:
        self._check_domain(request)
        token = self._tokens.live(text_of(request, "accountToken"), ACCOUNT)
        persona = self._person(token.persona)
        status = {"user_status": persona.user_status} if version == "v3" else {}
        return {**self._profile(persona, version), **status}

    def _face(self, request: Mapping[str, Any], version: str, key: Key) -> dict[str, Any]:
        token = self._tokens.live(text_of(request, "accessToken"), USER)
        self._active(token.persona)
        picture = segno.make(token.persona, micro=False).png_data_uri(scale=4)  # a stand-in for a face
        return {"face": picture.partition(",")[2]}

    def _profile(self, persona: Persona, version: str) -> dict[str, Any]:
        more = {"gender": persona.gender, "nationality": persona.nationality} if version == "v3" else {}
        return answered_fields({**persona.profile(), **more}, self.options.empty_fields)

    def _check_domain(self, request: Mapping[str, Any]) -> None:
        if request.get("domain") != self.account.domain:
            raise Refused(102, "Invalid client domain")

    def _person(self, slug: str) -> Persona:
        persona = self.people.get(slug)
        if persona is None:
            raise Refused(404, "User not found")
        return persona

    def _active(self, slug: str) -> Persona:
        """The person, whose account holds. Raises Refused."""
        persona = self._person(slug)
        if persona.user_status != 1:
            raise Refused(104, "Disabled access token")
        return persona

    # -- the browser's side --------------------------------------------------------------------------

    def login(self, token: str) -> Login | None:
        """A login that waits, or was answered; None when there is none, or its time is over."""
        return self._logins.live(token)

    def login_by_code(self, code: str) -> Login | None:
        """The login of a QR code, as `login` gives it."""
        with self._lock:
            return self._logins.by_code(code)

    def approve(self, login: Login, slug: str) -> str:
        """Somebody approves: the address with the auth token. Once; afterwards what was answered first."""
        with self._lock:
            if not login.answered:
                token = self._tokens.issue(AUTH, self._signer.key, login.version, self._person(slug).slug)
                login.outcome = with_params(
                    login.success_url, _ours_first({"authToken": token}, login.callback_vars)
                )
                login.answered, login.approver = True, slug
            return login.outcome

    def refuse(self, login: Login) -> str:
        """Somebody refuses: the address with the error. Once; afterwards what was answered first."""
        with self._lock:
            if not login.answered:
                error = {"errorCode": "access_denied", "errorMessage": "The user refused the login."}
                known = login.callback_vars if self.options.error_vars else {}
                login.outcome = with_params(login.error_url, _ours_first(error, known))
                login.answered = True
            return login.outcome


def _ours_first(ours: dict[str, str], theirs: Mapping[str, str]) -> dict[str, str]:
    """A partner's parameters behind ours, which they can't replace."""
    return {**ours, **theirs, **ours}


def picture_of(text: str) -> str:
    """A QR code as SVG."""
    return segno.make(text, micro=False).svg_inline(scale=5, border=2, omitsize=True)
