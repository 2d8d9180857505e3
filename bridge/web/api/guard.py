"""What is around every view of the API: from where, who, whether they may, how it is asked, what failed.

In this order: the network, the token, how often, whether the actor may; then how the request is written, and
an answer that was given already. Nothing of it reads a cookie.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Response, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from bridge.errors import NotRecorded, StoreUnavailable
from bridge.manage import ClientFaults, Forbidden, Refused
from bridge.manage.access import Actor, Missing, machine_actor, may
from bridge.manage.client_refusals import Overtaken
from bridge.manage.register import AwaitsApproval
from bridge.manage.versions import version_of
from bridge.oidc.errors import OAuthError, challenge
from bridge.ops.logs import logger
from bridge.ports.idempotency import KeptAnswer
from bridge.web.api import problems
from bridge.web.api.bodies import read_object
from bridge.web.api.call import Call, Reply, View
from bridge.web.api.conditions import Expected, etag, expected, is_known, stale
from bridge.web.api.idempotency import answered_once, key_of
from bridge.web.api.problems import FieldError, Problem
from bridge.web.api.queries import read_query
from bridge.web.api.rows import Operation
from bridge.web.client_address import AddressUnreadable
from bridge.web.console.guard import check_network
from bridge.web.limits import RateLimited
from bridge.web.use_cases import use_cases

JSON = "application/json"
# A header that makes another method of a POST would pass by what stands before us.
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
PROPOSED = 202
ENCODED_SLASHES = ("%2f", "%5c")
WAIT = "5"  # seconds, while a store is away
NOBODY = Actor("nobody")
Result = TypeVar("Result")


def guarded(row: Operation, view: View) -> Callable[..., BaseResponse]:
    """The function that Flask calls for an operation."""

    def answer(**parts: str) -> BaseResponse:
        try:
            return _answer(row, view, parts)
        except Problem as problem:
            _log(row, problem)
            return problems.answer(problem)
        except AddressUnreadable:  # whoever runs the proxy is told of it, at the one place for all addresses
            raise
        except HTTPException as error:
            return problems.answer_to(error.code or 500)

    return answer


def _answer(row: Operation, view: View, parts: dict[str, str]) -> BaseResponse:
    check_network()
    _check_path()
    actor = _actor(row)
    _check_may(row, actor, parts)
    _check_how_it_is_asked()
    call = Call(row, actor, parts, read_query(row, request), *_body_and_versions(row))
    key = key_of(request.headers.get("Idempotency-Key")) if row.once else None
    if key is None:
        return _response(row, _seen(call, view))
    return _once(call, view, key)


def _actor(row: Operation) -> Actor:
    """Who asks; nobody where everybody may. Raises Problem."""
    if row.action is None:
        return NOBODY
    try:
        client, scopes = use_cases().api_tokens.read(request.headers.get("Authorization"))
        g.api_client = client.client_id
        use_cases().limits.administration(client.client_id)
    except OAuthError as error:
        raise Problem("unauthenticated", error.description, headers=error.headers) from None
    except RateLimited as limited:
        raise Problem("too-many-requests", headers={"Retry-After": str(limited.wait)}) from None
    except StoreUnavailable as error:
        raise _unavailable(error) from error
    return machine_actor(client.client_id, scopes)


def _check_path() -> None:
    """Raises Problem: a slash inside an id would be read as one between two parts."""
    raw = request.environ.get("RAW_URI", "").partition("?")[0].lower()
    if any(slash in raw for slash in ENCODED_SLASHES):
        raise Problem("not-found")


def _check_how_it_is_asked() -> None:
    """Raises Problem: no answer of ours is wanted, or the method is said twice."""
    if any(name in request.headers for name in OVERRIDES):
        raise Problem("unreadable-request", "The method is the request's own; no header changes it.")
    if request.headers.get("Accept") and not request.accept_mimetypes[JSON]:
        raise Problem("not-acceptable", f"Accept has to allow {JSON}.")


def _body_and_versions(row: Operation) -> tuple[dict[str, Any], Expected]:
    if row.body:
        body = read_object(request)
    elif row.method != "GET" and request.get_data(cache=False):
        raise Problem("unreadable-request", "There is no body here.")
    else:
        body = {}
    return body, expected(request, row.if_match)


def _check_may(row: Operation, actor: Actor, parts: Mapping[str, str]) -> None:
    """Raises Problem; where a scope is missing it is named (RFC 6750 §3.1)."""
    if row.action is None:
        return
    if not actor.scopes.intersection(row.scopes):
        header = challenge("Bearer", "insufficient_scope", "The access token lacks a scope.", row.scopes[0])
        names = " or ".join(row.scopes)
        raise Problem("insufficient-scope", f"It needs {names}.", headers={"WWW-Authenticate": header})
    action, subject = row.action, parts.get(row.subject, "")
    _tried(lambda: may(actor, action, subject))


def _once(call: Call, view: View, key: str) -> BaseResponse:
    """The answer to a POST that may come twice."""
    row, uses, replies = call.row, use_cases(), list[Reply]()
    content = (request.method, request.path, json.dumps(call.body, sort_keys=True))

    def do() -> KeptAnswer:
        replies.append(_seen(call, view))
        return _kept(row, replies[0])

    store, clock = uses.idempotency, uses.clock
    kept = _tried(lambda: answered_once(store, clock, call.actor.id, key, content, do))
    if replies:
        return _response(row, replies[0])
    return Response(kept.body, kept.status, dict(kept.headers))


def _kept(row: Operation, reply: Reply) -> KeptAnswer:
    return KeptAnswer(reply.status or row.status, _headers(reply), _text(reply.body))


def _response(row: Operation, reply: Reply) -> BaseResponse:
    if row.method == "GET" and reply.version and is_known(request, etag(reply.version)):
        return _without_body(Response(status=304, headers={"ETag": etag(reply.version)}))
    if reply.body is None:
        return _without_body(Response(status=row.status))
    text = _text({**reply.body, **reply.secret})
    return Response(text, reply.status or row.status, _headers(reply))


def _without_body(response: Response) -> Response:
    del response.headers["Content-Type"]
    return response


def _headers(reply: Reply) -> dict[str, str]:
    tag = {"ETag": etag(reply.version)} if reply.version else {}
    return {"Content-Type": JSON, **tag, **reply.headers}


def _text(body: object) -> str:
    return json.dumps(body, ensure_ascii=False)


def _seen(call: Call, view: View) -> Reply:
    """What the view gives. A change that a person has to look at first is proposed (RFC 9110 §15.3.3)."""
    try:
        return _tried(lambda: view(call))
    except AwaitsApproval as waits:
        body = {"detail": str(waits), "proposals": [proposal.id for proposal in waits.proposals]}
        secret = {"client_secret": waits.secret} if waits.secret else {}
        return Reply(body, secret=secret, status=PROPOSED)


def _tried(do: Callable[[], Result]) -> Result:
    """What it returns; errors of use cases as problems."""
    try:
        return do()
    except AwaitsApproval:
        raise
    except ClientFaults as faults:
        errors = [FieldError("", fault) for fault in faults.faults]
        raise Problem("invalid-fields", errors=errors) from None
    except Overtaken as overtaken:
        raise stale(version_of(overtaken.client)) from None
    except Missing:
        raise Problem("not-found") from None
    except Refused as refused:
        raise Problem("refused", str(refused)) from None
    except Forbidden as forbidden:
        raise Problem("forbidden", str(forbidden)) from None
    except (StoreUnavailable, NotRecorded) as error:
        raise _unavailable(error) from error


def _unavailable(error: StoreUnavailable | NotRecorded) -> Problem:
    logger().error("unavailable", error=type(error).__name__, **error.facts)
    return Problem("unavailable", headers={"Retry-After": WAIT})


def _log(row: Operation, problem: Problem) -> None:
    logger().info("client.refused", endpoint=row.id, client_id=g.get("api_client", ""), error=problem.slug)
