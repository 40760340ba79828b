"""Every example of the format, read by the program and by the rescue program: taken, or refused as told."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.vectors import ours, rescue
from tools.vectors.__main__ import FOLDER, SETS, text_of

ROOT = Path(__file__).resolve().parents[3]
READERS = {"program": ours, "rescue": rescue}
# Sets, and vectors by their first word, that one reader has no use for.
WITHOUT = {("rescue", "Padmé"), ("rescue", "lookup")}


def _cases() -> list[Any]:
    cases = []
    for name in SETS:
        for vector in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")):
            for reader in READERS:
                if {(reader, name), (reader, vector["name"].partition(" ")[0])} & WITHOUT:
                    continue
                shown = f"{reader}-{name}-{vector['name']}"
                cases.append(pytest.param(reader, name, vector, id=shown))
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


def test_the_worked_example_is_made_of_vectors() -> None:
    """Every long hex string of docs/format/example.md is in a vector, or comes out of one on the way."""
    known = "".join((FOLDER / f"{name}.json").read_text(encoding="utf-8") for name in SETS)
    known += _on_the_way("slots", "pack", "snapshot")
    text = (ROOT / "docs" / "format" / "example.md").read_text(encoding="utf-8")
    shown = re.findall(r"\b(?:[0-9a-f]{2}){8,}\b", text)
    assert len(shown) > 25
    assert [each for each in shown if each not in known and each != "ff" * 12] == []


def test_the_list_of_words_is_the_one_that_the_page_names() -> None:
    page = (ROOT / "docs" / "format" / "recovery-words.md").read_text(encoding="utf-8")
    words = (ROOT / "resources" / "words" / "fr.txt").read_text(encoding="ascii")
    assert hashlib.sha256(words.encode()).hexdigest() in page


def _on_the_way(*sets: str) -> str:
    """Keys and opened parts between the bytes given and what comes out, by the rescue program."""
    r = rescue.program
    vectors = {
        name: json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))[0]["in"] for name in sets
    }
    table = r.read_slot_table(bytes.fromhex(vectors["slots"]["data"]))
    slot = table["slots"][1]
    info = f"cyberlib/v1/slot {table['header']['id']} {slot['id']} {slot['type']} -".encode()
    found = [r.hkdf(bytes.fromhex(vectors["slots"]["secret"]), bytes.fromhex(slot["salt"]), info, 64)]
    for name, magic in (("pack", b"CLBP"), ("snapshot", b"CLBS")):
        data, keys = bytes.fromhex(vectors[name]["data"]), rescue._keys(vectors[name])
        key = r.object_key(keys, r.parse_header(data, magic))
        found.append(key)
        if name == "pack":
            found.append(r.gcm_open(key, 2**96 - 1, data[-28:], data[:88] + b"\4" + bytes(4)))
            offset, size = r.open_trailer(key, data[:88], data[-28:], len(data))
            sealed = data[offset : offset + size]
            found.append(r.gcm_open(key, 2**96 - 2, sealed, data[:88] + b"\3" + bytes(4)))
    return " ".join(each.hex() for each in found) + bytes.fromhex(vectors["slots"]["data"]).decode()


@pytest.mark.parametrize("name", SETS)
def test_vectors_are_those_that_the_generator_writes(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == text_of(name)


def test_no_vector_is_left_out() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == sorted(SETS)


def test_the_page_names_every_file_of_the_folder() -> None:
    page = (ROOT / "docs" / "format" / "vectors.md").read_text(encoding="utf-8")
    table = page.partition("| file | `in` | `out` |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `(\w+)` \|", table, re.M)
    assert sorted(rows) == sorted(path.stem for path in FOLDER.glob("*.json"))
    programs = [path.name for path in FOLDER.iterdir() if path.suffix not in (".json", ".pyc")]
    programs = [name for name in programs if not name.startswith("__")]
    assert programs and all(f"`{name}`" in page or f"/{name}`" in page for name in programs), programs


def test_every_error_of_the_format_has_a_vector_or_the_page_says_why_not() -> None:
    pages = ROOT / "docs" / "format"
    table = (pages / "names-and-sizes.md").read_text(encoding="utf-8").partition("| error | meaning |")[2]
    known = {word for row in re.findall(r"^\|([^|]+)\|", table, re.M) for word in re.findall(r"`(\w+)`", row)}
    found = {
        vector["expect"]
        for name in SETS
        for vector in json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    }
    page = (pages / "vectors.md").read_text(encoding="utf-8")
    without = re.search(r"has a vector, but for ([^:]+):", page)
    assert without is not None
    named = set(re.findall(r"`(\w+)`", without[1]))
    assert len(known) > 20
    assert found - {"ok"} == known - named
    assert named <= known
