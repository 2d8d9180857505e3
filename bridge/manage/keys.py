"""Administration of signing keys: list, rotate, remove."""

from collections.abc import Sequence

from bridge.domain.client import SIGNING_ALGS, SigningAlg
from bridge.domain.ids import Kid
from bridge.domain.sentence import said
from bridge.manage.access import Actor, Refused, Trail, may
from bridge.oidc.keys import Keys
from bridge.ports.basics import Clock
from bridge.ports.keys import SigningKey, SigningKeyStore


class KeyAdministration:
    """Everything that can be done to signing keys. Each method begins with may()."""

    def __init__(self, signing_keys: SigningKeyStore, clock: Clock) -> None:
        self._signing_keys, self._clock = signing_keys, clock
        self._trail = Trail(clock)

    def all(self, actor: Actor) -> Sequence[SigningKey]:
        """All keys, newest first, retired ones too."""
        may(actor, "list keys")
        return self._signing_keys.all()

    def rotate(self, actor: Actor, alg: SigningAlg, *, at_once: bool = False) -> Kid:
        """Make a new key for an alg; its kid. The old ones retire, and stay published.

        `at_once`: the new one signs immediately, because the old one leaked; else after oidc.keys.HANDOVER
        seconds, when all relying parties have had the time to fetch it. Raises Refused for an unknown alg.
        """
        may(actor, "rotate key", alg)
        if alg not in SIGNING_ALGS:
            known = ", ".join(SIGNING_ALGS)
            raise Refused(said("There are keys for {known}, none for {alg}.", known=known, alg=alg))
        return Keys(self._signing_keys, self._clock).rotate(
            alg,
            int(self._clock()),
            at_once=at_once,
            entry=lambda kid: self._trail.entry(actor, "key.rotated", kid, alg=alg),
        )

    def removable(self, actor: Actor, kid: str) -> SigningKey:
        """The key of that kid. Raises Refused where it may not be removed: it signs, or is the last one."""
        may(actor, "remove key", kid)
        keys = self._signing_keys.all()
        found = next((key for key in keys if key.kid == kid), None)
        if found is None:
            raise Refused(said("There is no signing key {kid}.", kid=kid))
        if found.retired_at is None or found.retired_at > self._clock():
            raise Refused(
                said(
                    "{kid} signs, or is about to: `bridge keys rotate --alg {alg} --at-once` puts a new one"
                    " in its place.",
                    kid=kid,
                    alg=found.alg,
                )
            )
        if not any(key.alg == found.alg and key.kid != kid for key in keys):
            raise Refused(
                said(
                    "{kid} is the last key for {alg}: `bridge keys rotate --alg {alg}` makes another.",
                    kid=kid,
                    alg=found.alg,
                )
            )
        return found

    def remove(self, actor: Actor, kid: str) -> None:
        """Remove a retired key from the JWKS: what it signed is no longer valid. Raises Refused."""
        key = self.removable(actor, kid)
        entry = self._trail.entry(actor, "key.removed", kid, alg=key.alg)
        self._signing_keys.remove(key.kid, entry=entry)
