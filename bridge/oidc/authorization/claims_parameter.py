"""The `claims` parameter: JSON of the client's, read into a ClaimsRequest (OIDC Core §5.5)."""

from collections.abc import Mapping

from bridge.domain.authorization_request import ClaimRequest, ClaimsRequest, Json
from bridge.errors import ReturnedToClient
from bridge.oidc.authorization.parameters import foreign_json


class _WrongForm(Exception):
    """The text is not of the form that OIDC Core §5.5 gives."""


def claims_request(text: str | None) -> ClaimsRequest:
    """What the parameter asks for. Raises ReturnedToClient."""
    if text is None:
        return ClaimsRequest()
    try:
        tree = foreign_json(text)
        if not isinstance(tree, dict):
            raise _WrongForm
        return ClaimsRequest(_members(tree.get("userinfo")), _members(tree.get("id_token")))
    except (ValueError, _WrongForm):
        raise ReturnedToClient("invalid_request", "The parameter claims is not of its form.") from None


def _members(part: object) -> Mapping[str, ClaimRequest]:
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise _WrongForm
    return {name: _claim(wish) for name, wish in part.items()}


def _claim(wish: object) -> ClaimRequest:
    """One member: null, or an object with `essential`, `value` or `values` (OIDC Core §5.5.1)."""
    if wish is None:
        return ClaimRequest()
    if not isinstance(wish, dict):
        raise _WrongForm
    values = wish.get("values", [wish["value"]] if "value" in wish else [])
    essential = wish.get("essential", False)
    if not isinstance(essential, bool) or not isinstance(values, list):
        raise _WrongForm
    if not all(isinstance(value, Json) for value in values):
        raise _WrongForm
    return ClaimRequest(essential, tuple(values))
