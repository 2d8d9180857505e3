"""Signing keys: which there are, and a new one in the place of an old one."""

from collections.abc import Sequence

from bridge.domain.client import SIGNING_ALGS
from bridge.manage.office import Actor, Office, Refused, may, note
from bridge.oidc.keys import Keys
from bridge.ports import SigningKey

__all__ = ["SIGNING_ALGS", "SigningKey", "listed", "rotate"]


def listed(actor: Actor, office: Office) -> Sequence[SigningKey]:
    """All keys, newest first, retired ones too."""
    may(actor, "list keys")
    return office.signing_keys.all()


def rotate(actor: Actor, office: Office, alg: str, *, at_once: bool = False) -> str:
    """A new key for an alg; its kid. The others retire, and stay published.

    `at_once`: it signs immediately (for one that leaked); else once all have had the time to fetch it.
    """
    may(actor, "rotate key", alg)
    if alg not in SIGNING_ALGS:
        raise Refused(f"There are keys for {', '.join(SIGNING_ALGS)}, none for {alg}.")
    kid = Keys(office.signing_keys, office.clock).rotate(alg, int(office.clock()), at_once=at_once)
    note(office, actor, "key.rotated", kid=kid, alg=alg)
    return kid
