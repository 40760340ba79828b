"""A vault of each released format opens for ever, with the program and with the rescue program."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.core import words
from cyberlib_client.core.errors import NeedsUnlock
from cyberlib_client.files.names import parse_display
from cyberlib_client.repository.snapshots import load_snapshots
from cyberlib_client.repository.vault import Vault
from cyberlib_client.transports.folder import FolderStore
from tests.old_vaults.reading import (
    DAMAGED,
    FOLDER,
    Expected,
    Tree,
    expected,
    trees_by_program,
    trees_by_rescue,
)
from tests.support.vaults import open_with_key, open_with_passphrase
from tests.vectors.rescue import program

V1 = FOLDER / "v1" / "vault"


@pytest.fixture(scope="module")
def told() -> Expected:
    return expected("v1")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy to break."""
    shutil.copytree(V1, tmp_path / "vault")
    return tmp_path / "vault"


def _open(folder: Path, told: Expected) -> Vault:
    return open_with_key(FolderStore(str(folder)), "recovery", words.decode(told.words))


def _keys(folder: Path, told: Expected) -> Any:
    options = program.parse_arguments([str(folder), "--list", "--words-file", "w"])
    words_file = folder.parent / "words.txt"
    words_file.write_text(told.words, encoding="utf-8")
    options.words_file = str(words_file)
    return program.open_keys(str(folder), options)


def _read(folder: Path, told: Expected) -> list[dict[str, Tree]]:
    """All snapshots, by both programs."""
    return [trees_by_program(_open(folder, told)), trees_by_rescue(folder, _keys(folder, told))]


def _trees(told: Expected) -> dict[str, Tree]:
    return {snapshot["id"]: told.tree(number) for number, snapshot in enumerate(told.snapshots)}


def _objects(folder: Path, kind: str) -> list[Path]:
    return sorted(path for path in (folder / kind).rglob("*") if path.is_file())


def _flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_every_snapshot_holds_what_it_held(copy: Path, told: Expected) -> None:
    expected_trees = _trees(told)
    assert sum(map(len, expected_trees.values())) > 600
    for found in _read(copy, told):
        assert found == expected_trees


def test_every_secret_opens_it(told: Expected) -> None:
    store = FolderStore(str(V1))
    by_words = open_with_key(store, "recovery", words.decode(told.words))
    by_device = open_with_key(store, "device", told.device_secret)
    by_phrase = open_with_passphrase(store, told.passphrase)
    assert {vault.keys.root for vault in (by_words, by_device, by_phrase)} == {by_words.keys.root}
    assert by_words.id == told.vault
    with pytest.raises(NeedsUnlock, match="wrong_secret"):
        open_with_passphrase(store, told.passphrase + " ")


def test_snapshots_tell_what_they_told(told: Expected) -> None:
    vault = open_with_key(FolderStore(str(V1)), "device", told.device_secret)
    snapshots = load_snapshots(vault.store, vault.keys)
    assert snapshots.problems == []
    found = [
        {
            "id": stored.id,
            "device": stored.snapshot.device.name,
            "sequence": stored.snapshot.sequence,
            "time": stored.snapshot.time,
            "label": stored.snapshot.label,
            "incidents": [code for code, _, _ in stored.snapshot.incidents],
        }
        for stored in snapshots.items
    ]
    assert found == [{name: each[name] for name in found[0]} for each in told.snapshots]


@pytest.mark.parametrize("lost", ["index", "one index", "vault", "one slot table", "damaged indexes"])
def test_what_can_be_made_again_is_not_missed(copy: Path, told: Expected, lost: str) -> None:
    if lost == "index":
        shutil.rmtree(copy / "index")
    elif lost == "one index":
        os.unlink(_objects(copy, "index")[0])
    elif lost == "vault":
        os.unlink(copy / "vault")
    elif lost == "one slot table":
        _flip(_objects(copy, "slots")[0], 400)
    else:
        for path in _objects(copy, "index"):
            _flip(path, 600)
    for found in _read(copy, told):
        assert found == _trees(told)


def test_a_damaged_pack_costs_what_is_in_it(copy: Path, told: Expected) -> None:
    places = program.Vault(str(copy), _keys(copy, told), lambda _path, _why: None).places
    data = [(pack, segment) for pack, _, segment in places if segment.kind == program.DATA]
    pack, segment = max(data, key=lambda place: place[1].plain_size)
    name = pack.name.hex()
    _flip(copy / "packs" / name[:2] / name, segment.offset + 1)
    for found in _read(copy, told):
        wrong = 0
        for snapshot, tree in _trees(told).items():
            assert found[snapshot].keys() == tree.keys()
            for path, item in tree.items():
                if _without_links(found[snapshot][path]) == DAMAGED:
                    wrong += item["kind"] == "file"
                else:
                    assert found[snapshot][path] == item
        assert wrong > 300  # all that the first day brought


def _without_links(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "same_as"}


def test_the_rescue_program_writes_it_on_any_system(copy: Path, told: Expected) -> None:
    words_file, out = copy.parent / "words.txt", copy.parent / "out"
    words_file.write_text(told.words, encoding="utf-8")
    arguments = [str(copy), str(out), "--snapshot", told.snapshots[0]["id"], "--words-file", str(words_file)]
    assert program.main(arguments) == 3  # one file could not be read on the day
    files = {path: item for path, item in told.tree(0).items() if item["kind"] == "file"}
    assert len(files) > 300
    for path, item in files.items():
        names = [program.disk_name(parse_display(name)) for name in path.split("/")[1:]]
        place = out.joinpath(*names)
        with open(program.native(str(place)), "rb") as file:
            assert hashlib.sha256(file.read()).hexdigest() == item["sha256"], path
    shown = [place.name for place in (out / "srv" / "cabinet").iterdir()]
    assert len(shown) == len({name.casefold() for name in shown})


def test_a_lost_snapshot_leaves_the_others(copy: Path, told: Expected) -> None:
    first = told.snapshots[0]["id"]
    os.unlink(copy / "snapshots" / first)
    rest = {name: tree for name, tree in _trees(told).items() if name != first}
    for found in _read(copy, told):
        assert found == rest
    codes = [
        problem.code for problem in load_snapshots(_open(copy, told).store, _open(copy, told).keys).problems
    ]
    assert codes == ["snapshot_gap"]


def test_a_snapshot_under_anothers_name_is_refused(copy: Path, told: Expected) -> None:
    first, last = (copy / "snapshots" / told.snapshots[number]["id"] for number in (0, 2))
    shutil.copyfile(first, last)
    for found in _read(copy, told):
        assert last.name not in found
        assert first.name in found
