"""Copies of applications: one duplicated, or those of a file, with other addresses; and one as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Response as FlaskResponse
from flask import request
from werkzeug.wrappers import Response

from bridge.domain.client import Client
from bridge.domain.ids import ClientId
from bridge.manage import ClientFaults, Refused, Registered
from bridge.manage.client_files.export import as_yaml, export_document
from bridge.manage.client_files.faults import FileFaults
from bridge.manage.client_ids import new_client_id
from bridge.manage.copies import addresses_of, draft_of, drafts_in, moved, origin_in, remapped
from bridge.manage.register import AwaitsApproval
from bridge.web.console import pages
from bridge.web.console.application import client_here
from bridge.web.console.guard import here
from bridge.web.console.rows import ROOT
from bridge.web.texts import N_
from bridge.web.use_cases import use_cases

MAX_TEXT = 20_000  # characters of a file: the form that follows holds it twice, and has 64 KiB
MAX_COPIES = 20
TOO_LONG = N_("The file is too long for a page: bridge client apply takes it on the server.")
NOTHING = N_("Choose a file, or paste its text.")
NOBODY = N_("There is no application in this file.")


@dataclass(frozen=True, slots=True)
class Source:
    """Where the drafts come from: `text` of a file, or the application that is duplicated."""

    drafts: Sequence[Client]
    action: str
    text: str = ""


def export(client_id: str) -> Response:
    """The application as a file, without its secrets."""
    client = client_here(client_id)
    response = FlaskResponse(as_yaml(export_document([client])), content_type="application/yaml")
    response.headers["Content-Disposition"] = f'attachment; filename="{client.client_id}.yaml"'
    return response


def duplicate(client_id: str) -> Response:
    """The form for a copy of an application."""
    return _form(_duplicated(client_id))


def register_duplicate(client_id: str) -> Response:
    """Registers the copy, and shows its secret this once."""
    return _register(_duplicated(client_id))


def choose_file() -> Response:
    """Where a file is chosen, or pasted."""
    return pages.show("import", text="")


def import_file() -> Response:
    """Shows what a file would register, each address with its replacement; then registers it."""
    text = request.form.get("text", "") or _uploaded()
    try:
        drafts = _drafts(text)
    except Refused as refused:
        return pages.show("import", 422, text=text[:MAX_TEXT], faults=(refused.sentence,))
    except FileFaults as faults:
        return pages.show("import", 422, text=text, faults=tuple(map(str, faults.faults)))
    source = Source(drafts, f"{ROOT}/import", text)
    return _register(source) if "client_id.0" in request.form else _form(source)


def _uploaded() -> str:
    file = request.files.get("file")
    return file.read(4 * MAX_TEXT + 1).decode(errors="replace") if file else ""


def _drafts(text: str) -> list[Client]:
    if not text.strip():
        raise Refused(NOTHING)
    if len(text) > MAX_TEXT:
        raise Refused(TOO_LONG)
    drafts = drafts_in(text)
    if not drafts:
        raise Refused(NOBODY)
    if len(drafts) > MAX_COPIES:
        raise Refused(TOO_LONG)
    return drafts


def _duplicated(client_id: str) -> Source:
    return Source([draft_of(client_here(client_id))], f"{ROOT}/applications/{client_id}/duplicate")


def _register(source: Source) -> Response:
    """Registers all, where nothing is wrong with any; the button beside fills in the addresses alone."""
    if "fill" in request.form:
        return _form(source, request.form)
    clients, actor = use_cases().administration.clients, here().actor
    copies = [_copy(source, number, draft) for number, draft in enumerate(source.drafts)]
    faults: list[str] = []
    for copy in copies:
        faults += _faults_of(copy, copies)
    made, waiting = list[Registered](), list[AwaitsApproval]()
    for copy in copies if not faults else ():
        try:
            made.append(clients.add(actor, copy))
        except AwaitsApproval as proposed:
            waiting.append(proposed)
        except (ClientFaults, Refused) as fault:  # somebody took its id just now
            faults.append(f"{copy.client_name}: {fault}")
    if made or waiting:
        return pages.show("copied", made=made, waiting=waiting, faults=faults)
    return _form(source, request.form, tuple(faults), status=422)


def _faults_of(copy: Client, copies: Sequence[Client]) -> list[str]:
    clients, actor = use_cases().administration.clients, here().actor
    named = f"{copy.client_name or copy.client_id}: "
    twice = sum(other.client_id == copy.client_id for other in copies) > 1
    found = [named + f"Two of them have the client id {copy.client_id}."] if twice else []
    try:
        clients.add(actor, copy, dry_run=True)
    except AwaitsApproval:  # it will be proposed
        return found
    except ClientFaults as faults:
        return found + [named + fault for fault in faults.faults]
    except Refused as refused:
        return [*found, named + refused.sentence]
    return found


def _copy(source: Source, number: int, draft: Client) -> Client:
    """The draft with what the form says of it."""
    form = request.form
    addresses = addresses_of(source.drafts)
    replacements = {address: form.get(f"address.{n}", address).strip() for n, address in enumerate(addresses)}
    return replace(
        remapped(draft, replacements),
        client_id=ClientId(form.get(f"client_id.{number}", "").strip()),
        client_name=form.get(f"client_name.{number}", "").strip(),
        sector_identifier=form.get(f"sector.{number}", "").strip() or None,
    )


def _form(
    source: Source,
    written: Mapping[str, str] | None = None,
    faults: tuple[str, ...] = (),
    *,
    status: int = 200,
) -> Response:
    """The form, as it was written; with the button `fill`, the addresses on the origins that were written."""
    given = dict(written or {})
    addresses = addresses_of(source.drafts)
    origins = tuple(dict.fromkeys(filter(None, map(origin_in, addresses))))
    places = {origin: given.get(f"origin.{n}", "").strip() for n, origin in enumerate(origins)}
    for number, address in enumerate(addresses):
        if "fill" in given or f"address.{number}" not in given:
            given[f"address.{number}"] = moved(address, places)
    for number, draft in enumerate(source.drafts):
        given.setdefault(f"client_id.{number}", draft.client_id or new_client_id(use_cases().token_bytes))
        given.setdefault(f"client_name.{number}", draft.client_name)
        given.setdefault(f"sector.{number}", draft.sector_identifier or "")
    return pages.show(
        "copies",
        status,
        drafts=source.drafts,
        action=source.action,
        text=source.text,
        origins=origins,
        addresses=addresses,
        given=given,
        faults=faults,
    )
