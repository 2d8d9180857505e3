"""The page that says what went wrong at CamDigiKey; its buttons: try again, or back to the application."""

from dataclasses import replace

from werkzeug.wrappers import Response

from bridge.domain.client import Client
from bridge.domain.interaction import Interaction
from bridge.domain.next_step import ShowFailure
from bridge.login.decider import Decision
from bridge.web import pages
from bridge.web.headers import next_hops
from bridge.web.interactions import address_of, interaction_form
from bridge.web.responses import page


def show(decision: Decision, step: ShowFailure) -> Response:
    """The page of an Interaction whose Handoff failed."""
    return failure_page(decision.interaction, decision.client, step.failure)


def failure_page(interaction: Interaction, client: Client, kind: str, status: int = 200) -> Response:
    """The same page for any reason; `kind`: a key of texts.PROBLEMS, `status`: the HTTP status."""
    html = pages.problem(
        client=client,
        kind=kind,
        cancel=interaction_form("/login/cancel", "cancel", interaction),
        try_again=address_of(replace(interaction, failure=None)),
        reference=interaction.failed_in,
    )
    return page(
        html, client=client, forms=next_hops(interaction.request.reply_to.redirect_uri, client), status=status
    )
