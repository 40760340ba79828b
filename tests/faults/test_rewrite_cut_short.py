"""The program ends, at whatever moment, while packs of former keys are written anew: all is still there and
whole, and the next call goes on."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.command_line import PASSPHRASE, SECOND, CommandLine, restored
from tests.support.cut_short import CHANGING, Cut, Ended
from tests.support.trees import make_tree, told

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="files are changed by other calls there"),
]


def test_every_write_may_be_the_last(
    line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice = make_tree(
        tmp_path / "Cabinet", {"a.txt": b"avant" * 2000, "d": {"b.bin": os.urandom(200_000)}}
    )
    line("backup", str(practice))
    new = tmp_path / "new"
    new.write_text(SECOND, encoding="utf-8")
    new.chmod(0o600)
    with line.secret(PASSPHRASE):
        line("key", "rotate", "--new-passphrase-file", str(new))
    was = told(practice)
    places = {line.vault: tmp_path / "kept", line.profile: tmp_path / "profile-kept"}
    for place, kept in places.items():
        shutil.copytree(place, kept)
    cuts, ended, at = 0, False, 0
    while not ended:
        for place, kept in places.items():
            shutil.rmtree(place)
            shutil.copytree(kept, place)
        cut = Cut(line.vault, at)
        with monkeypatch.context() as patched:
            for name in CHANGING:
                patched.setattr(os, name, cut.counted(getattr(os, name)))
            try:
                line("key", "rewrite")
                ended = True
            except Ended:
                cuts += 1
        line("key", "rewrite")
        assert line.json("key", "rewrite")["result"]["rewritten"] == 0
        line("verify", "--read-data")
        to = tmp_path / f"back{at}"
        line("restore", "latest", "--to", str(to))
        assert told(restored(to, practice)) == was
        at += 1
    assert cuts > 3
