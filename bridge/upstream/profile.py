"""CamDigiKey's fields of a person → Identity. What does not look as it should is left out, never guessed."""

import re
import unicodedata
from datetime import date

from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    ValidationResult,
    format_number,
    is_possible_number_with_reason,
    parse,
)

from bridge.camdigikey import User
from bridge.domain.subject import Identity
from bridge.errors import UpstreamBroken

MAX_NAME_LENGTH = 200  # characters
MAX_ID_LENGTH = 200
GENDERS = {"M": "male", "F": "female"}
SEPARATORS = re.compile(r"[\s().\u200b-]")
# With its country code, or with the 0 that stands before an area code within Cambodia.
DIALLED = re.compile(r"[+0][0-9]+")
_ATOM = r"[^\s@<>()\[\],;:\"\\.]"
EMAIL = re.compile(rf"{_ATOM}[^\s@<>()\[\],;:\"\\]{{0,63}}@{_ATOM}+(\.{_ATOM}+)*\.{_ATOM}{{2,}}")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Khmer spelling knows these two (Unicode §16.4), but not at the edge of a word; other invisible ones go.
JOINERS = "\u200c\u200d"


def identity_of(user: User) -> Identity:
    """The Identity that CamDigiKey asserts. Raises UpstreamBroken: without its id a person is nobody."""
    camdigikey_id = user.camdigikey_id.strip()
    if not camdigikey_id:
        raise UpstreamBroken("the person has no camdigikey_id", operation="status")
    if len(camdigikey_id) > MAX_ID_LENGTH or not camdigikey_id.isprintable():
        raise UpstreamBroken("the person's camdigikey_id is none", operation="status")
    return Identity(
        camdigikey_id=camdigikey_id,
        personal_code=tidy(user.personal_code) or None,
        given_name=tidy(user.first_name_en) or None,
        family_name=tidy(user.last_name_en) or None,
        given_name_km=tidy(user.first_name_kh) or None,
        family_name_km=tidy(user.last_name_kh) or None,
        gender=GENDERS.get(user.gender.strip().upper()),
        birthdate=birthdate(user.dob),
        phone_number=phone_number(user.mobile_phone),
        email=email(user.email),
        nationality=nationality(user.nationality),
    )


def tidy(text: str) -> str:
    """A text in NFC, single-spaced, without invisible characters: they would make equal names differ."""
    normalized = unicodedata.normalize("NFC", text)
    kept = (character for character in normalized if character in JOINERS or _is_visible(character))
    return " ".join("".join(kept).split()).strip(JOINERS)[:MAX_NAME_LENGTH]


def _is_visible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs")


def birthdate(text: str) -> str | None:
    """YYYY-MM-DD of a day that exists (OIDC Core §5.1); else None."""
    text = text.strip()
    try:
        return date.fromisoformat(text).isoformat() if DATE.fullmatch(text) else None
    except ValueError:
        return None


def phone_number(text: str) -> str | None:
    """E.164 (OIDC Core §5.1). A number in the national form is Cambodian; one that can't exist is dropped.

    A number that begins with neither a country code nor 0 is dropped as well: its country would be a guess.
    """
    dialled = SEPARATORS.sub("", text)
    if dialled.startswith("00"):  # from most countries; Cambodia's own way out is 001 and the like
        dialled = "+" + dialled[2:]
    elif dialled.startswith("855"):
        dialled = "+" + dialled
    if not DIALLED.fullmatch(dialled):
        return None
    try:
        number = parse(dialled, "KH")
    except NumberParseException:
        return None
    possible = is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    return format_number(number, PhoneNumberFormat.E164) if possible else None


def email(text: str) -> str | None:
    """An address that looks like one, its domain in small letters; else None."""
    local, _, domain = text.strip().rpartition("@")
    found = f"{local}@{domain.lower()}"
    return found if len(found) <= 254 and found.isprintable() and EMAIL.fullmatch(found) else None


def nationality(text: str) -> str | None:
    """ISO 3166-1 alpha-2; else None."""
    code = text.strip().upper()
    return code if re.fullmatch(r"[A-Z]{2}", code) else None
