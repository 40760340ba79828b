"""What a browser meets while a person shows who they are: redirections to a provider and back, or the page of
passkeys, and a sentence where it ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from ..core.problems import Problem
from ..services import passkeys, sign_ins
from ..services.context import Context
from ..services.passkeys import Page
from ..services.sign_ins import Onward
from .dispatch import Dispatcher
from .passkey_page import passkey_page
from .reading import read_body

_COOKIE: Final = "__Host-cyberlib-sign-in"
_SAFE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_LARGEST_ANSWER: Final = 32_768
_OVER: Final = (
    "Cette connexion n’a pas abouti. Fermez cette page et recommencez depuis CyberLib.\n"
    "This sign-in came to nothing. Close this page and begin again from CyberLib.\n"
)
_Step = Callable[[Context, Request], Onward | Page]


def pages(dispatcher: Dispatcher) -> list[Route]:
    """Under the limits of all requests."""
    context = dispatcher.context

    def page(name: str, path: str, step: _Step) -> Route:
        async def run(request: Request, _request_id: str) -> Response:
            try:
                onward = await run_in_threadpool(step, context, request)
            except Problem as problem:
                if problem.status >= 500:
                    raise
                return PlainTextResponse(_OVER, problem.status, _SAFE)
            return _shown(request, onward)

        answer: Callable[[Request], Awaitable[Response]] = dispatcher.guarded(name, run)
        return Route(path, answer, methods=["GET"])

    async def answered(request: Request, _request_id: str) -> Response:
        body = await read_body(request, _LARGEST_ANSWER)
        try:
            said = msgspec.json.decode(body, type=dict[str, Any])
        except (msgspec.DecodeError, RecursionError):
            raise Problem("bad_request", where="body") from None
        url = await run_in_threadpool(passkeys.answered, context, _cookie(request), said)
        return JSONResponse({"url": url}, headers=_SAFE)

    return [
        page("sign_in", "/v1/sign-in/{token}", _start),
        page("sign_in_return", "/v1/sign-in-return", _back),
        page("sign_in_done", "/v1/sign-in-done", _done),
        Route("/v1/sign-in-passkey", dispatcher.guarded("sign_in_passkey", answered), methods=["POST"]),
    ]


def _start(context: Context, request: Request) -> Onward | Page:
    token = str(request.path_params["token"])
    if sign_ins.kind_of(context, token) == "provider":
        return sign_ins.start(context, token)
    return passkeys.show(context, token)


def _back(context: Context, request: Request) -> Onward:
    given = request.query_params
    return sign_ins.returned(context, given.get("state", ""), _cookie(request), given.get("code", ""))


def _done(context: Context, request: Request) -> Onward:
    return sign_ins.done(context, _cookie(request))


def _shown(request: Request, onward: Onward | Page) -> Response:
    answer: Response
    if isinstance(onward, Page):
        answer = passkey_page(onward, request.headers.get("accept-language", ""))
    else:
        answer = RedirectResponse(onward.url, 303, _SAFE)
    if onward.cookie:
        answer.set_cookie(_COOKIE, onward.cookie, 300, path="/", secure=True, httponly=True, samesite="lax")
    return answer


def _cookie(request: Request) -> str:
    return request.cookies.get(_COOKIE, "")
