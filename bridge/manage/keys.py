"""Signing keys: which there are, a new one in the place of an old one, and an old one taken away."""

from collections.abc import Sequence

from bridge.domain.client import SIGNING_ALGS
from bridge.manage.office import Actor, Office, Refused, may, note
from bridge.oidc.keys import Keys
from bridge.ports import SigningKey

__all__ = ["SIGNING_ALGS", "SigningKey", "listed", "removable", "remove", "rotate"]


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


def removable(actor: Actor, office: Office, kid: str) -> SigningKey:
    """The key of that kid, if it may be removed. Raises Refused."""
    may(actor, "remove key", kid)
    keys = office.signing_keys.all()
    found = next((one for one in keys if one.kid == kid), None)
    if found is None:
        raise Refused(f"There is no signing key {kid}.")
    if found.retired_at is None or found.retired_at > office.clock():
        raise Refused(
            f"{kid} signs, or is about to: `bridge keys rotate --alg {found.alg} --at-once` puts a new one "
            "in its place."
        )
    if not any(one.alg == found.alg and one.kid != kid for one in keys):
        raise Refused(
            f"{kid} is the last key for {found.alg}: `bridge keys rotate --alg {found.alg}` makes another."
        )
    return found


def remove(actor: Actor, office: Office, kid: str) -> None:
    """Take a retired key out of the JWKS: nothing that it signed is verified any more. Raises Refused."""
    alg = removable(actor, office, kid).alg
    office.signing_keys.remove(kid)
    note(office, actor, "key.removed", kid=kid, alg=alg)
