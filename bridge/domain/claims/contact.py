"""A person's e-mail address, language and phone number."""

import base64
import hashlib

from bridge.domain.claims.facts import Facts, Value

HOME = "KH"


def email(facts: Facts) -> Value:
    """The address that CamDigiKey verified; else a pseudonymous one, where the client has asked for that."""
    domain = facts.client.email_fallback_domain
    if facts.identity.email or not domain:
        return facts.identity.email
    # Applications compare addresses without regard to case, and a sub depends on it: so not the sub itself.
    hashed = hashlib.sha256(facts.person.sub.encode()).digest()[:15]
    return f"{base64.b32encode(hashed).decode().lower()}@{domain}"


def email_verified(facts: Facts) -> Value:
    """True for an address of CamDigiKey's, False for a pseudonymous one, None where there is none."""
    if facts.identity.email:
        return True
    return False if facts.client.email_fallback_domain else None


def phone_number_verified(facts: Facts) -> Value:
    """True wherever there is a number: CamDigiKey gives verified ones only."""
    return True if facts.identity.phone_number else None


def locale(facts: Facts) -> Value:
    """Khmer, unless the person's nationality is known to be another."""
    return "km-KH" if (facts.identity.nationality or HOME) == HOME else "en"
