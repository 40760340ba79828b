"""What of a lock for all systems applies on Windows.

pip judges markers (`; sys_platform == 'win32'`) by the Python it runs on, also when it installs for
another system: so they are judged here, and pip gets a list without markers.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable

# What the Python built here says of itself (PEP 508's names).
ENVIRONMENT = {
    "implementation_name": "cpython",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "platform_system": "Windows",
    "python_full_version": "3.11.9",
    "python_version": "3.11",
    "sys_platform": "win32",
}
_VERSIONS = ("python_full_version", "python_version")
_COMPARE: dict[type[ast.cmpop], Callable[[object, object], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,  # type: ignore[dict-item]
    ast.LtE: operator.le,  # type: ignore[dict-item]
    ast.Gt: operator.gt,  # type: ignore[dict-item]
    ast.GtE: operator.ge,  # type: ignore[dict-item]
}


WITHOUT = ("pyside6-essentials", "shiboken6", "pytest-qt")
"""What the unit and contract tests do without: 100 MB of Qt, whose window is tried on Linux."""


def for_windows(lock: str) -> str:
    """The requirements of a hashed lock that apply, one a line, hashes included, markers removed, but for
    those in `WITHOUT`.

    Raises ValueError for a requirement without a hash, and for a marker with an operator not known here.
    """
    lines = []
    for line in _logical_lines(lock):
        requirement, *hashes = re.split(r"\s+(?=--hash=)", line)
        if not hashes:
            raise ValueError(f"no hash in the lock for: {requirement}")
        pinned, _, marker = requirement.partition(";")
        if pinned.partition("==")[0].strip().lower() in WITHOUT:
            continue
        if not marker or applies(marker):
            lines.append(" ".join([pinned.strip(), *hashes]))
    return "\n".join(lines) + "\n"


def applies(marker: str) -> bool:
    """Whether a marker holds on the Windows Python. Raises ValueError when it cannot be judged."""
    try:
        return _judge(ast.parse(marker.strip(), mode="eval").body)
    except (SyntaxError, LookupError, ValueError):
        raise ValueError(f"the lock has a marker that is not understood: {marker.strip()}") from None


def _logical_lines(lock: str) -> list[str]:
    """Lines without comments, those that end in a backslash joined with the next."""
    kept = [line for line in lock.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(kept))
    return [line.strip() for line in joined.splitlines() if line.strip()]


def _judge(node: ast.expr) -> bool:
    """A marker's grammar is a part of Python's: comparisons of names with texts, `and`, `or`, brackets."""
    if isinstance(node, ast.BoolOp):
        results = [_judge(value) for value in node.values]
        return all(results) if isinstance(node.op, ast.And) else any(results)
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        raise LookupError
    names = [part.id for part in (node.left, *node.comparators) if isinstance(part, ast.Name)]
    left, right = (_value(part, is_version=names[0] in _VERSIONS) for part in (node.left, *node.comparators))
    return _COMPARE[type(node.ops[0])](left, right)


def _value(node: ast.expr, *, is_version: bool) -> object:
    if isinstance(node, ast.Name):
        text = ENVIRONMENT[node.id]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    else:
        raise LookupError
    if not is_version:
        return text
    numbers = [int(part) for part in text.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()  # 3.11.0 is 3.11
    return tuple(numbers)
