"""The personas of the simulator: one for each shape of a person that a bridge has to cope with."""

from dataclasses import dataclass, replace

FIELDS = (
    "camdigikey_id",
    "personal_code",
    "first_name_en",
    "last_name_en",
    "first_name_kh",
    "last_name_kh",
    "gender",
    "dob",
    "mobile_phone",
    "email",
    "nationality",
)


@dataclass(frozen=True, slots=True)
class Persona:
    """A person as CamDigiKey knows them. `slug` names them in addresses; `about` says what they are for."""

    slug: str
    about: str
    camdigikey_id: str
    personal_code: str = ""
    first_name_en: str = ""
    last_name_en: str = ""
    first_name_kh: str = ""
    last_name_kh: str = ""
    gender: str = ""
    dob: str = ""
    mobile_phone: str = ""
    email: str = ""
    nationality: str = "KH"
    user_status: int = 1  # 0 disabled, 1 enabled, 2 expired, 4 deleted

    @property
    def label(self) -> str:
        """The name that the phone page shows."""
        khmer = f"{self.last_name_kh} {self.first_name_kh}".strip()
        latin = f"{self.first_name_en} {self.last_name_en}".strip()
        return " · ".join(name for name in (khmer, latin) if name) or self.camdigikey_id

    def fields(self) -> dict[str, str]:
        """The user fields of a status answer (PROTOCOL, Calls)."""
        return {name: getattr(self, name) for name in FIELDS}

    def profile(self) -> dict[str, str]:
        """The profile fields of a look-up (PROTOCOL, Calls)."""
        return {
            "personal_code": self.personal_code,
            "camdigikey_id": self.camdigikey_id,
            "surname_kh": self.last_name_kh,
            "given_name_kh": self.first_name_kh,
            "surname_en": self.last_name_en,
            "given_name_en": self.first_name_en,
            "mobile_phone_number": self.mobile_phone,
            "email_address": self.email,
        }


SOPHEA = Persona(
    "sophea",
    "every field, an e-mail address too",
    "CDK000000042",
    "010123456",
    "SOPHEA",
    "CHAN",
    "សុភា",
    "ចាន់",
    "F",
    "1990-04-13",
    "+85512345678",
    "sophea@example.gov.kh",
)

PEOPLE = (
    SOPHEA,
    Persona(
        "dara",
        "no e-mail address",
        "CDK000000043",
        "010223344",
        "DARA",
        "SOK",
        "ដារ៉ា",
        "សុខ",
        "M",
        "1985-11-30",
        "+85598765432",
    ),
    Persona(
        "bopha",
        "Khmer name only",
        "CDK000000044",
        "010334455",
        "",
        "",
        "បុប្ផា",
        "កែវ",
        "F",
        "1978-01-02",
        "+85511222333",
    ),
    Persona(
        "sovann", "one-word name", "CDK000000045", "010445566", "SOVANN", "", "សុវណ្ណ", "", "M", "2000-02-29"
    ),
    Persona(
        "john",
        "foreigner with a passport",
        "CDK000000046",
        "X1234567",
        "JOHN MICHAEL",
        "O'BRIEN-SMITH",
        "",
        "",
        "M",
        "1969-07-20",
        "+447700900123",
        "john@example.com",
        "GB",
    ),
    Persona(
        "nita",
        "minor",
        "CDK000000047",
        "011556677",
        "NITA",
        "MEAS",
        "នីតា",
        "មាស",
        "F",
        "2012-06-15",
        "+85510111222",
    ),
    Persona(
        "kesor",
        "apostrophe, stacked vowels and subscripts",
        "CDK000000048",
        "010667788",
        "K'ESOR",
        "S'RENG",
        "ក្រឹស្នាស្ត្រី",
        "ស្រ៊ុនឡេងហ្គ៊ីម",
        "F",
        "1995-12-31",
        "+85577888999",
        "kesor@example.com",
    ),
    Persona(
        "vuthy",
        "ID card that can be renewed: same camdigikey_id, new personal_code",
        "CDK000000049",
        "010778899",
        "VUTHY",
        "LONG",
        "វុទ្ធី",
        "ឡុង",
        "M",
        "1980-05-05",
        "+85515151515",
    ),
    Persona(
        "rith",
        "disabled account",
        "CDK000000050",
        "010889900",
        "RITH",
        "PICH",
        "ឫទ្ធ",
        "ពេជ្រ",
        "M",
        "1991-03-03",
        "+85516161616",
        user_status=0,
    ),
    Persona("empty", "nothing but an id", "CDK000000051", nationality=""),
    Persona(
        "long",
        "very long name",
        "CDK000000052",
        "010990011",
        "CHANMONIROTHPANHARITHYVONGSEYLA " * 2,
        "SRENGSOPHEAKTRAVORLEAKHENA " * 2,
        "ចាន់មុនីរ័ត្នបញ្ញារិទ្ធីវង្ស" * 2,
        "ស្រេងសុភក្ត្រាវរលក្ខិណា" * 2,
        "F",
        "1960-10-10",
        "+85517171717",
        "a.very.long.address.of.a.person.with.a.long.name@department.ministry.example.gov.kh",
    ),
    Persona(
        "phone",
        "phone number in the national form, letter case and spaces to tidy",
        "CDK000000053",
        "011000111",
        " Maly ",
        " Prum ",
        " ម៉ាលី ",
        " ព្រំ ",
        "f",
        "1999-09-09",
        "012 345 678",
        "Maly@Example.COM",
    ),
    Persona(
        "expired",
        "expired account",
        "CDK000000054",
        "011111222",
        "THIDA",
        "NHEM",
        "ធីតា",
        "ញ៉ែម",
        "F",
        "1988-08-08",
        user_status=2,
    ),
)


class People:
    """The personas of one simulator; a control call changes them."""

    def __init__(self) -> None:
        self._people = {persona.slug: persona for persona in PEOPLE}

    def all(self) -> list[Persona]:
        return list(self._people.values())

    def get(self, slug: str) -> Persona | None:
        return self._people.get(slug)

    def by_code(self, personal_code: str) -> Persona | None:
        found = (persona for persona in self.all() if persona.personal_code == personal_code)
        return next(found, None) if personal_code else None

    def change(self, slug: str, **fields: object) -> Persona:
        """Change fields of a persona, as a renewed ID card does. Raises KeyError, TypeError."""
        changed = replace(self._people[slug], **fields)  # type: ignore[arg-type]  # -- replace checks the names
        self._people[slug] = changed
        return changed
