"""The logo of an application, uploaded; the rest of the tab Look is made of its fields."""

from flask import redirect, request
from werkzeug.wrappers import Response

from bridge.domain.picture import MAX_BYTES, PictureRefused
from bridge.manage import ClientFaults, Refused
from bridge.manage.client_refusals import Overtaken
from bridge.manage.managed import ManagedByFile
from bridge.web.console.application import CHANGED_MEANWHILE, MANAGED_BY_FILE, client_here, show_fields
from bridge.web.console.fields import TABS
from bridge.web.console.guard import here
from bridge.web.console.rows import ROOT
from bridge.web.texts import N_
from bridge.web.use_cases import use_cases

NO_FILE = N_("Choose a picture first.")


def upload_logo(client_id: str) -> Response:
    """Makes the picture that was sent the application's logo."""
    client, tab, file = client_here(client_id), TABS["look"], request.files.get("logo")
    data = file.read(MAX_BYTES + 1) if file else b""
    if not data:
        return show_fields(client, tab, faults=(NO_FILE,), status=422)
    try:
        use_cases().administration.logos.upload(
            here().actor,
            client_id,
            data,
            version=request.form.get("version", ""),
            take_over="take_over" in request.form,
        )
    except Overtaken as overtaken:
        return show_fields(overtaken.client, tab, faults=(CHANGED_MEANWHILE,), status=409)
    except ManagedByFile:
        return show_fields(client, tab, faults=(MANAGED_BY_FILE,), status=422)
    except ClientFaults as faults:
        return show_fields(client, tab, faults=faults.faults, status=422)
    except (PictureRefused, Refused) as refused:
        return show_fields(client, tab, faults=(str(refused),), status=422)
    return redirect(f"{ROOT}/applications/{client_id}/look?saved=1", 303)
