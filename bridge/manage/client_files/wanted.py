"""What a file of applications says: its set, and of each application the fields that it names.

Names and types are those of the rows of client metadata, as RFC 7591 writes them. Whether the values fit is
checked where the whole registration is known (`administration`).
"""

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.domain.client_metadata import CLIENT_METADATA
from bridge.domain.metadata_field import GROUPS, Group, MetadataField
from bridge.manage.client_files.faults import FileFault
from bridge.manage.client_files.secrets import MASKED, SecretReference, parsed_reference
from bridge.manage.client_files.text import FileTable
from bridge.manage.field_checks import CLIENT_ID

# What a file may say of an application: all that an administrator decides.
FILE_ROWS: Mapping[str, MetadataField] = {
    row.name: row for row in CLIENT_METADATA.values() if row.fixed != "by_us" or row.name == "enabled"
}
BY_US = CLIENT_METADATA.keys() - FILE_ROWS.keys() | {"live_secrets"}
SECRETS = ("secret", "client_secret")
KEYS = (*FILE_ROWS, "unmanaged", *SECRETS)
FILE_KEYS = ("set", "applications")
TEXTS_OF_WORDS = ("scope",)  # one text with blanks between its words (RFC 7591 §2)
MAX_VERSION = 10**9


@dataclass(frozen=True, slots=True)
class WantedClient:
    """One application of a file. `fields`: by name, with the values of domain.Client, those that it names."""

    client_id: str
    fields: Mapping[str, Any]
    unmanaged: tuple[Group, ...] = ()
    secret: SecretReference | None = None
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    def fault(self, name: str, sentence: str) -> FileFault:
        """A fault of one of its fields."""
        line = self.lines.get(name) or self.lines.get("client_id")
        return FileFault(sentence, self.client_id, name, line)


@dataclass(frozen=True, slots=True)
class ClientFile:
    """A whole file. `set_name`: the set that owns its applications; None: they stay whose they are.

    `document`: the values as they were written; `faults`: what is wrong with them, so that they are told
    together with what only the register shows.
    """

    set_name: str | None
    clients: tuple[WantedClient, ...]
    document: Mapping[str, Any] = field(repr=False, compare=False)
    faults: tuple[FileFault, ...] = ()


_WRONG = object()  # in place of a value that is not of its field's kind


class _Fault(Exception):
    """A value is not of its field's kind; the text is a sentence that never has the value."""


def client_file(document: Any) -> ClientFile:
    """What a file's values say, and all that is wrong with them."""
    if not isinstance(document, FileTable):
        return ClientFile(None, (), {}, (FileFault("The file has the key applications, and mostly set."),))
    faults = list(_key_faults(document, FILE_KEYS, ""))
    set_name = _set_name(document, faults)
    clients = tuple(_applications(document, faults))
    seen: set[str] = set()
    for client in clients:
        if client.client_id in seen:
            faults.append(client.fault("client_id", "This application is in the file twice."))
        seen.add(client.client_id)
        if client.secret and "set" not in document:
            faults.append(client.fault("secret", "Only a file with a set can name a secret."))
    return ClientFile(set_name, clients, document, tuple(faults))


def _set_name(document: FileTable, faults: list[FileFault]) -> str | None:
    if "set" not in document:
        return None
    name = document["set"]
    if isinstance(name, str) and CLIENT_ID.fullmatch(name):
        return name
    sentence = "The set's name has 1 to 100 letters out of A-Z a-z 0-9 . _ ~ -."
    faults.append(FileFault(sentence, field="set", line=document.lines.get("set")))
    return None


def _applications(document: FileTable, faults: list[FileFault]) -> Iterator[WantedClient]:
    found = document.get("applications")
    if not isinstance(found, list):
        line = document.lines.get("applications")
        faults.append(FileFault("It is a list of applications.", field="applications", line=line))
        return
    for number, table in enumerate(found, 1):
        if isinstance(table, FileTable):
            yield _application(table, f"application {number}", faults)
        else:
            faults.append(FileFault("An application is a table of its fields.", f"application {number}"))


