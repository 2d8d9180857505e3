"""The record of an Interaction; it stands in URLs, so it is kept short.

Handoffs and confirmations hold it too.
"""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from bridge.domain.ids import BrowserId, InteractionId, SubjectId
from bridge.domain.interaction import Completion, Failure, Interaction
from bridge.stores.records.authorization_request import read_request, write_request
from bridge.stores.records.fields import Fields, present, unless_default
from bridge.stores.records.record import Record

_COMPLETIONS: tuple[Completion, ...] = get_args(Completion)
_FAILURES: tuple[Failure, ...] = get_args(Failure)


def write_interaction(interaction: Interaction) -> dict[str, Any]:
    body = present(
        {
            "id": interaction.id,
            "request": write_request(interaction.request),
            "browser": interaction.browser,
            "created_at": interaction.created_at,
            "completion": unless_default(interaction.completion, "redirect"),
            "consented_by": interaction.consented_by,
            "failure": interaction.failure,
            "failed_in": interaction.failed_in,
        }
    )
    if interaction.consented_claims is not None:  # also none at all
        body["consented_claims"] = sorted(interaction.consented_claims)
    return body


def read_interaction(fields: Fields) -> Interaction:
    consented_by = fields.text_or_none("consented_by")
    consented_claims = fields.texts_or_none("consented_claims")
    return Interaction(
        id=InteractionId(fields.text("id")),
        request=fields.part("request", read_request),
        browser=BrowserId(fields.text("browser")),
        created_at=fields.number("created_at"),
        completion=fields.choice("completion", _COMPLETIONS, absent="redirect"),
        consented_by=None if consented_by is None else SubjectId(consented_by),
        consented_claims=None if consented_claims is None else frozenset(consented_claims),
        failure=fields.choice_or_none("failure", _FAILURES),
        failed_in=fields.text_or_none("failed_in"),
    )


READERS: Mapping[int, Callable[[Fields], Interaction]] = {1: read_interaction}
INTERACTION = Record("interaction", 1, write_interaction, READERS)
