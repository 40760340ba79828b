"""A practice’s own copy of a vault at a host: made while that answers, restored from once it does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.command_line import PASSPHRASE, CommandLine, restored
from tests.support.hosts import serving
from tests.support.stations import patience, station
from tests.support.trees import make_tree, told


def test_a_copy_restores_with_the_host_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    practice = make_tree(tmp_path / "Cabinet", {f"{n}.bin": os.urandom(200_000) for n in range(5)})
    patience(monkeypatch, 1)
    (tmp_path / "host").mkdir()
    with serving(tmp_path / "host") as host:
        made = host.organisation(1)
        line = station(tmp_path / "a", url=host.url, ca=host.ca, contract_key=made.contract_key)
        line("sources", "add", str(practice))
        line("backup")
        line("copy", "add", "usb", str(tmp_path / "usb"), "--parity")
        done = line.json("copy")["result"]["copies"][0]
        assert (done["snapshots"], done["damaged"]) == (1, [])
        (practice / "later.bin").write_bytes(b"later")
        line("backup")
        assert line.json("copy", "list")["items"][0]["lacks"] == 1
        assert line.json("copy")["result"]["copies"][0]["objects"] in range(3, 6)
        spread = line.json("report")["result"]["health"]["spread"]
        assert (spread["copies"], spread["elsewhere"]) == (3, 1)
    assert line.error("restore", "latest", "--to", str(tmp_path / "none"), code=6).startswith("host_")
    line("restore", "latest", "--to", str(tmp_path / "out"), "--from", "usb")
    assert told(restored(tmp_path / "out", practice)) == told(practice)
    assert line.json("copy", "list")["items"][0]["lacks"] == 0  # as far as is known
    pack = next((tmp_path / "usb" / "packs").glob("*/*"))
    pack.unlink()
    checked = line.json("copy", "check", "usb", "--repair")
    assert [(f["by"], f["mended"]) for f in checked["result"]["faults"]] == [("parity", True)]
    assert not checked["result"]["vault"]
    other = CommandLine(tmp_path / "b")
    with other.secret(PASSPHRASE):
        other("vault", "open", "--at", str(tmp_path / "usb"), "--no-device")
        other("restore", "latest", "--to", str(tmp_path / "out2"))
    assert told(restored(tmp_path / "out2", practice)) == told(practice)
