"""What moves bytes: small objects through the protocol, and the storage of a host that keeps its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ..core.ports import Content
from ..core.problems import Problem
from ..services import objects
from ..storage.folder import FolderStorage
from .dispatch import Dispatcher
from .metrics import Metrics
from .reading import read_body

_NAME: Final = re.compile(r"vault|(?:slots|packs|index|lookups|snapshots|retired)/[0-9a-f]{64}")
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_BUFFER: Final = 1 << 20


class Transfer:
    """The requests whose bodies are objects."""

    def __init__(self, dispatcher: Dispatcher, metrics: Metrics) -> None:
        self._dispatcher = dispatcher
        self._context = dispatcher.context
        self._metrics = metrics

    async def put_object(self, request: Request, request_id: str) -> Response:
        """A small object in one go."""
        name = _object_name(request)
        data = await read_body(request, objects.LARGEST_INLINE)

        def run() -> bytes:
            caller = self._dispatcher.caller(request, request_id)
            stored = objects.store(self._context, caller, request.path_params["vault"], name, data)
            return msgspec.json.encode(stored)

        result = await run_in_threadpool(run)
        self._metrics.moved("in", len(data))
        return Response(result, media_type="application/json")

    async def get_object(self, request: Request, request_id: str) -> Response:
        """A small object's bytes."""
        name = _object_name(request)

        def run() -> bytes:
            caller = self._dispatcher.caller(request, request_id)
            return objects.fetch(self._context, caller, request.path_params["vault"], name)

        data = await run_in_threadpool(run)
        self._metrics.moved("out", len(data))
        return Response(data, media_type="application/octet-stream")

    async def put_content(self, request: Request, _request_id: str) -> Response:
        """Content put under a sealed link; it counts once it is committed."""
        storage, content = self._linked(request, "PUT")
        declared = request.headers.get("content-length", "")
        if declared != str(content.size):
            raise Problem("size_mismatch")
        with storage.receive(content) as receiver:
            waiting = bytearray()
            async for piece in request.stream():
                waiting += piece
                if len(waiting) >= _BUFFER:
                    await run_in_threadpool(receiver.add, waiting)
                    waiting = bytearray()
            if waiting:
                await run_in_threadpool(receiver.add, waiting)
            await run_in_threadpool(receiver.finish)
        self._metrics.moved("in", content.size)
        return Response(status_code=200)

    async def get_content(self, request: Request, _request_id: str) -> Response:
        """Content under a sealed link, whole or in one range (RFC 9110, section 14)."""
        storage, content = self._linked(request, "GET")
        start, end = _range(request.headers.get("range"), content.size)
        pieces: Iterator[bytes] = await run_in_threadpool(storage.read_range, content, start, end)
        headers = {"Content-Length": str(end - start), "Accept-Ranges": "bytes"}
        status = 200
        if (start, end) != (0, content.size):
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{content.size}"
            status = 206
        self._metrics.moved("out", end - start)
        return StreamingResponse(
            iterate_in_threadpool(pieces), status, headers, media_type="application/octet-stream"
        )

    def _linked(self, request: Request, method: str) -> tuple[FolderStorage, Content]:
        asked, zones = request.query_params, self._context.zones
        size, expires, zone = asked.get("size", ""), asked.get("expires", ""), asked.get("zone", "0")
        if not _is_number(size) or not _is_number(expires) or not _is_number(zone) or int(zone) >= len(zones):
            raise Problem("link_not_valid")
        storage = zones[int(zone)].storage
        if not isinstance(storage, FolderStorage):
            raise Problem("link_not_valid")
        content = Content(request.path_params["vault"], request.path_params["sha256"], int(size))
        storage.check_link(method, content, int(expires), request.query_params.get("seal", ""))
        return storage, content


def _object_name(request: Request) -> str:
    name = request.path_params["name"]
    if not _NAME.fullmatch(name):
        raise Problem("bad_object_name")
    return str(name)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 15


def _range(asked: str | None, size: int) -> tuple[int, int]:
    """(start, end) of what is asked for; all of it without a range, or with one that we do not know."""
    match = _RANGE.fullmatch(asked or "")
    if match is None or match[1] == match[2] == "":
        return 0, size
    if not match[1]:  # the last so many bytes
        start, end = max(0, size - int(match[2])), size
    else:
        start = int(match[1])
        end = min(size, int(match[2]) + 1) if match[2] else size
    if start >= end:
        raise Problem("range_not_satisfiable")
    return start, end
