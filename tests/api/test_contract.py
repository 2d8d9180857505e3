"""The API's description against what it does: schemathesis asks what the description allows, and what not.

In this process, drawn the same each time, and so many examples an operation and no more.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import APIOperation, BaseSchema

from bridge.domain.admin_scopes import API_PATH
from bridge.web.api.rows import OPERATIONS
from tests.api.conftest import Robot, administering
from tests.support.world import World

EXAMPLES = 12  # an operation and mode
SUBJECTS = (f"subject-of-examples-{number}" for number in itertools.count())  # ids are never given twice
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)
READ = {row.id for row in OPERATIONS if row.query or row.body}  # of the others nothing can be wrong
CASES = [
    (row, mode)
    for row in OPERATIONS[1:]  # the first is the description itself
    for mode in GenerationMode
    if mode.is_positive or row.id in READ
]
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def at_home(world: World) -> Wsgi:
    """The application, whose Host is the issuer's whoever asks."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return world.app({**environ, "HTTP_HOST": "127.0.0.1:8080"}, start_response)

    return application


@pytest.fixture(scope="module")
def described(world: World, robot: Robot) -> BaseSchema:
    load_all_checks()
    config = SchemathesisConfig.from_dict(
        {"checks": {"negative_data_rejection": {"expected-statuses": [400, 404, 412, 415, 422, 428]}}}
    )
    return schemathesis.openapi.from_wsgi(f"{API_PATH}/openapi.json", at_home(world), config=config)


def operation_of(schema: BaseSchema, operation_id: str) -> APIOperation:
    found = [
        row.ok()
        for row in schema.get_all_operations()
        if row.ok().definition.raw["operationId"] == operation_id
    ]
    assert len(found) == 1
    return found[0]


def test_the_description_has_every_operation(described: BaseSchema) -> None:
    found = {row.ok().definition.raw["operationId"] for row in described.get_all_operations()}
    assert found == {row.id for row in OPERATIONS[1:]}


def body_is_wrong(case: Any) -> bool:
    return any(place.name == "BODY" and part.mode.is_negative for place, part in case.meta.components.items())


@pytest.mark.parametrize(
    ("row", "mode"), [pytest.param(*case, id=f"{case[0].id} {case[1].value}") for case in CASES]
)
def test_it_does_what_its_description_says(
    world: World, robot: Robot, described: BaseSchema, row: Any, mode: GenerationMode
) -> None:
    operation, checks = operation_of(described, row.id), CHECKS.get_by_names(CHECKED)
    strategy = operation.as_strategy(mode)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(case=strategy, known=st.booleans())
    def ask(case: Any, known: bool) -> None:
        subject = next(SUBJECTS)
        world.register(administering(subject, scope=("reports.read",)))
        headers = {"Authorization": f"Bearer {robot.token}"}
        if known and "client_id" in case.path_parameters:
            case.path_parameters["client_id"] = subject
        if known and row.if_match == "required" and (mode.is_positive or body_is_wrong(case)):
            headers["If-Match"] = "*"
        case.call_and_validate(headers=headers, checks=checks)

    ask()
