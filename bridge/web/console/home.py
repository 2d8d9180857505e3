"""The first page: the service at a glance; for somebody who waits to be confirmed, their code."""

from flask import redirect
from werkzeug.wrappers import Response

from bridge.manage.access import allowed
from bridge.web.console import pages
from bridge.web.console.guard import here
from bridge.web.console.rows import ROOT
from bridge.web.console.texts import EXPIRY_NAMES, KIND_NAMES, UNFINISHED
from bridge.web.use_cases import use_cases

OWN = 50  # applications that a maintainer is shown at once
REASONS = 10  # of failures and refusals


def home() -> Response:
    """What is unfinished, how it goes, and what ends soon; for maintainers their own applications."""
    if not here().administrator.active:
        return pages.show("pending")
    if not allowed(here().actor, "see activity"):  # in an emergency
        return redirect(f"{ROOT}/applications", 303)
    if not allowed(here().actor, "see service"):
        return _own_applications()
    overview, actor = use_cases().administration.overview, here().actor
    lately = overview.lately(actor)
    return pages.show(
        "home",
        unfinished=[UNFINISHED[name] for name in overview.unfinished(actor)],
        missing=use_cases().readiness.missing(),
        hours=lately.hours,
        last_day=lately.hours[-24:],
        reasons=lately.reasons[:REASONS],
        latencies=lately.latencies,
        expiries=overview.ends_soon(actor),
        now=int(use_cases().clock()),
        kinds=KIND_NAMES,
        expiry_names=EXPIRY_NAMES,
    )


def _own_applications() -> Response:
    admin, actor = use_cases().administration, here().actor
    clients = admin.clients.page(actor, limit=OWN)
    used = admin.activity.last_used(actor, [client.client_id for client in clients])
    counted = admin.activity.rejections(actor)
    names = {client.client_id: client.client_name for client in clients}
    return pages.show("own_home", clients=clients, used=used, counted=counted, names=names)
