"""What a browser meets while a person signs in at a provider: redirections, and a sentence where it ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from ..core.problems import Problem
from ..services import sign_ins
from ..services.sign_ins import Onward
from .dispatch import Dispatcher

_COOKIE: Final = "__Host-cyberlib-sign-in"
_SAFE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_OVER: Final = (
    "Cette connexion n’a pas abouti. Fermez cette page et recommencez depuis CyberLib.\n"
    "This sign-in came to nothing. Close this page and begin again from CyberLib.\n"
)


def pages(dispatcher: Dispatcher) -> list[Route]:
    """Under the limits of all requests."""
    context = dispatcher.context

    def page(name: str, path: str, go: Callable[[Request], Onward]) -> Route:
        async def run(request: Request, _request_id: str) -> Response:
            try:
                onward = await run_in_threadpool(go, request)
            except Problem as problem:
                if problem.status >= 500:
                    raise
                return PlainTextResponse(_OVER, problem.status, _SAFE)
            answer = RedirectResponse(onward.url, 303, _SAFE)
            if onward.cookie:
                answer.set_cookie(
                    _COOKIE, onward.cookie, 300, path="/", secure=True, httponly=True, samesite="lax"
                )
            return answer

        answer: Callable[[Request], Awaitable[Response]] = dispatcher.guarded(name, run)
        return Route(path, answer, methods=["GET"])

    def cookie(request: Request) -> str:
        return request.cookies.get(_COOKIE, "")

    def start(request: Request) -> Onward:
        return sign_ins.start(context, str(request.path_params["token"]))

    def back(request: Request) -> Onward:
        given = request.query_params
        return sign_ins.returned(context, given.get("state", ""), cookie(request), given.get("code", ""))

    def done(request: Request) -> Onward:
        return sign_ins.done(context, cookie(request))

    return [
        page("sign_in", "/v1/sign-in/{token}", start),
        page("sign_in_return", "/v1/sign-in-return", back),
        page("sign_in_done", "/v1/sign-in-done", done),
    ]
