"""The ASGI application of a host."""

from __future__ import annotations

import json

import structlog
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ..core import wire
from ..core.problems import Problem
from ..services import outbox, watching
from ..services.context import Context
from . import openapi
from .dispatch import Dispatcher, problem_response
from .limits import Limits
from .metrics import CONTENT_TYPE, Metrics
from .operation import Operation
from .operations import LEAST_CLIENT, OPERATIONS
from .sign_in_pages import pages
from .transfer import Transfer

_OBJECT = "/v1/vaults/{vault}/objects/{name:path}"
_CONTENT = "/v1/storage/{vault}/{sha256}"
_log = structlog.get_logger("cyberlib.host")


def application(context: Context, limits: Limits | None = None, metrics: Metrics | None = None) -> Starlette:
    """Answers the protocol over `context`. `/health`: the process lives; `/ready`: it can serve."""
    metrics = metrics or Metrics()
    dispatcher = Dispatcher(context, limits or Limits(), metrics, LEAST_CLIENT)
    transfer = Transfer(dispatcher, metrics)
    known = document()

    async def described(_request: Request) -> Response:
        return Response(json.dumps(known), media_type="application/json")

    async def health(_request: Request) -> Response:
        # What an operator should look at; of no effect on whether this process is to be used.
        return PlainTextResponse("\n".join(["ok", *(f"{k}: {v}" for k, v in context.troubles.items())]))

    async def ready(_request: Request) -> Response:
        def ask() -> None:
            with context.database.read() as connection:
                connection.execute(text("SELECT 1"))

        try:
            await run_in_threadpool(ask)
        except Exception:  # noqa: BLE001 - whatever it is, no request can be served
            _log.exception("database_failed", operation="ready")
            return PlainTextResponse("the database does not answer", 503)
        return PlainTextResponse("ok")

    async def measured(_request: Request) -> Response:
        def ask() -> None:
            with context.database.read() as connection:
                metrics.observed(outbox.counts(connection), len(watching.open_alarms(connection)))

        try:
            await run_in_threadpool(ask)
        except Exception:  # noqa: BLE001 - what this process counted is told all the same
            _log.exception("database_failed", operation="metrics")
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    guarded = dispatcher.guarded
    routes = [Route(op.path, dispatcher.answer(op), methods=[op.method]) for op in OPERATIONS]
    routes += [
        Route(_OBJECT, guarded("put_object", transfer.put_object), methods=["PUT"]),
        Route(_OBJECT, guarded("get_object", transfer.get_object), methods=["GET"]),
        Route(_CONTENT, guarded("put_content", transfer.put_content, limited=False), methods=["PUT"]),
        Route(_CONTENT, guarded("get_content", transfer.get_content, limited=False), methods=["GET"]),
        *pages(dispatcher),
        Route("/openapi.json", described, methods=["GET"]),
        Route("/health", health, methods=["GET"]),
        Route("/ready", ready, methods=["GET"]),
        Route("/metrics", measured, methods=["GET"]),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _refused})


async def _refused(_request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    code = "method_not_allowed" if status == 405 else "unknown_path"
    return problem_response(Problem(code), "")


def document() -> dict[str, object]:
    """The OpenAPI document of protocol 1."""
    raw = (
        Operation(
            "put_object", "PUT", _OBJECT.replace(":path", ""), "Store a small object in one go.",
            lambda call: None, wire.Stored, bytes,
            problems=("vault_unknown", "not_a_member", "quota_reached", "storage_full", "bad_object_name"),
        ),
        Operation(
            "get_object", "GET", _OBJECT.replace(":path", ""), "Read a small object.",
            lambda call: None, bytes,
            problems=("vault_unknown", "not_a_member", "object_unknown", "body_too_large", "bad_object_name"),
        ),
    )  # fmt: skip
    return openapi.document((*OPERATIONS, *raw))
