"""What every route of one app works with."""

from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qsl

from flask import current_app, request

from bridge.errors import ShownToUser
from bridge.oidc.id_token import HintReader
from bridge.oidc.keys import Keys
from bridge.oidc.server.server import TokenEndpoint
from bridge.oidc.userinfo import UserinfoEndpoint
from bridge.ports import Services
from bridge.settings import Settings
from bridge.web.security import Guard

Pairs = tuple[tuple[str, str], ...]
MOST_PARAMETERS = 200


@dataclass(frozen=True, slots=True)
class Edge:
    """The parts of one app, put together by `assemble`."""

    settings: Settings
    services: Services
    guard: Guard
    keys: Keys
    hints: HintReader
    token_endpoint: TokenEndpoint
    userinfo: UserinfoEndpoint


def assemble(settings: Settings, services: Services) -> Edge:
    """Put the parts of one app together; missing signing keys are made."""
    keys = Keys(services.signing_keys, services.clock)
    keys.ensure()
    return Edge(
        settings,
        services,
        Guard(settings, services),
        keys,
        HintReader(keys, settings.issuer),
        TokenEndpoint(settings, services, keys),
        UserinfoEndpoint(services),
    )


def edge() -> Edge:
    """The parts of the app that answers this request."""
    return cast(Edge, current_app.extensions["bridge"])


def query_pairs() -> Pairs:
    """The query's parameters, in order, repeated ones too. Raises ShownToUser for what is no UTF-8."""
    return _pairs(request.query_string)


def form_pairs() -> Pairs:
    """The same of a form's body."""
    if request.mimetype != "application/x-www-form-urlencoded":
        raise ShownToUser(400, "bad_request", "the body is not a form")
    return _pairs(request.get_data(cache=True))


def _pairs(raw: bytes) -> Pairs:
    try:
        text = raw.decode("ascii" if b"%" in raw and raw.isascii() else "utf-8")
        return tuple(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS))
    except (UnicodeDecodeError, ValueError):
        raise ShownToUser(400, "bad_request", "the parameters can't be read") from None
