"""Whether an answer of the status call fits what was asked.

The envelope has no nonce: an older answer, or another token's, has as good a MAC as the right one. What is in
it is all that ties it to the question (DESIGN §6.23; PROTOCOL, Seen later 6).
"""

from bridge.camdigikey.errors import AnswerError
from bridge.camdigikey.models import TokenStatus

ISSUER = "CamDX-CamDigiKey"
CLOCK_SKEW = 30.0  # seconds that CamDigiKey's clock may differ from ours


def check_echo(echoed: str, asked: str) -> None:
    """The token that an answer is about, where it names one, is the one asked about. Raises AnswerError."""
    if echoed and echoed != asked:
        raise AnswerError("the answer is about another token than the one asked for")


def check_status(status: TokenStatus, asked: str, domain: str, now: float) -> None:
    """A token that holds is the one asked for, CamDigiKey's, ours, and in force. Raises AnswerError.

    Of one that does not hold nothing more is told than that. `asked`: the token as it was sent.
    """
    check_echo(status.access_token, asked)
    if not status.status:
        return
    if not status.access_token:
        raise AnswerError("the answer does not say which token it is about")
    if status.issuer != ISSUER:
        raise AnswerError("the token is of another issuer")
    if status.domain.casefold() != domain.casefold():
        raise AnswerError("the token was given to another domain")
    if not status.jti.strip():
        raise AnswerError("the token has no id")
    _check_in_force(status, now)


def _check_in_force(status: TokenStatus, now: float) -> None:
    """As far as its times are told: any can be missing (PROTOCOL, Calls)."""
    if status.expires_at is not None and status.expires_at <= now - CLOCK_SKEW:
        raise AnswerError("the token is said to hold, and its time is over")
    for begins in (status.not_before, status.issued_at):
        if begins is not None and begins > now + CLOCK_SKEW:
            raise AnswerError("the token's time has not begun")
