"""CamDigiKey's fields → Identity."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.camdigikey import User
from bridge.domain.subject import Identity
from bridge.errors import UpstreamBroken
from bridge.upstream.profile import birthdate, email, identity_of, nationality, phone_number, tidy


def test_every_field_has_its_place() -> None:
    user = User(
        camdigikey_id=" CDK1 ",
        personal_code="010203040",
        first_name_en="Sophea",
        last_name_en="Chan",
        first_name_kh="សុភា",
        last_name_kh="ចាន់",
        gender="F",
        dob="1990-02-03",
        mobile_phone="+85512345678",
        email="Sophea@Mail.Example",
        nationality="KH",
    )
    assert identity_of(user) == Identity(
        "CDK1",
        "010203040",
        "Sophea",
        "Chan",
        "សុភា",
        "ចាន់",
        "female",
        "1990-02-03",
        "+85512345678",
        "Sophea@mail.example",
        "KH",
    )


def test_all_but_the_id_can_be_missing() -> None:
    assert identity_of(User("CDK1")) == Identity("CDK1")


@pytest.mark.parametrize("camdigikey_id", ["", "  "])
def test_without_its_id_a_person_is_nobody(camdigikey_id: str) -> None:
    with pytest.raises(UpstreamBroken):
        identity_of(User(camdigikey_id, personal_code="010203040"))


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  Sok   Dara ", "Sok Dara"),
        ("Sok\u00a0Dara", "Sok Dara"),
        ("សុខ\u200bដារ៉ា", "សុខដារ៉ា"),
        ("\ufeffChan\u200e", "Chan"),
        ("Cha\u0000n\n", "Chan"),
        ("Jose\u0301", "José"),
        ("O'Brien-ស្ត្រី", "O'Brien-ស្ត្រី"),
        ("ស៊\u200cី\u200c", "ស៊\u200cី"),
        ("\u202eevil", "evil"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_name_is_tidied(text: str, clean: str) -> None:
    assert tidy(text) == clean


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+85512345678", "+85512345678"),
        ("+855 12 345 678", "+85512345678"),
        ("012345678", "+85512345678"),
        ("(012) 345-678", "+85512345678"),
        ("85512345678", "+85512345678"),
        ("0085512345678", "+85512345678"),
        ("+855012345678", "+85512345678"),
        ("+1 202 555 0100", "+12025550100"),
        ("12345678", None),
        ("", None),
        ("+", None),
        ("+0123456789", None),
        ("+8551234567890123", None),
        ("០១២៣៤៥៦៧៨", None),
        ("call me", None),
        ("+855 12 VANITY", None),
        ("012 345 678 ext 5", None),
        ("023 123 456", "+85523123456"),
        ("+39 06 6982", "+39066982"),
        ("+44 7700 900123", "+447700900123"),
        ("001 202 555 0100", "+12025550100"),
        ("+855 12", None),
        ("0123456", None),
        ("8550123", None),
        ("+999123456789", None),
    ],
)
def test_a_phone_number_is_e164_or_nothing(text: str, number: str) -> None:
    assert phone_number(text) == number


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("a@b.kh", "a@b.kh"),
        (" A.b+c@D-e.Gov.KH ", "A.b+c@d-e.gov.kh"),
        ("ស@ក.kh", "ស@ក.kh"),
        ("", None),
        ("-", None),
        ("a@b", None),
        ("a@b.c", None),
        ("a b@c.kh", None),
        ("a@@b.kh", None),
        ("a@b..kh", None),
        (".a@b.kh", None),
        ("a@b.kh\nBcc: x@y.kh", None),
        ("<a@b.kh>", None),
        ("a" * 65 + "@b.kh", None),
        ("a@" + "b." * 130 + "kh", None),
    ],
)
def test_an_email_looks_like_one_or_is_nothing(text: str, address: str) -> None:
    assert email(text) == address


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1990-02-03", "1990-02-03"),
        (" 1990-02-03 ", "1990-02-03"),
        ("1990-02-30", None),
        ("03/02/1990", None),
        ("19900203", None),
        ("1990-2-3", None),
        ("1990-W05-6", None),
        ("", None),
    ],
)
def test_a_birthdate_is_a_day_that_exists_or_nothing(text: str, day: str) -> None:
    assert birthdate(text) == day


@pytest.mark.parametrize(
    ("text", "code"), [("KH", "KH"), (" kh", "KH"), ("KHM", None), ("ខ្មែរ", None), ("", None)]
)
def test_a_nationality_has_two_letters_or_is_nothing(text: str, code: str) -> None:
    assert nationality(text) == code


@pytest.mark.parametrize(("text", "gender"), [("M", "male"), ("f", "female"), ("X", None), ("", None)])
def test_a_gender_is_one_of_the_standards_words_or_nothing(text: str, gender: str) -> None:
    assert identity_of(User("CDK1", gender=text)).gender == gender


@given(st.lists(st.text(max_size=40), min_size=10, max_size=10))
def test_whatever_comes_a_person_comes_of_it(texts: list[str]) -> None:
    found = identity_of(User("CDK1", *texts))
    assert found.camdigikey_id == "CDK1"
    assert found.phone_number is None or found.phone_number.startswith("+")
    assert identity_of(User("CDK1", found.personal_code or "")).personal_code == found.personal_code
