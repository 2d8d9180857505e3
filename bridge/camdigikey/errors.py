"""What can go wrong between a partner and CamDigiKey. No text holds a token, a key or a person's data.

CamDigiKeyError
├─ TransportError            no answer: HttpError(status), TimedOut, BusyError, TooLarge
├─ EnvelopeError             an envelope that can't be read
│  └─ AnswerError            it can, and what it holds is malformed, or no answer to what was asked
├─ ChainError                the signer's certificates do not hold
└─ ApiError(code, message)   CamDigiKey says no
   └─ TokenError             TokenBadSignature 101, TokenWrongDomain 102, TokenExpired 103,
                             TokenDisabled 104, TokenWrongType 106 and 108; 107 is a plain TokenError
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


class TooLarge(TransportError):
    """An answer longer than any that we take: the server works, and one record is beyond reason."""


class EnvelopeError(CamDigiKeyError):
    """An envelope that does not hold: signature, encryption or form (PROTOCOL, Envelope)."""


class AnswerError(EnvelopeError):
    """The envelope holds, and what it holds can't be used: malformed, or no answer to what was asked.

    That may be one person's record, or an older answer played again: it says nothing about the server.
    """


class ChainError(CamDigiKeyError):
    """The signer's certificate chain does not lead to the trusted root, or is not the expected one."""


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
    """106, 108: a token of another kind than the call wants."""


class TokenBadSignature(TokenError):
    """101: its signature does not verify: said of a token sent, or found here in one that came.

    `in_answer`: it is one that CamDigiKey itself has just given us, which speaks of nobody but CamDigiKey.
    """

    in_answer = False

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
    108: TokenWrongType,
}


def api_error(code: int, message: str) -> CamDigiKeyError:
    """The error that stands for one of CamDigiKey's codes (PROTOCOL, Envelope)."""
    return BY_CODE.get(code, ApiError)(code, message)
