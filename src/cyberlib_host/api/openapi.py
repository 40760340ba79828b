"""The OpenAPI document, made from the declared operations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from .. import __version__
from ..core.problems import STATUS
from ..core.records import ProblemDocument
from .operation import Access, Operation

_ANY_PROBLEM = ("bad_request", "client_too_old", "too_many_requests", "internal_error")
_BY_ACCESS: Final[dict[Access, tuple[str, ...]]] = {
    "session": ("not_signed_in", "session_over", "device_revoked"),
    "support": ("helper_refused",),
    "anybody": (),
}


def document(operations: Iterable[Operation]) -> dict[str, Any]:
    """OpenAPI 3.1 of the operations."""
    found = list(operations)
    types = [t for op in found for t in (op.request, op.answer) if isinstance(t, type) and t is not bytes]
    types.append(ProblemDocument)
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    reference = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in found:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation, reference)
    return {
        "openapi": "3.1.0",
        "info": {"title": "CyberLib host", "version": __version__, "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                name: {"type": "http", "scheme": "bearer"} for name in ("session", "support")
            },
        },
    }


def _described(operation: Operation, reference: dict[type, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"operationId": operation.name, "summary": operation.summary}
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _path_schema(name)}
        for name in ("vault", "name", "sha256", "meeting")
        if f"{{{name}}}" in operation.path or f"{{{name}:path}}" in operation.path
    ]
    parameters += [
        {"name": name, "in": "query", "required": name == "kind", "description": what,
         "schema": _query_schema(operation.name, name)}
        for name, what in operation.query
    ]  # fmt: skip
    if parameters:
        said["parameters"] = parameters
    if operation.request is bytes:
        content: dict[str, Any] = {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
        }
        said["requestBody"] = {"required": True, "content": content}
    elif operation.request is not None:
        said["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": reference[operation.request]}},
        }
    answer: dict[str, Any] = {"description": "Done."}
    if operation.answer is bytes:
        answer["content"] = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    elif operation.answer is not None:
        answer["content"] = {"application/json": {"schema": reference[operation.answer]}}
    said["responses"] = {"200": answer, **_problems(operation, reference)}
    if operation.access != "anybody":
        said["security"] = [{operation.access: []}]
    return said


def _problems(operation: Operation, reference: dict[type, Any]) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    codes = [*_ANY_PROBLEM, *operation.problems, *_BY_ACCESS[operation.access]]
    if operation.request is not None:
        codes += ["body_too_large"] if operation.request is bytes else ["body_too_large", "not_json"]
    for code in dict.fromkeys(codes):
        by_status.setdefault(STATUS[code], []).append(code)
    content = {"application/problem+json": {"schema": reference[ProblemDocument]}}
    return {
        str(status): {"description": ", ".join(names), "content": content}
        for status, names in sorted(by_status.items())
    }


def _path_schema(name: str) -> dict[str, str]:
    patterns = {
        "meeting": "^[0-9a-f]{32}$",
        "vault": "^[0-9a-f]{32}$",
        "sha256": "^[0-9a-f]{64}$",
        "name": "^(vault|(slots|packs|index|lookups|snapshots|retired)/[0-9a-f]{64})$",
    }
    return {"type": "string", "pattern": patterns[name]}


def _query_schema(operation: str, name: str) -> dict[str, Any]:
    if name == "kind":
        return {
            "type": "string",
            "enum": ["vault", "slots", "packs", "index", "lookups", "snapshots", "retired"],
        }
    if name == "mark" or (name == "after" and operation == "objects"):
        return {"type": "string", "maxLength": 80}
    return {"type": "integer", "minimum": 0, "maximum": 10**15 - 1}
