"""What is read out of a request."""

from __future__ import annotations

from starlette.requests import Request

from ..core.problems import Problem


def token_of(request: Request) -> str | None:
    """The bearer token of a request (RFC 6750)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


def proof_of(request: Request) -> str | None:
    """The token of a proof that a person gave for this request."""
    return request.headers.get("cyberlib-proof") or None


async def read_body(request: Request, most: int) -> bytes:
    """A body of bounded size. Raises Problem("body_too_large"), ("size_mismatch") for one cut short."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most:
        raise Problem("body_too_large", most=most)
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > most:
            raise Problem("body_too_large", most=most)
    return bytes(data)
