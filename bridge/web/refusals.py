"""What was refused: a line of the log, and a row that administrators see by the page's reference number."""

from bridge.errors import ShownToUser
from bridge.oidc.authorization import RequestRefused
from bridge.oidc.authorization.target import RedirectRefused
from bridge.ops.logs import logger
from bridge.web.use_cases import use_cases

MAX_CLAIMED = 100  # characters of a client_id that is only claimed
MAX_DETAIL = 200  # characters


def note_authorization(error: RequestRefused) -> None:
    """An authorization request was answered with an error."""
    uses, facts = use_cases(), {"error": error.error, "why": error.description, "detail": error.detail}
    logger().info("authorize.refused", client_id=error.client_id, **facts)
    facts["detail"] = error.detail[:MAX_DETAIL]
    uses.audit.note("authorize.refused", int(uses.clock()), client_id=error.client_id or "", **facts)


def note_page(error: ShownToUser, client_id: str | None = None) -> None:
    """Somebody was shown an error page. `client_id`: where the error does not know it itself."""
    uses, client = use_cases(), client_id or error.client_id or ""
    logger().info("page.refused", key=error.key, client_id=client, why=error.detail)
    facts = {"reason": error.key, "detail": error.detail[:MAX_DETAIL]}
    if isinstance(error, RedirectRefused):
        facts["sent"] = error.sent
    uses.audit.note("page.refused", int(uses.clock()), client_id=client, **facts)


def note_call(endpoint: str, client_id: str | None, error: str) -> None:
    """A call of an application was refused."""
    uses, claimed = use_cases(), (client_id or "")[:MAX_CLAIMED]
    logger().info("client.refused", endpoint=endpoint, client_id=claimed, error=error)
    uses.audit.note("client.refused", int(uses.clock()), client_id=claimed, error=error, endpoint=endpoint)
