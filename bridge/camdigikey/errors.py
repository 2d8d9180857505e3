"""What can go wrong between a partner and CamDigiKey. No text holds a token, a key or a person's data."""


class CamDigiKeyError(Exception):
    """The root of the tree."""


class TransportError(CamDigiKeyError):
    """No answer, not in time, or HTTP other than 2xx (PROTOCOL, Transport)."""


class HttpError(TransportError):
    """An answer without an envelope: HTTP other than 2xx; `status` is its number."""

    def __init__(self, status: int) -> None:
        super().__init__(f"answered with HTTP {status}")
        self.status = status


class BusyError(TransportError):
    """As many calls are under way as are allowed; nothing was sent."""


class EnvelopeError(CamDigiKeyError):
    """An answer whose envelope does not hold: signature, encryption, JSON or form (PROTOCOL, Envelope)."""


class ChainError(CamDigiKeyError):
    """The signer's certificate chain does not lead to the trusted root, or is not the expected one."""


class ApiError(CamDigiKeyError):
    """CamDigiKey answered with an error; `code` is its number. Its message goes nowhere by itself."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(f"CamDigiKey answered with error {code}")
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
    """101: its signature does not verify."""


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
