"""CamDigiKey from Python: the partner's side of its protocol, v3 and v2, as a library of its own.

    from bridge.camdigikey import CamDigiKey, Partner

    with CamDigiKey(Partner.from_file("partner.json")) as camdigikey:
        login = camdigikey.login_token({"state": "af0ifjsldkj"})
        # send the browser to login.login_url; the callback brings authToken
        token = camdigikey.user_access_token(auth_token)
        status = camdigikey.status(token)
        status.user.camdigikey_id

It owns the wire: envelope, token signature, certificate chain, mutual TLS. Who the person is to anybody else
is left to its users. Errors are drawn in `errors`; it imports nothing of the bridge.
"""

from bridge.camdigikey.client import CamDigiKey
from bridge.camdigikey.errors import (
    AnswerError,
    ApiError,
    BusyError,
    CamDigiKeyError,
    ChainError,
    EnvelopeError,
    HttpError,
    TimedOut,
    TokenBadSignature,
    TokenDisabled,
    TokenError,
    TokenExpired,
    TokenWrongDomain,
    TokenWrongType,
    TooLarge,
    TransportError,
)
from bridge.camdigikey.models import (
    LoggedOut,
    LoginToken,
    Organization,
    Partner,
    Profile,
    RefreshedToken,
    TokenStatus,
    User,
)
from bridge.camdigikey.signature import SignerChain, SignerPin
from bridge.camdigikey.transport import Timeouts, Transport

__all__ = [
    "AnswerError",
    "ApiError",
    "BusyError",
    "CamDigiKey",
    "CamDigiKeyError",
    "ChainError",
    "EnvelopeError",
    "HttpError",
    "LoggedOut",
    "LoginToken",
    "Organization",
    "Partner",
    "Profile",
    "RefreshedToken",
    "SignerChain",
    "SignerPin",
    "TimedOut",
    "Timeouts",
    "TokenBadSignature",
    "TokenDisabled",
    "TokenError",
    "TokenExpired",
    "TokenStatus",
    "TokenWrongDomain",
    "TokenWrongType",
    "TooLarge",
    "Transport",
    "TransportError",
    "User",
]
