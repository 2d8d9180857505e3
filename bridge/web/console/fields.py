"""The controls for a client's fields, made from the rows of domain.client_metadata, and what a form says.

A tab of the console has the fields of one or two groups; only those that the actor may change are controls.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from werkzeug.datastructures import MultiDict

from bridge.domain.admin_scopes import ADMIN_SCOPES
from bridge.domain.claims import CLAIMS, SCOPES
from bridge.domain.client import Client
from bridge.domain.client_metadata import CLIENT_METADATA, MAX_LIFETIMES, OPTIONAL
from bridge.domain.metadata_field import Group, Label, MetadataField
from bridge.manage.client_refusals import EDITABLE, ONCE_SET
from bridge.web.texts import N_

Form = MultiDict[str, str]
Shape = Literal["line", "lines", "choice", "choices", "switch", "number", "numbers"]
SHAPES: Mapping[str, Shape] = {
    "text": "line",
    "colour": "line",
    "uri": "line",
    "uris": "lines",
    "origins": "lines",
    "choice": "choice",
    "choices": "choices",
    "words": "choices",
    "switch": "switch",
    "seconds": "number",
    "lifetimes": "numbers",
}
VOCABULARIES: Mapping[str, Sequence[str]] = {
    "scope": tuple(SCOPES),
    "claims": tuple(sorted(name for name, claim in CLAIMS.items() if claim.about != "login")),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of an application's fields."""

    name: str  # in its address
    text: str
    groups: tuple[Group, ...]


TABS: Mapping[str, Tab] = {
    tab.name: tab
    for tab in (
        Tab("sign-in", N_("Sign-in and access"), ("sign_in", "sign_out")),
        Tab("data", N_("Data and consent"), ("data_and_consent",)),
        Tab("tokens", N_("Credentials and tokens"), ("credentials_and_tokens",)),
        Tab("look", N_("Look"), ("identity", "look")),
    )
}


@dataclass(frozen=True, slots=True)
class Control:
    """One field of a form: its row, its shape, and what it shows."""

    row: MetadataField
    shape: Shape
    value: Any  # as the shape wants it: a text, or several, or whether it is on
    choices: tuple[str, ...] = ()
    fixed: bool = False  # shown, and not to be changed
    open: bool = False  # words of its own can be added to its choices …
    more: str = ""  # … and these were

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def label(self) -> Label:
        return self.row.label


class FormFault(Exception):
    """A form's value is not what its control can send; the text is a sentence."""


def controls(tab: Tab, client: Client, form: Form | None = None) -> list[Control]:
    """The controls of a tab, filled with the client's values; with `form` by what somebody wrote into it."""
    found = [_control(row, client) for row in _rows(tab)]
    return found if form is None else [_written(control, form) for control in found]


def changes(tab: Tab, client: Client, form: Form) -> dict[str, Any]:
    """The fields of a tab that a form changes, by name. Raises FormFault."""
    found: dict[str, Any] = {}
    for row in _rows(tab):
        if not _fixed(row, client):
            value = _value(row, client, form)
            if value != getattr(client, row.name):
                found[row.name] = value
    return found


def _rows(tab: Tab) -> Iterator[MetadataField]:
    """In the order of the tab's groups."""
    for group in tab.groups:
        for row in CLIENT_METADATA.values():
            if row.group == group and row.kind not in ("secrets", "owner") and row.name != "enabled":
                yield row


def _fixed(row: MetadataField, client: Client) -> bool:
    return row.name not in EDITABLE or (row.name in ONCE_SET and bool(getattr(client, row.name)))


def _is_open(row: MetadataField, client: Client) -> bool:
    """Whether its words are not only ours: an application that acts for itself may define scopes."""
    return row.name == "scope" and "client_credentials" in client.grant_types


def _may_administer(row: MetadataField, client: Client) -> bool:
    """Whether an owner can let it use the administration API: it acts for itself alone."""
    return row.name == "scope" and client.grant_types == ("client_credentials",)


def _control(row: MetadataField, client: Client) -> Control:
    value, choices = getattr(client, row.name), tuple(row.choices)
    shape = SHAPES[row.kind]
    if row.kind == "words":
        known = (*VOCABULARIES[row.name], *(ADMIN_SCOPES if _may_administer(row, client) else ()))
        choices = (*known, *(word for word in value or () if word not in known))
    elif row.kind == "lifetimes":
        choices = tuple(MAX_LIFETIMES)
    elif shape == "choices" and value is None:
        value = ()
    return Control(row, shape, _shown(shape, value), choices, _fixed(row, client), _is_open(row, client))


def _written(control: Control, form: Form) -> Control:
    if control.fixed:
        return control
    name, value = control.name, control.value
    match control.shape:
        case "switch":
            value = name in form
        case "choices":
            value = tuple(form.getlist(name))
        case "numbers":
            value = {part: form.get(f"{name}.{part}", "") for part in control.choices}
        case _:
            value = form.get(name, value)
    return replace(control, value=value, more=form.get(f"{name}.more", ""))


def _shown(shape: Shape, value: Any) -> Any:
    if shape == "lines":
        return "\n".join(value)
    if shape in ("line", "number"):
        return "" if value is None else str(value)
    if shape == "choices":
        return tuple(value or ())
    return value


def _value(row: MetadataField, client: Client, form: Form) -> Any:
    match SHAPES[row.kind]:
        case "line":
            text = form.get(row.name, "").strip()
            return text or (None if row.name in OPTIONAL else "")
        case "lines":
            return tuple(line.strip() for line in form.get(row.name, "").splitlines() if line.strip())
        case "choice":
            return form.get(row.name, getattr(client, row.name))
        case "choices":
            return _choices(row, client, form)
        case "switch":
            return row.name in form
        case "number":
            return _number(row.name, form.get(row.name, ""))
        case "numbers":
            numbers = {name: _number(name, form.get(f"{row.name}.{name}", "")) for name in MAX_LIFETIMES}
            return {name: number for name, number in numbers.items() if number is not None}


def _choices(row: MetadataField, client: Client, form: Form) -> tuple[str, ...] | None:
    """What is ticked, in the order that it had before, and what is new in the order of the form."""
    before: tuple[str, ...] = getattr(client, row.name) or ()
    extra = form.get(f"{row.name}.more", "").split()
    ticked = tuple(dict.fromkeys((*form.getlist(row.name), *extra)))
    kept = tuple(word for word in before if word in ticked)
    found = (*kept, *(word for word in ticked if word not in kept))
    return None if not found and row.name in OPTIONAL else found


def _number(name: str, text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise FormFault(f"{name} is a number of seconds, or empty.")
    return int(text)
