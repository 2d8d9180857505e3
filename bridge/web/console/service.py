"""The service itself: its accounts at CamDigiKey, its signing keys, its settings."""

from flask import redirect, request
from werkzeug.wrappers import Response

from bridge.domain.client import SIGNING_ALGS, SigningAlg
from bridge.manage import Refused
from bridge.ports.keys import SigningKey
from bridge.web.console import pages
from bridge.web.console.guard import here
from bridge.web.console.rows import ROOT
from bridge.web.use_cases import use_cases

DAY = 86400  # seconds
EXPIRES_SOON = 60 * DAY  # a certificate of CamDigiKey takes weeks to be had


def trust() -> Response:
    """Whom we trust and by what: CamDigiKey's accounts with their certificates, and our signing keys."""
    return _trust()


def rotate_key() -> Response:
    """Makes a new signing key. `at_once`: it signs now, for a key that leaked."""
    alg: SigningAlg | None = next((alg for alg in SIGNING_ALGS if alg == request.form.get("alg")), None)
    if alg is None:
        return _trust((f"There are keys for {', '.join(SIGNING_ALGS)} alone.",), 422)
    use_cases().administration.keys.rotate(here().actor, alg, at_once="at_once" in request.form)
    return redirect(f"{ROOT}/trust?saved=1", 303)


def remove_key(kid: str) -> Response:
    """Removes a retired key from what we publish."""
    try:
        use_cases().administration.keys.remove(here().actor, kid)
    except Refused as refused:
        return _trust((refused.sentence,), 422)
    return redirect(f"{ROOT}/trust?saved=1", 303)


def settings() -> Response:
    """The settings in force, and where each comes from."""
    rows = use_cases().administration.service.settings(here().actor)
    return pages.show("settings", rows=rows)


def _trust(faults: tuple[str, ...] = (), status: int = 200) -> Response:
    admin, actor = use_cases().administration, here().actor
    now, keys = int(admin.clock()), admin.keys.all(actor)
    return pages.show(
        "trust",
        status,
        accounts=admin.service.accounts(actor),
        last_good=admin.overview.lately(actor).last_good,
        keys=keys,
        removable={key.kid for key in keys if _removable(key, now)},
        algs=SIGNING_ALGS,
        now=now,
        day=DAY,
        soon=EXPIRES_SOON,
        faults=faults,
        saved="saved" in request.args,
    )


def _removable(key: SigningKey, now: int) -> bool:
    return key.retired_at is not None and key.retired_at <= now
