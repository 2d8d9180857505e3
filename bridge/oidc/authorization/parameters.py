"""The first stage: raw parameters by name, with their origin, unchecked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bridge.domain.encoding import from_base64url

ParameterOrigin = Literal["query", "form", "request_object"]  # later: pushed (RFC 9126)
MAX_LENGTH = 8192  # characters of one parameter
# Of those that can't be compressed: a request with longer ones is too large for a URL of ours.
MAX_LENGTHS = {"state": 2048, "nonce": 512, "login_hint": 512}
MAX_TOTAL = 2 * MAX_LENGTH  # characters of all values together


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters by name. Of one that came more than once the first value counts, and `repeated` names it."""

    values: Mapping[str, str]
    origin: ParameterOrigin
    repeated: frozenset[str] = frozenset()

    @classmethod
    def received(cls, pairs: Sequence[tuple[str, str]], origin: ParameterOrigin) -> "Parameters":
        """The parameters of pairs, in the order in which they came."""
        values: dict[str, str] = {}
        repeated = set()
        for name, value in pairs:
            if name in values:
                repeated.add(name)
            values.setdefault(name, value)
        return cls(values, origin, frozenset(repeated))

    def get(self, name: str) -> str | None:
        """A parameter; None where it is missing or empty (RFC 6749 §3.1)."""
        return self.values.get(name) or None

    def words(self, name: str) -> tuple[str, ...]:
        """The words of a parameter that is a list separated by blanks, each once, in order."""
        return tuple(dict.fromkeys(self.values.get(name, "").split()))


def unverified_request_object(jwt: str | None) -> Parameters:
    """The text parameters in a request object (OIDC Core §6.1); its signature is not checked.

    Empty where the text is not a JWT with a JSON object in it.
    """
    parts = (jwt or "").split(".")
    claims: object = None
    if len(parts) == 3 and len(parts[1]) <= MAX_LENGTH:
        try:
            claims = untrusted_json(from_base64url(parts[1]))
        except ValueError:
            pass  # not a JWT with JSON in it: no parameters
    members = claims if isinstance(claims, dict) else {}
    texts = {name: value for name, value in members.items() if isinstance(value, str)}
    return Parameters(texts, "request_object")


def untrusted_json(text: str | bytes) -> object:
    """JSON from a stranger. Raises ValueError, also for lone surrogates and for very deep nesting."""
    try:
        found: object = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deep") from None
    return found
