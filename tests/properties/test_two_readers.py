"""Objects with a field changed, lost or added: both programs take the same, and refuse with one word.

What the pages leave open (msgpack's own oddities in parts that are ignored, depths beyond 16) is not tried.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from cyberlib_client.core.format_v1 import header as head
from tests.vectors import ours, rescue
from tools.vectors import text_objects
from tools.vectors.__main__ import FOLDER
from tools.vectors.nodes import entry
from tools.vectors.parts import KEYS, ROOT, VAULT_ID, Vector, new_header, node_id, noise, pack, sealed
from tools.vectors.sealed_objects import a_body, signed

CHANGES: Final = 800
_ID: Final = noise("an id", 20)
_VAULT: Final = {"root": ROOT.hex(), "vault_id": VAULT_ID.hex()}

_NUMBERS: Final = [0, 1, -1, 2, 3, 16, 17, 63, 64, 255, 256, 1023, 1024, 4096, 2**22, 2**22 + 1, 2**32, 2**53,
                   2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, -(2**63)]  # fmt: skip
_JSON: Final[list[Any]] = [*_NUMBERS, 10**30, None, True, False, 1.0, 1.5, 1e300, "", "a", "é", "00" * 8,
                           "00" * 32, [], [1], [[]], {}, {"a": 1}, ["x"]]  # fmt: skip
_MSGPACK: Final[list[Any]] = [*_NUMBERS, None, True, False, 1.0, 1.5, "", "a", "é", "x" * 20, b"", b"a",
                              bytes(20), bytes(19), b"\xff", [], [1], [[]], {}, {"a": 1}, {1: 2},
                              [b"a", b"b"], {"x": b"y"}, {b"a": 1}]  # fmt: skip
_KEYS: Final = ["x", "kdf", "label", "levels", "link", "missing", "page", "previous", "suite", "user"]


def _steps(value: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key) of everything within a value."""
    items = list(enumerate(value)) if isinstance(value, list) else []
    for key, item in value.items() if isinstance(value, dict) else items:
        yield value, key
        yield from _steps(item)


def _changed(value: Any, values: list[Any], rng: random.Random) -> Any:
    """A copy with one to three things changed, lost or added."""
    new = copy.deepcopy(value)
    for _ in range(rng.choice([1, 1, 2, 3])):
        steps = list(_steps(new))
        if not steps:
            break
        here, key = rng.choice(steps)
        other = copy.deepcopy(rng.choice(values))
        action = rng.randrange(6)
        if action == 0:
            del here[key]
        elif action == 1 and isinstance(here, list):
            here.insert(key, other)
        elif action == 1:
            here[rng.choice(_KEYS)] = other
        elif action == 2 and type(here[key]) is int:
            here[key] += rng.choice([-1, 1])
        else:
            here[key] = other
    return new


def _node(value: Any) -> Vector:
    return {"data": pack(value).hex()}


def _index(value: Any) -> Vector:
    return {**_VAULT, "data": sealed(head.INDEX, pack(value), "an index").hex()}


def _snapshot(value: Any) -> Vector:
    return {**_VAULT, "data": signed(value).hex()}


def _vault(value: Any) -> Vector:
    return {**_VAULT, "data": text_objects.lines(value, KEYS.header).hex()}


def _slots(value: Any) -> Vector:
    data = text_objects.lines(value, KEYS.slots)
    return {"data": data.hex(), "type": "recovery", "secret": text_objects.RECOVERY.hex()}


def _content(value: Any) -> Vector:
    node = pack(value)
    nodes = {node_id(node).hex(): node.hex()}
    return {"size": 30, "content": node_id(node).hex(), "extra": {"levels": 1}, "nodes": nodes}


def _slot_table() -> Any:
    first = json.loads((FOLDER / "slots.json").read_text(encoding="utf-8"))[0]
    return json.loads(bytes.fromhex(first["in"]["data"]).split(b"\n")[0])


_EXTRA: Final = {"levels": 3, "page": 16384, "sparse": True, "database": True, "inconsistent": False,
                 "link": [1, 2], "device": 5, "metadata": {"xattr:a": b"1"},
                 "missing": "unreadable", "consistency": "raw"}  # fmt: skip
_FULL: Final = {"sequence": 7, "previous": bytes(32), "sources": [b"/a"], "label": "l", "user": "u",
                "statistics": {"files": 3, "bytes": 1}, "incidents": [["unreadable", b"/x", "why"]],
                "incident_count": 1, "hooks": [["h", "after", None, 5, True, "d"]],
                 "owners": {0: "root"}, "groups": {0: "root"}}  # fmt: skip
_LEAF: Final = [0, [entry(b"a", extra=_EXTRA), entry(b"b", 1, content=_ID, size=0),
                    entry(b"c", 2, content=b"x", size=0)]]  # fmt: skip
_PACK: Final = [noise("a name", 32), 65536, new_header(head.PACK, "a pack", 2)[0],
                [[1, 88, 67, 51, 0, _ID + bytes(20), [15, 36]]]]  # fmt: skip
_SHAPES: Final[dict[str, tuple[str, Any, list[Any], Callable[[Any], Vector]]]] = {
    "leaf": ("tree", _LEAF, _MSGPACK, _node),
    "branch": ("tree", [1, [[b"a", _ID], [b"b", _ID]]], _MSGPACK, _node),
    "list": ("content", [_ID + bytes(20), [10, 20]], _MSGPACK, _content),
    "index": ("index", [1, [_PACK]], _MSGPACK, _index),
    "snapshot": ("snapshot", {**a_body(), **_FULL}, _MSGPACK, _snapshot),
    "vault": ("vault", text_objects.HEADER, _JSON, _vault),
    "slots": ("slots", _slot_table(), _JSON, _slots),
}


def _read(module: Any, name: str, given: Vector) -> tuple[str, object]:
    try:
        return "ok", module.READERS[name](given)
    except module.ERRORS as error:
        return module.code_of(error), None


@pytest.mark.parametrize("shape", _SHAPES)
def test_both_programs_say_the_same(shape: str) -> None:
    name, good, values, given = _SHAPES[shape]
    rng = random.Random(shape)
    met = set()
    for _ in range(CHANGES):
        value = _changed(good, values, rng)
        try:
            vector = given(value)
        except OverflowError:  # a number that msgpack has not
            continue
        told = _read(ours, name, vector)
        assert _read(rescue, name, vector) == told, value
        met.add(told[0])
    assert "ok" in met
    assert len(met) > 1, "some are refused"
