"""What went wrong at CamDigiKey, with two ways on: try again, or back to the application with the error."""

from dataclasses import replace

from werkzeug.wrappers import Response

from bridge.domain.client import Client
from bridge.domain.interaction import Interaction
from bridge.domain.next_step import ShowFailure
from bridge.login.decider import Decision
from bridge.web import pages
from bridge.web.headers import next_hops
from bridge.web.interactions import address_of, form
from bridge.web.responses import page


def show(decision: Decision, step: ShowFailure) -> Response:
    """The page of an Interaction whose trip to CamDigiKey failed."""
    return failure_page(decision.interaction, decision.client, step.failure)


def failure_page(interaction: Interaction, client: Client, kind: str, status: int = 200) -> Response:
    """The same for whatever else ended a trip; `kind`: a key of texts.PROBLEMS."""
    html = pages.problem(
        client=client,
        kind=kind,
        cancel=form("/login/cancel", "cancel", interaction),
        try_again=address_of(replace(interaction, failure=None)),
    )
    return page(
        html, client=client, forms=next_hops(interaction.request.reply_to.redirect_uri, client), status=status
    )
