"""The page that asks a person to agree to what an application is given."""

import json

from flask import request
from werkzeug.wrappers import Response

from bridge.domain.claims import claim_names
from bridge.domain.interaction import Interaction
from bridge.domain.next_step import AskConsent
from bridge.domain.session import Session
from bridge.errors import SealBroken
from bridge.login.decider import Decision
from bridge.web import pages
from bridge.web.headers import next_hops
from bridge.web.interactions import address_of, interaction_form, resting_form
from bridge.web.responses import page
from bridge.web.use_cases import use_cases

_PURPOSE = "shown on the consent page"


def show(decision: Decision, step: AskConsent) -> Response:
    """The page. Its CSRF token names the Session, so that nobody agrees by a page shown to another person."""
    interaction, client, session = decision.interaction, decision.client, step.session
    html = pages.consent(
        client=client,
        address=address_of(interaction),
        request=interaction.request,
        identity=session.subject.identity,
        go=resting_form("/consent", csrf_action(session.sid), interaction, shown=_shown(decision, session)),
        cancel=interaction_form("/login/cancel", "cancel", interaction),
        not_me=resting_form("/consent/not-me", not_me_action(session.sid), interaction),
    )
    forms = next_hops(interaction.request.reply_to.redirect_uri, client)
    return page(html, client=client, forms=forms, scripts=True)


def csrf_action(sid: str) -> str:
    """What the form does, for its CSRF token: it belongs to the Session of this sid."""
    return f"consent:{sid}"


def not_me_action(sid: str) -> str:
    """The same, of the form that says that this Session's person is somebody else."""
    return f"not me:{sid}"


def _shown(decision: Decision, session: Session) -> str:
    """What the page shows, sealed: in which Interaction, to whom, and the names of the claims."""
    interaction, names = decision.interaction, claim_names(decision.interaction.request, decision.client)
    said = [interaction.id, session.subject.id, sorted(names)]
    return use_cases().sealer.seal(_PURPOSE, json.dumps(said).encode())


def claims_shown(interaction: Interaction, session: Session) -> frozenset[str] | None:
    """The names of the claims on the page whose button was pressed; None where it was not this one's page.

    The registration may have been widened since: who agrees agrees to what stood there (DESIGN §6.19).
    """
    try:
        said = json.loads(use_cases().sealer.unseal(_PURPOSE, request.form.get("shown", "")))
    except SealBroken:
        return None
    interaction_id, subject_id, names = said
    ours = (interaction_id, subject_id) == (interaction.id, session.subject.id)
    return frozenset(names) if ours else None
