"""Every example of the format, read by the program and by the rescue program: taken, or refused as told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.vectors import ours, rescue
from tools.vectors.__main__ import FOLDER, SETS, text_of

READERS = {"program": ours, "rescue": rescue}
# A set that one reader has no use for.
WITHOUT = {("rescue", "Padmé")}
# What the program takes and docs/format refuses. Harmless, since only a holder of the keys can write it.
TOO_LENIENT = {
    ("program", "vault", "an id in capitals"),
    ("program", "snapshot", "an id of 17 bytes"),
    ("program", "tree", "a branch in a leaf's clothes"),
}


def _cases() -> list[Any]:
    cases = []
    for name in SETS:
        for vector in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")):
            for reader in READERS:
                if (reader, vector["name"].partition(" ")[0]) in WITHOUT:
                    continue
                known = (reader, name, vector["name"]) in TOO_LENIENT
                marks = [pytest.mark.xfail(reason="the reader is too lenient")] if known else []
                shown = f"{reader}-{name}-{vector['name']}"
                cases.append(pytest.param(reader, name, vector, id=shown, marks=marks))
    return cases


def _shown(expected: Any, found: Any) -> Any:
    """Of what is expected, what this reader tells: neither shows all keys of a vault."""
    if isinstance(expected, dict) and isinstance(found, dict) and "epoch 0" in expected:
        assert found.keys() <= expected.keys()
        return {name: expected[name] for name in found}
    return expected


@pytest.mark.parametrize(("reader", "name", "vector"), _cases())
def test_vector(reader: str, name: str, vector: dict[str, Any]) -> None:
    module = READERS[reader]
    read: Callable[[Any], Any] = module.READERS[name]
    if vector["expect"] == "ok":
        found = read(vector["in"])
        assert found == _shown(vector["out"], found)
        return
    with pytest.raises(module.ERRORS) as caught:
        read(vector["in"])
    assert module.code_of(caught.value) == vector["expect"]


@pytest.mark.parametrize("name", SETS)
def test_vectors_are_those_that_the_generator_writes(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == text_of(name)


def test_no_vector_is_left_out() -> None:
    assert sorted(path.stem for path in Path(FOLDER).glob("*.json")) == sorted(SETS)
