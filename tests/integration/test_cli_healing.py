"""What commands say and do about damage, from the first that meets it until nothing alarms any more."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import CommandLine
from tests.support.trees import make_tree, told
from tests.support.vaults import restored_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "cabinet", {"large.bin": os.urandom(300_000), "d": {"small.txt": b"fictif"}})


def largest(line: CommandLine) -> Path:
    """The pack with the content."""
    return max((line.vault / "packs").rglob("*/*"), key=lambda path: path.stat().st_size)


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)


def codes(done: dict[str, Any]) -> list[str]:
    return [notice["code"] for notice in done["notices"]]


def suspects(line: CommandLine) -> list[str]:
    seen = json.loads((line.profile / "state" / "seen.json").read_bytes())
    return sorted(seen.get("suspects", []))


@pytest.mark.parametrize("met_by", ["restore", "cat", "verify"])
def test_whatever_meets_a_damaged_pack_makes_the_next_backup_heal(
    line: CommandLine, folder: Path, tmp_path: Path, met_by: str
) -> None:
    line("backup", str(folder))
    flip(largest(line), 100_000)
    if met_by == "restore":
        line("restore", "latest", "--to", str(tmp_path / "out"), code=7)
    elif met_by == "cat":
        line("cat", f"latest:{folder / 'large.bin'}", code=7)
    else:
        line("verify", "--read-data", code=7)
    assert suspects(line) == [largest(line).name]
    done = line.json("backup", str(folder))
    assert codes(done) == ["packs_suspected"]
    line("restore", "latest", "--to", str(tmp_path / "healed"))
    assert told(restored_path(tmp_path / "healed", folder)) == told(folder)
    again = line.json("backup", str(folder))
    assert codes(again) == ["packs_suspected"], "it is still there, and still not to be relied upon"
    assert again["result"]["snapshot"]["new_bytes"] == 0


def test_a_run_that_meets_damage_itself_says_so(line: CommandLine, folder: Path, tmp_path: Path) -> None:
    """No verification came before: the folders of the last snapshot cannot be read."""
    line("backup", str(folder))
    pack = largest(line)
    for at in range(88, pack.stat().st_size - 88, 150):  # every segment
        flip(pack, at)
    done = line.json("backup", str(folder))
    assert codes(done) == ["packs_suspected"]
    assert suspects(line) == [pack.name]
    line("restore", "latest", "--to", str(tmp_path / "out"))
    assert told(restored_path(tmp_path / "out", folder)) == told(folder)


def test_without_local_state_what_the_messages_say_heals(
    line: CommandLine, folder: Path, tmp_path: Path
) -> None:
    line("backup", str(folder))
    flip(largest(line), 100_000)
    line("verify", "--read-data", code=7)
    shutil.rmtree(line.profile / "state")
    said = line("cat", f"latest:{folder / 'large.bin'}", code=7).err
    assert "cyberlib verify --read-data" in said and "cyberlib backup" in said
    shutil.rmtree(line.profile / "state")
    line("verify", "--read-data", code=7)
    line("backup", str(folder))
    line("restore", "latest", "--to", str(tmp_path / "out"))
    assert told(restored_path(tmp_path / "out", folder)) == told(folder)


def test_a_pack_one_byte_too_short_costs_nothing(line: CommandLine, folder: Path, tmp_path: Path) -> None:
    line("backup", str(folder))
    pack = largest(line)
    pack.chmod(0o600)
    pack.write_bytes(pack.read_bytes()[:-1])
    found = line.json("verify", code=7)["result"]
    assert [(d["name"], d["reason"]) for d in found["damaged"]] == [(f"packs/{pack.name}", "resized")]
    assert found["affected"] == []
    line("restore", "latest", "--to", str(tmp_path / "out"))
    assert told(restored_path(tmp_path / "out", folder)) == told(folder)
    assert "pack_resized" in codes(line.json("backup", str(folder)))
    assert line.json("verify")["result"]["damaged"][0]["spare"], "all of it is stored again"
    pack.unlink()
    line("verify", "--read-data")


def test_a_pack_that_is_gone_is_told_when_it_is_healed_and_then_no_more(
    line: CommandLine, folder: Path
) -> None:
    line("backup", str(folder))
    largest(line).unlink()
    assert codes(line.json("backup", str(folder))) == ["pack_missing"]
    assert codes(line.json("backup", str(folder))) == []
    assert line.json("verify", "--read-data")["result"]["ok"]


def test_a_damaged_index_alarms_until_there_is_another(line: CommandLine, folder: Path) -> None:
    line("backup", str(folder))
    (index,) = (line.vault / "index").iterdir()
    flip(index, index.stat().st_size // 2)
    line("verify", code=7)
    assert codes(line.json("backup", str(folder))) == ["object_set_aside"]
    assert codes(line.json("backup", str(folder))) == []
    assert index.name in line("verify").out, "it says which file can be deleted"
    index.unlink()
    assert line.json("verify")["result"]["damaged"] == []


@pytest.mark.parametrize("what", ["slots", "vault"])
def test_a_small_object_that_is_gone_is_put_back(line: CommandLine, folder: Path, what: str) -> None:
    path = line.vault / "vault" if what == "vault" else min((line.vault / "slots").iterdir())
    whole = path.read_bytes()
    line("backup", str(folder))
    flip(path, len(whole) // 2)
    assert path.name in line("verify", code=7).out, "it says that the file can be deleted"
    path.unlink()
    assert not line.json("verify", code=7)["result"]["ok"]
    assert "object_put_back" in codes(line.json("backup", str(folder)))
    assert path.read_bytes() == whole
    assert line.json("verify")["result"]["damaged"] == []


def test_an_accepted_state_is_said_to_be_accepted(line: CommandLine, folder: Path, tmp_path: Path) -> None:
    line("backup", str(folder))
    shutil.copytree(line.vault, tmp_path / "earlier")
    (folder / "new.txt").write_bytes(b"new")
    line("backup", str(folder))
    shutil.rmtree(line.vault)
    shutil.copytree(tmp_path / "earlier", line.vault)
    asked = line("--lang", "en", "verify", code=7)
    assert "--accept-missing" in asked.err
    assert "DAMAGED" not in asked.out and "put back to an earlier state" in asked.out
    accepted = line("--lang", "en", "verify", "--accept-missing", code=7)
    assert "--accept-missing" not in accepted.err + accepted.out
    assert "DAMAGED" not in accepted.out and "accepted" in accepted.out
    line("verify")


def test_a_root_that_is_lost_is_a_whole_snapshot_lost(line: CommandLine, folder: Path) -> None:
    line("backup", str(folder))
    pack = largest(line)
    for at in range(88, pack.stat().st_size - 88, 150):
        flip(pack, at)
    (snapshot,) = (line.vault / "snapshots").iterdir()
    said = line("--lang", "en", "verify", code=7).out
    assert f"the whole snapshot {snapshot.name[:8]}" in said
    assert "repair --from" in said
