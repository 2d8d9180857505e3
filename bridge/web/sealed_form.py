"""Turns a request that came by POST into a GET address with its parameters sealed in it.

A POST from another site brings no Lax cookies, so the browser is sent to that address, with them (DESIGN
§6.2).
"""

import json
import zlib

from flask import request

from bridge.errors import SealBroken, ShownToUser
from bridge.web.parameters import Pairs
from bridge.web.use_cases import use_cases

MAX_SEALED = 7000  # characters of a sealed text: browsers and servers take addresses of 8000
MAX_UNSEALED = 65536  # bytes of the parameters themselves


def sealed_pairs(pairs: Pairs, purpose: str) -> str:
    """The parameters as sealed text for an address; `purpose` as at `unsealed_pairs`.

    Raises ShownToUser (413) where they are too long for an address.
    """
    text = json.dumps(pairs, ensure_ascii=False).encode()
    sealed = use_cases().sealer.seal(purpose, zlib.compress(text))
    if len(sealed) > MAX_SEALED or len(text) > MAX_UNSEALED:
        raise ShownToUser(413, "too_large", "a posted request too long for an address")
    return sealed


def unsealed_pairs(purpose: str) -> Pairs:
    """The parameters that are sealed in this request's parameter `r`. Raises ShownToUser (400)."""
    try:
        return pairs_of(request.values.get("r", ""), purpose)
    except SealBroken:
        raise ShownToUser(400, "link_expired", "a sealed form that was not made here") from None


def pairs_of(sealed: str, purpose: str) -> Pairs:
    """The parameters that a text holds which sealed_pairs made for this purpose. Raises SealBroken."""
    data = use_cases().sealer.unseal(purpose, sealed)
    text = zlib.decompressobj().decompress(data, MAX_UNSEALED)
    return tuple((name, value) for name, value in json.loads(text))
