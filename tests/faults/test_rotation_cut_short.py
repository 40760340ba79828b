"""The program ends, at whatever moment, while a vault's key is changed or a machine gets its slot anew: the
machine still opens the vault by itself, under the one key or the other, and no slot is left behind."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.command_line import PASSPHRASE, SECOND, CommandLine
from tests.support.cut_short import CHANGING, Cut, Ended
from tests.support.trees import make_tree

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="files are changed by other calls there"),
]


_DEVICE: Final = re.compile("device-[0-9a-f]+")


def _secret(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def _each_cut(line: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch, *do: str) -> Iterator[bool]:
    """Each begins from what is there now; True where it came to its end."""
    places = {line.vault: folder / "vault-kept", line.profile: folder / "profile-kept"}
    for place, kept in places.items():
        shutil.copytree(place, kept)
    at, ended = 0, False
    while not ended:
        for place, kept in places.items():
            shutil.rmtree(place)
            shutil.copytree(kept, place)
        cut = Cut(folder, at)
        with monkeypatch.context() as patched, line.secret(PASSPHRASE):
            for name in CHANGING:
                patched.setattr(os, name, cut.counted(getattr(os, name)))
            try:
                line(*do)
                ended = True
            except Ended:
                pass
        yield ended
        at += 1
    assert at > 10


def _kept(line: CommandLine) -> list[str]:
    return [each.name for each in (line.profile / "credentials").iterdir() if _DEVICE.fullmatch(each.name)]


def test_while_the_key_is_changed(line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    practice = make_tree(tmp_path / "Cabinet", {"a.txt": b"avant"})
    line("backup", str(practice))
    new = _secret(tmp_path / "new", SECOND)
    third = _secret(tmp_path / "third", "une troisieme phrase 9 lampe")
    told = set()
    for ended in _each_cut(line, tmp_path, monkeypatch, "key", "rotate", "--new-passphrase-file", new):
        done = line.json("backup", str(practice))  # nobody gives anything
        changed = line.json("vault", "info")["result"]["key"]["changes"]
        notices = [each["code"] for each in done["notices"] if each["code"] != "object_put_back"]
        assert notices == (["key_change_cut_short"] if changed and not ended and notices else [])
        told.add((changed, ended, *notices))
        assert len({each["device"] for each in line.json("snapshots")["items"]}) == 1
        slots = line.json("key", "list")["items"]
        assert [each["kind"] for each in slots if each["here"]] == ["device"]
        assert sorted(each["kind"] for each in slots) == ["device", "passphrase", "recovery"]
        with line.secret(SECOND if changed else PASSPHRASE):
            line("key", "rotate", "--new-passphrase-file", third)  # whatever was left behind
        # A secret that was kept before anything was noted opens nothing, and nobody knows of it.
        assert len(_kept(line)) == 1 or not changed, _kept(line)
        assert line.json("backup", str(practice))["exit"] == 0
    assert (0, False) in told and (1, True) in told and (1, False, "key_change_cut_short") in told


def test_while_a_machine_gets_its_slot(
    line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mine,) = (each["id"] for each in line.json("key", "list")["items"] if each["here"])
    with line.secret(PASSPHRASE):
        line("key", "remove", mine)
    for _ended in _each_cut(line, tmp_path, monkeypatch, "key", "add", "device", "--device-file"):
        with line.secret(PASSPHRASE):
            made = line.attempt("key", "add", "device", "--device-file")
        assert made.code == 0 or "device_slot_here" in made.err
        slots = line.json("key", "list")["items"]
        assert sorted(each["kind"] for each in slots) == ["device", "passphrase", "recovery"]
        assert [each["kind"] for each in slots if each["here"]] == ["device"]
