"""Parses the `claims` parameter, JSON from the client, into a ClaimsRequest (OIDC Core §5.5)."""

from collections.abc import Mapping

from bridge.domain.authorization_request import ClaimRequest, ClaimsRequest, Json
from bridge.errors import ReturnedToClient
from bridge.oidc.authorization.parameters import untrusted_json


class _Malformed(Exception):
    """The parameter does not have the form of OIDC Core §5.5."""


def claims_request(text: str | None) -> ClaimsRequest:
    """The claims that the parameter asks for; none where it was not sent. Raises ReturnedToClient."""
    if text is None:
        return ClaimsRequest()
    try:
        tree = untrusted_json(text)
        if not isinstance(tree, dict):
            raise _Malformed
        return ClaimsRequest(_members(tree.get("userinfo")), _members(tree.get("id_token")))
    except (ValueError, _Malformed):
        raise ReturnedToClient("invalid_request", "The parameter claims is not of its form.") from None


def _members(part: object) -> Mapping[str, ClaimRequest]:
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise _Malformed
    return {name: _claim(wish) for name, wish in part.items()}


def _claim(wish: object) -> ClaimRequest:
    """One member: null, or an object with `essential`, `value` or `values` (OIDC Core §5.5.1)."""
    if wish is None:
        return ClaimRequest()
    if not isinstance(wish, dict):
        raise _Malformed
    values = wish.get("values", [wish["value"]] if "value" in wish else [])
    essential = wish.get("essential", False)
    if not isinstance(essential, bool) or not isinstance(values, list):
        raise _Malformed
    if not all(isinstance(value, Json) for value in values):
        raise _Malformed
    return ClaimRequest(essential, tuple(values))
