"""What can go wrong between a partner and CamDigiKey. No text holds a token, a key or a person's data.

CamDigiKeyError
├─ TransportError            no answer: HttpError(status), TimedOut, BusyError
├─ EnvelopeError             an envelope or its contents that can't be read
├─ ChainError                the signer's certificates do not hold
├─ NotOffered                this version of the protocol has no such call
└─ ApiError(code, message)   CamDigiKey says no
   └─ TokenError             TokenBadSignature 101, TokenWrongDomain 102, TokenExpired 103,
                             TokenDisabled 104, TokenWrongType 106; 107 is a plain TokenError
"""


class CamDigiKeyError(Exception):
    """The root of the tree."""


class TransportError(CamDigiKeyError):
    """No answer, not in time, or HTTP other than 2xx (PROTOCOL, Transport)."""


class HttpError(TransportError):
    """An answer without an envelope: HTTP other than 2xx; `status` is its number."""

    def __init__(self, status: int) -> None:
        super().__init__(f"answered with HTTP {status}")
        self.status = status


class TimedOut(TransportError):
    """Not connected, or no whole answer, within the time that was given."""


class BusyError(TransportError):
    """As many calls are under way as are allowed; nothing was sent."""


class EnvelopeError(CamDigiKeyError):
    """An envelope that does not hold: signature, encryption, JSON or form (PROTOCOL, Envelope)."""


class ChainError(CamDigiKeyError):
    """The signer's certificate chain does not lead to the trusted root, or is not the expected one."""


class NotOffered(CamDigiKeyError):
    """This version of the protocol has no such call."""


class ApiError(CamDigiKeyError):
    """CamDigiKey answered with an error; `code` is its number. Its message goes nowhere by itself.

    `found`: what we found ourselves, where it was not CamDigiKey that said so; in fixed words.
    """

    def __init__(self, code: int, message: str = "", *, found: str = "") -> None:
        super().__init__(found or f"CamDigiKey answered with error {code}")
        self.code = code
        self.message = message


class TokenError(ApiError):
    """The token that was sent, or that came, does not hold."""


class TokenExpired(TokenError):
    """103: its time is over."""


class TokenDisabled(TokenError):
    """104: logged out, or the account is disabled."""


class TokenWrongDomain(TokenError):
    """102: it was given to another partner."""


class TokenWrongType(TokenError):
    """106: a token of another kind than the call wants."""


class TokenBadSignature(TokenError):
    """101: its signature does not verify: said of a token sent, or found here in one that came."""

    @classmethod
    def here(cls, found: str) -> "TokenBadSignature":
        """The error for a signature that we checked ourselves."""
        return cls(101, found=found)


BY_CODE: dict[int, type[TokenError]] = {
    101: TokenBadSignature,
    102: TokenWrongDomain,
    103: TokenExpired,
    104: TokenDisabled,
    106: TokenWrongType,
    107: TokenError,
}


def api_error(code: int, message: str) -> CamDigiKeyError:
    """The error that stands for one of CamDigiKey's codes (PROTOCOL, Envelope)."""
    return BY_CODE.get(code, ApiError)(code, message)
