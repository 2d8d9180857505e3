"""CamDigiKey's fields of a person → Identity. What does not look as it should is left out, never guessed."""

import re
import unicodedata
from datetime import date

from bridge.camdigikey import User
from bridge.domain.subject import Identity
from bridge.errors import UpstreamBroken

LONGEST = 200  # characters of a name
GENDERS = {"M": "male", "F": "female"}
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_ATOM = r"[^\s@<>()\[\],;:\"\\.]"
EMAIL = re.compile(rf"{_ATOM}[^\s@<>()\[\],;:\"\\]{{0,63}}@{_ATOM}+(\.{_ATOM}+)*\.{_ATOM}{{2,}}")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Khmer spelling knows these two (Unicode §16.4), but not at the edge of a word; other invisible ones go.
JOINERS = "\u200c\u200d"


def identity_of(user: User) -> Identity:
    """The Identity that CamDigiKey asserts. Raises UpstreamBroken: without its id a person is nobody."""
    camdigikey_id = user.camdigikey_id.strip()
    if not camdigikey_id:
        raise UpstreamBroken("the person has no camdigikey_id")
    return Identity(
        camdigikey_id=camdigikey_id,
        personal_code=tidy(user.personal_code),
        given_name=tidy(user.first_name_en),
        family_name=tidy(user.last_name_en),
        given_name_km=tidy(user.first_name_kh),
        family_name_km=tidy(user.last_name_kh),
        gender=GENDERS.get(user.gender.strip().upper(), ""),
        birthdate=birthdate(user.dob),
        phone_number=phone_number(user.mobile_phone),
        email=email(user.email),
        nationality=nationality(user.nationality),
    )


def tidy(text: str) -> str:
    """A text in NFC, without invisible letters (a zero-width space makes two names of one), blanks once."""
    seen = (one for one in unicodedata.normalize("NFC", text) if one in JOINERS or _visible(one))
    return " ".join("".join(seen).split()).strip(JOINERS)[:LONGEST]


def _visible(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) not in ("Cc", "Cf", "Cs")


def birthdate(text: str) -> str:
    """YYYY-MM-DD of a day that exists (OIDC Core §5.1); else empty."""
    text = text.strip()
    try:
        return date.fromisoformat(text).isoformat() if DATE.fullmatch(text) else ""
    except ValueError:
        return ""


def phone_number(text: str) -> str:
    """E.164 (OIDC Core §5.1). A number in the national form is Cambodian; what is neither is dropped."""
    digits = re.sub(r"[\s().\u200b-]", "", text)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif digits.startswith("0"):
        digits = "+855" + digits[1:]
    elif digits.startswith("855"):
        digits = "+" + digits
    if digits.startswith("+8550"):  # the national prefix left in
        digits = "+855" + digits[5:]
    return digits if E164.fullmatch(digits) else ""


def email(text: str) -> str:
    """An address that looks like one, its domain in small letters; else empty."""
    local, _, domain = text.strip().rpartition("@")
    found = f"{local}@{domain.lower()}"
    return found if len(found) <= 254 and found.isprintable() and EMAIL.fullmatch(found) else ""


def nationality(text: str) -> str:
    """ISO 3166-1 alpha-2; else empty."""
    code = text.strip().upper()
    return code if re.fullmatch(r"[A-Z]{2}", code) else ""
