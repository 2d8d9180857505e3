"""Turns the step that next_step decided into a response: a step, and the function that answers it."""

from enum import Enum
from typing import assert_never

from werkzeug.wrappers import Response

from bridge.domain.next_step import (
    AskConsent,
    AskToReplace,
    Confirm,
    Finish,
    GoToCamDigiKey,
    Refuse,
    ShowFailure,
    ShowSignIn,
    TurnAway,
)
from bridge.login.decider import Decision
from bridge.oidc.response_modes import needs_a_page
from bridge.web import consent, failure, sign_in, turned_away
from bridge.web.interactions import to_login
from bridge.web.responses import send
from bridge.web.use_cases import use_cases


class Place(Enum):
    """Where the browser is when it is answered."""

    PAGE = "an address that may be shown, asked again and kept"
    FORM = "the answer to a form: a page of ours goes to its own address"
    CALLBACK = "an address with an auth token in it: nothing is shown there"


def answer(decision: Decision, place: Place) -> Response:
    """The response for a decision, for a browser at this place.

    Raises as the function that answers the step.
    """
    uses, step = use_cases(), decision.step
    match step:
        case Finish():
            if place is Place.CALLBACK and needs_a_page(decision.interaction.request.reply_to):
                return to_login(decision.interaction)
            return send(uses.completion.complete(decision, step), decision.client)
        case Refuse():
            return send(uses.completion.refuse(decision.interaction, step.error), decision.client)
        case GoToCamDigiKey():
            return sign_in.go_to_camdigikey(decision, step)
        case AskToReplace():
            return sign_in.ask_to_replace(decision)
        case ShowSignIn():
            return sign_in.show(decision) if place is Place.PAGE else to_login(decision.interaction)
        case ShowFailure():
            return failure.show(decision, step) if place is Place.PAGE else to_login(decision.interaction)
        case TurnAway():
            return turned_away.show(decision, step) if place is Place.PAGE else to_login(decision.interaction)
        case AskConsent():
            return consent.show(decision, step) if place is Place.PAGE else to_login(decision.interaction)
        case Confirm():  # asked of logins that have just come back, which web.callback answers itself
            return to_login(decision.interaction)
        case _:
            assert_never(step)