def _application(table: FileTable, place: str, faults: list[FileFault]) -> WantedClient:
    client_id = table.get("client_id")
    if not isinstance(client_id, str) or not CLIENT_ID.fullmatch(client_id):
        sentence = "The client id has 1 to 100 letters out of A-Z a-z 0-9 . _ ~ -."
        line = table.lines.get("client_id") or min(table.lines.values(), default=None)
        faults.append(FileFault(sentence, place, "client_id", line))
        client_id = place
    faults += _key_faults(table, KEYS, client_id)
    read = _Reading(table, client_id, faults)
    unmanaged = read.value("unmanaged", _groups, ())
    fields = {
        name: read.value(name, lambda value, row=row: _of_kind(row, value), _WRONG)
        for name, row in FILE_ROWS.items()
        if name in table and name != "client_id"
    }
    fields = {name: value for name, value in fields.items() if value is not _WRONG}
    for name in fields:
        if FILE_ROWS[name].group in unmanaged:
            read.fault(name, f"The file leaves {FILE_ROWS[name].group} to others (unmanaged).")
    if "client_name" not in table and "identity" not in unmanaged:
        read.fault("client_name", "The name, which people see, is missing.")
    references = [read.value(name, _secret, None) for name in SECRETS if name in table]
    secret = next(filter(None, references), None)
    if secret and "credentials_and_tokens" in unmanaged:
        read.fault("secret", "The file leaves credentials_and_tokens to others (unmanaged).")
    return WantedClient(client_id, fields, unmanaged, secret, table.lines)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads the values of one application, and collects what is wrong with them."""

    table: FileTable
    client_id: str
    faults: list[FileFault]

    def fault(self, name: str, sentence: str) -> None:
        line = self.table.lines.get(name) or self.table.lines.get("client_id")
        self.faults.append(FileFault(sentence, self.client_id, name, line))

    def value(self, name: str, convert: Any, absent: Any) -> Any:
        """The converted value of a key; `absent` where it is not there, or wrong."""
        if name not in self.table:
            return absent
        try:
            return convert(self.table[name])
        except _Fault as fault:
            self.fault(name, str(fault))
            return absent


def _key_faults(table: FileTable, known: Collection[str], client_id: str) -> Iterator[FileFault]:
    for name, line in table.repeated:
        yield FileFault("This key is there twice.", client_id, name, line)
    for name in sorted(table.keys() - set(known)):
        yield FileFault(_unknown(name, known), client_id, name, table.lines.get(name))


def _unknown(name: str, known: Collection[str]) -> str:
    if name in BY_US:
        return "It is set by this provider, not by a file."
    near = difflib.get_close_matches(name, known, 1)
    return f"There is no such key; {near[0]} is one." if near else "There is no such key."


def _groups(value: Any) -> tuple[Group, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise _Fault(f"It is a list out of {', '.join(GROUPS)}.")
    for entry in value:
        if entry not in GROUPS:
            near = difflib.get_close_matches(entry, GROUPS, 1)
            raise _Fault(
                f"A section is none of {', '.join(GROUPS)}" + (f"; {near[0]} is near." if near else ".")
            )
    return tuple(group for group in GROUPS if group in value)


def _secret(value: Any) -> SecretReference | None:
    """The reference; None for an absent, empty or masked secret, which changes nothing."""
    if value is None or value == {} or (isinstance(value, str) and value in MASKED):
        return None
    if not isinstance(value, FileTable):
        raise _Fault("A secret never stands in the file: {version: 1, from: env:NAME} says where it is.")
    if value.repeated or value.keys() != {"version", "from"}:
        raise _Fault("It has a version and from, once each, and nothing else.")
    version, source = value["version"], value["from"]
    if type(version) is not int or not 1 <= version <= MAX_VERSION:
        raise _Fault("Its version is a number from 1 on.")
    reference = parsed_reference(version, source) if isinstance(source, str) else None
    if reference is None:
        raise _Fault("It is from env:NAME, or from file:/PATH, a whole path.")
    return reference


def _of_kind(row: MetadataField, value: Any) -> Any:
    """The value of domain.Client's field. Raises _Fault."""
    if value is None:
        raise _Fault("It has no value: leave the key out for the default.")
    if row.kind == "switch":
        if not isinstance(value, bool):
            raise _Fault("It is true or false.")
        return value
    if row.kind == "seconds":
        return _seconds(value)
    if row.kind == "lifetimes":
        return _lifetimes(value)
    if row.many and row.name not in TEXTS_OF_WORDS:
        return _texts(value)
    if not isinstance(value, str):
        raise _Fault("It is a text; put it in quotes.")
    if row.many:
        return tuple(dict.fromkeys(value.split()))
    if not value:
        raise _Fault("It is empty: leave the key out for the default.")
    return value


def _seconds(value: Any) -> int:
    if type(value) is not int:  # a bool is an int to isinstance
        raise _Fault("It is a whole number of seconds.")
    return value


def _lifetimes(value: Any) -> dict[str, int]:
    if not isinstance(value, FileTable) or value.repeated:
        raise _Fault("It is a table of seconds, each name once.")
    return {name: _seconds(seconds) for name, seconds in value.items()}


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise _Fault("It is a list of texts.")
    return tuple(value)
