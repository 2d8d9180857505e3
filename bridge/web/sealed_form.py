"""A form that came by POST, as a sealed GET address: a cross-site POST brings no cookies (DESIGN §6.2)."""

import json
import zlib

from flask import request

from bridge.errors import SealBroken, ShownToUser
from bridge.web.edge import Pairs, edge

LONGEST = 7000  # characters of a sealed address; what is longer is nobody's honest request
LARGEST = 65536  # bytes, opened


def sealed_pairs(pairs: Pairs, purpose: str) -> str:
    """Parameters as text for an address. Raises ShownToUser when they are too many."""
    text = json.dumps(pairs, ensure_ascii=False).encode()
    sealed = edge().services.sealer.seal(purpose, zlib.compress(text))
    if len(sealed) > LONGEST or len(text) > LARGEST:
        raise ShownToUser(413, "too_large", "a posted request too long for an address")
    return sealed


def unsealed_pairs(purpose: str) -> Pairs:
    """The parameters sealed in this request's `r`. Raises ShownToUser."""
    try:
        data = edge().services.sealer.unseal(purpose, request.values.get("r", ""))
    except SealBroken:
        raise ShownToUser(400, "link_expired", "a sealed form that was not made here") from None
    text = zlib.decompressobj().decompress(data, LARGEST)
    return tuple((name, value) for name, value in json.loads(text))
