"""The client: CamDigiKey's ten operations, in protocol v3 and v2 (PROTOCOL, Calls)."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

from cryptography import x509

from bridge.camdigikey import models
from bridge.camdigikey.answers import check_echo, check_status
from bridge.camdigikey.envelope import certificates, data_of, unwrap, wrap
from bridge.camdigikey.errors import BusyError, TokenBadSignature
from bridge.camdigikey.keystore import load_keystore, load_trust_store, tls_context
from bridge.camdigikey.models import (
    LoggedOut,
    LoginToken,
    Partner,
    Profile,
    RefreshedToken,
    TokenStatus,
)
from bridge.camdigikey.signature import SignerChain, SignerPin, decoded
from bridge.camdigikey.signer import Signer
from bridge.camdigikey.transport import Dropped, HttpsTransport, Timeouts, Transport

V3 = "/api/v3.0/authentication"
V2 = "/api/v2.0"
PATHS = {  # operation: the path in v3, and in v2
    "login_token": ("/service-account/login-token", "/oauth2/client-lib/login-token"),
    "access_token": ("/service-account/access-token", "/oauth2/client-lib/access-token"),
    "status": ("/service-account/access-token/status", "/oauth2/client-lib/status-access-token"),
    "refresh": ("/service-account/refresh-access-token", "/oauth2/client-lib/refresh-access-token"),
    "logout": ("/service-account/access-token/logout", "/oauth2/client-lib/logout-access-token"),
    "organization": (
        "/service-account/organization-access-token",
        "/oauth2/client-lib/organization-access-token",
    ),
    "lookup": ("/service-account/lookup", "/oauth2/client-lib/user-lookup-profile"),
    "verify": ("/service-account/lookup/user-profile", "/oauth2/client-lib/verify-user-profile"),
    "face": ("/service-account/user-face", "/oauth2/client-lib/user-face"),
    "certificates": ("/certificates/access-token", "/certificates/access-token-certificate-chain"),
}
SPENDING = frozenset({"access_token", "refresh"})  # what was sent is used up: never sent a second time


class CamDigiKey:
    """A partner's connection to CamDigiKey: one per process, safe to share between threads.

    Every call raises TransportError (BusyError when `max_in_flight` calls are under way), EnvelopeError, and
    ApiError with its kinds of TokenError. Access tokens in answers are verified, which raises ChainError and
    TokenBadSignature too; `verify_token` does so for any other token. A token that is passed in may still be
    percent-encoded, as it stood in the callback's URL. The constructor raises ValueError, with a sentence,
    for stores that can't be opened or a wrong base URL.
    """

    def __init__(
        self,
        partner: Partner,
        *,
        timeouts: Timeouts | None = None,
        max_in_flight: int = 32,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.time,
        signer_pin: SignerPin | None = None,
    ) -> None:
        self._partner = partner
        self._clock = clock
        password = partner.trust_store_password
        roots = load_trust_store(
            partner.trust_store, partner.store_password if password is None else password
        )
        own = None
        if transport is None:
            keystore = load_keystore(partner.keystore, partner.store_password)
            own = keystore.certificate
            context = tls_context(keystore, roots)
            transport = HttpsTransport(partner.base_url, context, timeouts or Timeouts())
        self._transport = transport
        self._places = threading.BoundedSemaphore(max_in_flight)
        self._signer = Signer(self._fetch_certificates, roots, clock, signer_pin, own)

    def __enter__(self) -> "CamDigiKey":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def login_token(
        self,
        callback_vars: Mapping[str, str] | None = None,
        success_return_url: str | None = None,
        error_return_url: str | None = None,
    ) -> LoginToken:
        """getLoginToken. `callback_vars` come back with the browser in v3, and perhaps in v2.

        A return URL, in v3 alone, must have been registered with CamDigiKey, else the login fails (PROTOCOL,
        Seen later 3).
        """
        request: dict[str, object] = self._dated()
        if self._partner.version == "v3" or callback_vars is not None:
            request["callbackVars"] = dict(callback_vars) if callback_vars is not None else None
        urls = {"successReturnUrl": success_return_url, "errorReturnUrl": error_return_url}
        if self._partner.version == "v3":
            request |= {name: url for name, url in urls.items() if url is not None}
        data = self._call("login_token", request)
        return LoginToken(
            models.text(data, "loginToken", required=True), models.text(data, "loginUrl", required=True)
        )

    def user_access_token(self, auth_token: str) -> str:
        """getUserAccessToken: the access token for an auth token, once. Its signature is verified.

        The auth token's own is verified first: one that nobody at CamDigiKey signed is not sent, and the
        signer that the answer is checked by is known before the auth token is spent.
        """
        self._signer.verify(auth_token, "callback")
        request = {"clientId": self._partner.client_id, "authToken": decoded(auth_token)}
        return self._token("access_token", request)

    def status(self, access_token: str) -> TokenStatus:
        """validateJwt: whether a token is valid, and which person or organization it is of.

        Raises AnswerError for an answer that is not about this token, or says what can't be of one that
        holds (`answers`).
        """
        status = models.token_status(self._call("status", self._with_token(access_token)))
        check_status(status, decoded(access_token), self._partner.domain, self._clock())
        return status

    def refresh(self, access_token: str) -> RefreshedToken:
        """refreshUserAccessToken: possible only while the token lives. The new one is verified."""
        self._signer.chain()  # known before the old token is spent
        data = self._call("refresh", self._with_token(access_token))
        found = models.text(data, "accessToken", required=True)
        self._verify_answered(found)
        return RefreshedToken(
            found, models.instant(data, "created_date"), models.text(data, "service_account_id")
        )

    def logout(self, access_token: str) -> LoggedOut:
        """logoutAccessToken: end the token."""
        data = self._call("logout", self._with_token(access_token))
        check_echo(models.text(data, "accessToken"), decoded(access_token))
        return LoggedOut(
            models.text(data, "jwtId"),
            models.whole(data, "status") or 0,
            models.instant(data, "issued"),
            models.instant(data, "expiry"),
        )

    def organization_access_token(self) -> str:
        """getOrganizationAccessToken. Its signature is verified."""
        return self._token("organization", self._dated())

    def lookup(self, access_token: str, personal_code: str) -> Profile:
        """lookupUserProfile: a person by the number of their document, with an account token."""
        request = {**self._account(), "accessToken": decoded(access_token), "personalCode": personal_code}
        return models.profile(self._call("lookup", request))

    def verify_account_token(self, account_token: str) -> Profile:
        """verifyAccountToken: the person that another partner looked up."""
        request = {**self._account(), "accountToken": decoded(account_token)}
        return models.profile(self._call("verify", request))

    def user_face(self, access_token: str) -> bytes:
        """getUserFace: the image's bytes."""
        return models.image(self._call("face", self._with_token(access_token)))

    def signer_certificates(self) -> SignerChain:
        """The verified chain of the tokens' signer, kept until it expires."""
        return self._signer.chain()

    def verify_token(self, token: str) -> None:
        """Check the signature of a token that came from CamDigiKey."""
        self._signer.verify(token)

    # -- requests ------------------------------------------------------------------------------------

    def _account(self) -> dict[str, object]:
        return {"clientId": self._partner.client_id, "domain": self._partner.domain}

    def _dated(self) -> dict[str, object]:
        return {**self._account(), "requestedDate": int(self._clock() * 1000)}

    def _with_token(self, access_token: str) -> dict[str, object]:
        return {"clientId": self._partner.client_id, "accessToken": decoded(access_token)}

    def _token(self, operation: str, request: Mapping[str, object]) -> str:
        token = models.text(self._call(operation, request), "accessToken", required=True)
        self._verify_answered(token)
        return token

    def _verify_answered(self, token: str) -> None:
        """Raises TokenBadSignature as one of CamDigiKey's own making."""
        try:
            self.verify_token(token)
        except TokenBadSignature as error:
            error.in_answer = True
            raise

    def _call(self, operation: str, request: Mapping[str, object]) -> dict[str, Any]:
        body = self._send("POST", operation, wrap(self._partner, request))
        return data_of(unwrap(self._partner, body))

    def _send(self, method: str, operation: str, body: bytes | None) -> bytes:
        """Refused at once when all places are taken: queued threads would pile up behind a slow server.

        Where a kept connection closes just as it is used, a call that may be repeated is, once.
        """
        path = self._path(operation)
        if not self._places.acquire(blocking=False):
            raise BusyError("too many calls are under way")
        try:
            return self._transport.send(method, path, body)
        except Dropped:
            if operation in SPENDING:
                raise
            return self._transport.send(method, path, body)
        finally:
            self._places.release()

    def _path(self, operation: str) -> str:
        v3_path, v2_path = PATHS[operation]
        return V3 + v3_path if self._partner.version == "v3" else V2 + v2_path

    def _fetch_certificates(self) -> Sequence[x509.Certificate]:
        return certificates(self._send("GET", "certificates", None))
