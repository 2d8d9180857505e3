"""A form that came by POST, as a sealed GET address: a cross-site POST brings no cookies (DESIGN §6.2)."""

import json
import zlib

from flask import request

from bridge.errors import SealBroken, ShownToUser
from bridge.web.parameters import Pairs
from bridge.web.use_cases import use_cases

MAX_ADDRESS = 7000  # characters of a sealed address; what is longer is nobody's honest request
MAX_OPENED = 65536  # bytes, opened


def sealed_pairs(pairs: Pairs, purpose: str) -> str:
    """Parameters as text for an address. Raises ShownToUser when they are too many."""
    text = json.dumps(pairs, ensure_ascii=False).encode()
    sealed = use_cases().sealer.seal(purpose, zlib.compress(text))
    if len(sealed) > MAX_ADDRESS or len(text) > MAX_OPENED:
        raise ShownToUser(413, "too_large", "a posted request too long for an address")
    return sealed


def unsealed_pairs(purpose: str) -> Pairs:
    """The parameters sealed in this request's `r`. Raises ShownToUser."""
    try:
        data = use_cases().sealer.unseal(purpose, request.values.get("r", ""))
    except SealBroken:
        raise ShownToUser(400, "link_expired", "a sealed form that was not made here") from None
    text = zlib.decompressobj().decompress(data, MAX_OPENED)
    return tuple((name, value) for name, value in json.loads(text))
