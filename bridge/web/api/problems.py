"""Errors of the API: a row for each kind, answered as application/problem+json (RFC 9457)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from flask import Response

from bridge.domain.admin_scopes import API_PATH
from bridge.errors import BridgeError

PROBLEM_JSON = "application/problem+json"
TYPE = "urn:bridge:problem:"

Slug = Literal[
    "unreadable-request",
    "invalid-cursor",
    "unauthenticated",
    "forbidden",
    "insufficient-scope",
    "not-found",
    "method-not-allowed",
    "not-acceptable",
    "late-body",
    "refused",
    "request-in-flight",
    "stale",
    "too-large",
    "unsupported-media-type",
    "misdirected",
    "invalid-fields",
    "idempotency-key-reused",
    "version-required",
    "too-many-requests",
    "internal",
    "unavailable",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its status, and the title that goes with its type."""

    status: int
    title: str


KINDS: Mapping[Slug, Kind] = {
    "unreadable-request": Kind(400, "The request can't be read."),
    "invalid-cursor": Kind(400, "The cursor is not one that this list gave."),
    "unauthenticated": Kind(401, "An access token of this API is needed."),
    "forbidden": Kind(403, "This application may not do that."),
    "insufficient-scope": Kind(403, "The access token lacks the scope that this needs."),
    "not-found": Kind(404, "There is no such thing."),
    "method-not-allowed": Kind(405, "This method is not for this address."),
    "not-acceptable": Kind(406, "Answers are JSON."),
    "late-body": Kind(408, "The body did not come in time."),
    "refused": Kind(409, "It can't be done as things are now."),
    "request-in-flight": Kind(409, "The same request has not been answered yet."),
    "stale": Kind(412, "It was changed meanwhile."),
    "too-large": Kind(413, "The request is too large."),
    "unsupported-media-type": Kind(415, "The body has to be JSON."),
    "misdirected": Kind(421, "This is not the address of the service."),
    "invalid-fields": Kind(422, "Some fields are not as they have to be."),
    "idempotency-key-reused": Kind(422, "This Idempotency-Key was used for another request."),
    "version-required": Kind(428, "The header If-Match is needed."),
    "too-many-requests": Kind(429, "Too many requests."),
    "internal": Kind(500, "A fault of the service."),
    "unavailable": Kind(503, "The service can't answer now."),
}
OF_STATUS: Mapping[int, Slug] = {
    404: "not-found",
    405: "method-not-allowed",
    408: "late-body",
    413: "too-large",
    414: "too-large",
    421: "misdirected",
    429: "too-many-requests",
    431: "too-large",
    503: "unavailable",
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with a field. `pointer`: where it stands in the body (RFC 6901); empty: in several."""

    pointer: str
    detail: str


class Problem(BridgeError):
    """An error of the API. `detail`: a sentence that never repeats a secret."""

    def __init__(
        self,
        slug: Slug,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{slug}: {detail}")
        self.slug, self.detail, self.errors, self.headers = slug, detail, tuple(errors), headers or {}

    @property
    def status(self) -> int:
        return KINDS[self.slug].status


def body_of(problem: Problem) -> dict[str, object]:
    """The members of RFC 9457 §3.1, and `errors`: a detail for each field."""
    kind = KINDS[problem.slug]
    found: dict[str, object] = {"type": TYPE + problem.slug, "title": kind.title, "status": kind.status}
    if problem.detail:
        found["detail"] = problem.detail
    if problem.errors:
        found["errors"] = [{"pointer": error.pointer, "detail": error.detail} for error in problem.errors]
    return found


def answer(problem: Problem) -> Response:
    """The response of a problem."""
    body = json.dumps(body_of(problem), ensure_ascii=False)
    return Response(body, problem.status, dict(problem.headers), content_type=PROBLEM_JSON)


def is_of_the_api(path: str) -> bool:
    """Whether an error at this path is a problem: of the API, whether there is something or not."""
    return path == API_PATH or path.startswith(API_PATH + "/")


def answer_to(status: int, wait: int = 0) -> Response:
    """The response to what fails outside of the API's own views: no such address, a body too large.

    `wait` in seconds.
    """
    slug = OF_STATUS.get(status, "unreadable-request" if status < 500 else "internal")
    response = answer(Problem(slug, headers={"Retry-After": str(wait)} if wait else None))
    response.status_code = status  # of several that are one kind
    return response
