"""From an HTTP request to an operation and back; refusals become problem documents and audit lines."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
import structlog
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from ..core.problems import Problem
from ..core.records import ProblemDocument
from ..services import access, audit
from ..services.access import Caller
from ..services.audit import Actor
from ..services.context import Context
from ..services.support import Helper, helper_of
from .limits import Limits
from .metrics import Metrics
from .operation import Call, Operation
from .reading import proof_of, read_body, token_of

LARGEST_JSON: Final = 256 << 10
LONGEST_WAIT: Final = 20
"""Seconds."""
_LOOK_SECONDS: Final = 0.15
_VERSION: Final = re.compile(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})")
_NOTED: Final = frozenset(("escrow_document_bad", "approval_document_bad"))
"""No slip either: somebody altered what others signed."""
_ENCODER: Final = msgspec.json.Encoder()
_log = structlog.get_logger("cyberlib.host")

Answer = Callable[[Request], Awaitable[Response]]


class Dispatcher:
    """Answers requests of one host. `least_client`: the oldest client that may speak."""

    def __init__(self, context: Context, limits: Limits, metrics: Metrics, least_client: str) -> None:
        self.context = context
        self._limits = limits
        self._metrics = metrics
        self._least = _parsed(least_client)

    def answer(self, operation: Operation) -> Answer:
        """What answers requests for an operation."""
        decoder = None
        if operation.request is not None and operation.request is not bytes:
            decoder = msgspec.json.Decoder(operation.request)

        async def body(request: Request) -> Any:
            if decoder is None:
                return None
            if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
                raise Problem("not_json")
            return _decoded(decoder, await read_body(request, LARGEST_JSON))

        async def run(request: Request, request_id: str) -> Response:
            given = await body(request)
            call = await run_in_threadpool(self._call, operation, request, request_id, given)
            result = await run_in_threadpool(operation.run, call)
            if operation.waits is not None:
                result = await self._something_new(operation, call, request, result)
            if isinstance(result, bytes):
                self._metrics.moved("out", len(result))
                return Response(result, media_type="application/octet-stream")
            return Response(_ENCODER.encode(result), media_type="application/json")

        return self.guarded(operation.name, run)

    async def _something_new(self, operation: Operation, call: Call, request: Request, result: Any) -> Any:
        """Looked for again by no thread that is held meanwhile; several processes may share a database."""
        until = time.monotonic() + min(call.number("wait", 0), LONGEST_WAIT)
        while operation.waits is not None and operation.waits(call, result):
            if time.monotonic() >= until or self.context.ending or await request.is_disconnected():
                break
            await asyncio.sleep(_LOOK_SECONDS)
            result = await run_in_threadpool(operation.run, call)
        return result

    def _call(self, operation: Operation, request: Request, request_id: str, body: Any) -> Call:
        caller = self.caller(request, request_id) if operation.access == "session" else None
        helping = self._helper(request, request_id) if operation.access == "support" else None
        return Call(
            self.context, request_id, request.path_params, request.query_params, body, caller, helping
        )

    def _helper(self, request: Request, request_id: str) -> Helper:
        """Who of support holds a request's credential. Raises Problem("helper_refused"),
        ("too_many_requests")."""
        try:
            with self.context.database.read() as connection:
                helping = helper_of(self.context, connection, token_of(request), request_id)
        except Problem:
            self._limits.check(request, signed=False)  # who makes credentials up is counted by address
            raise
        request.state.actor = helping.actor
        self._limits.check_device(helping.id)
        return helping

    def caller(self, request: Request, request_id: str) -> Caller:
        """The device whose token a request carries. Raises as `access.caller_of`, and
        Problem("too_many_requests")."""
        with self.context.database.read() as connection:
            caller = access.caller_of(self.context, connection, token_of(request), request_id)
        caller = caller._replace(proof=proof_of(request))
        request.state.actor = caller.actor
        self._limits.check_device(caller.device.id)
        return caller

    def guarded(
        self, name: str, run: Callable[[Request, str], Awaitable[Response]], *, limited: bool = True
    ) -> Answer:
        """`run` with limits, a request id, problem documents, a line in the log and a count.

        `limited`: not for what a sealed link allows, for which a limited request was made before.
        """

        async def answer(request: Request) -> Response:
            request_id = secrets.token_hex(8)
            begun = self.context.clock()
            try:
                self._check_client(request)
                if limited:
                    self._limits.check(request, signed=token_of(request) is not None)
                response = await run(request, request_id)
            except Problem as problem:
                problem = self._counted(request, problem)
                await run_in_threadpool(self._note, name, request, request_id, problem)
                response = problem_response(problem, request_id)
            except (OperationalError, NoConnectionLeft) as error:
                _log.exception("database_failed", operation=name, request=request_id)
                response = problem_response(_of_database(error), request_id)
            except DataError:  # a character 0, which PostgreSQL takes in no text
                response = problem_response(Problem("bad_request", where="text"), request_id)
            except ClientDisconnect:
                response = Response(status_code=499)
            except Exception:  # noqa: BLE001 - a fault of ours is answered and logged, whatever it is
                _log.exception("request_failed", operation=name, request=request_id)
                response = problem_response(Problem("internal_error"), request_id)
            response.headers["Request-Id"] = request_id
            seconds = (self.context.clock() - begun) / 1e6
            self._metrics.count(name, response.status_code, seconds)
            _log.info("request", operation=name, status=response.status_code, request=request_id,
                      seconds=round(seconds, 4))  # fmt: skip
            return response

        return answer

    def _check_client(self, request: Request) -> None:
        version = _parsed(request.headers.get("cyberlib-client", ""))
        if version is not None and self._least is not None and version < self._least:
            raise Problem("client_too_old", least=".".join(map(str, self._least)))

    def _counted(self, request: Request, problem: Problem) -> Problem:
        """Who makes tokens up is counted by address, as who has none."""
        if problem.code == "session_over":
            try:
                self._limits.check(request, signed=False)
            except Problem as flood:
                return flood
        return problem

    def _note(self, name: str, request: Request, request_id: str, problem: Problem) -> None:
        """Refusals of who asks are accesses; slips, floods and nobody in particular are none."""
        told = problem.status in (401, 403, 409, 507) or problem.code in _NOTED
        if not told or problem.code in ("not_signed_in", "session_over"):
            return
        actor = getattr(request.state, "actor", None) or Actor("unknown", request_id)
        try:
            with self.context.database.write() as connection:
                audit.note(self.context, connection, problem.organisation, actor, name, problem.code)
        except Exception:  # noqa: BLE001 - the refusal stands, noted or not
            _log.exception("refusal_not_noted", operation=name, request=request_id)


def _of_database(error: Exception) -> Problem:
    """A full disk, or a database that does not answer now, or has more to do than connections for it."""
    full = any(words in str(getattr(error, "orig", error)) for words in ("disk is full", "No space left"))
    return Problem("storage_full") if full else Problem("storage_unreachable", retry_after=2)


def problem_response(problem: Problem, request_id: str) -> Response:
    """RFC 9457."""
    document = ProblemDocument(
        type=f"https://cyberlib.example/problems/{problem.code}",
        title=problem.code.replace("_", " "),
        status=problem.status,
        code=problem.code,
        request=request_id,
        facts=problem.facts,
    )
    headers = {} if problem.retry_after is None else {"Retry-After": str(problem.retry_after)}
    return Response(_ENCODER.encode(document), problem.status, headers, media_type="application/problem+json")


def _decoded(decoder: msgspec.json.Decoder[Any], data: bytes) -> Any:
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        where = str(error).rpartition(" - at `")[2].rstrip("`") if " - at `" in str(error) else "body"
        raise Problem("bad_request", where=where[:100]) from None


def _parsed(version: str) -> tuple[int, int, int] | None:
    match = _VERSION.match(version)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None
