"""Kits of reversibility: whole, checked by anybody, resumed, and of use without the program."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cyberlib_client.app import exporting
from cyberlib_client.app.exporting import Exported
from cyberlib_client.app.kit_check import Checked
from cyberlib_client.core.kit import read_signature
from tests.faults.disks import MIB, allow, failing_files, injected, mounted_tmpfs, needs_root, stick
from tests.support.command_line import PASSPHRASE, SOURCES, CommandLine, restored
from tests.support.trees import Plan, make_tree, told

FILES: Plan = {
    "lettre.txt": b"lettre fictive",
    "=1+1, é.txt": b"un nom difficile",
    "d": {"grand.bin": os.urandom(400_000), "vide": b""},
}
if os.name != "nt":
    FILES = {**FILES, "nl\nname": b"x", "anti\\slash": b"y", 'guille"met': b"z"}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """A vault without snapshots, to be copied."""
    made = CommandLine(tmp_path_factory.mktemp("empty"))
    made.make_vault()
    return made


@pytest.fixture
def line(empty: CommandLine, tmp_path: Path) -> CommandLine:
    made = empty.copy(tmp_path)
    make_tree(tmp_path / "cabinet", FILES)
    made("backup", str(tmp_path / "cabinet"))
    return made


def _export(line: CommandLine, kind: str, to: Path, *more: str) -> Any:
    result = line.json("export", kind, str(to), *more)["result"]
    assert set(result) == set(Exported.__struct_fields__)
    return result


def _check(line: CommandLine, at: Path, code: int = 0) -> Checked:
    return msgspec.convert(line.json("export", "check", str(at), code=code)["result"], Checked)


def test_everything_as_plain_files(line: CommandLine, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    done = _export(line, "plain", kit)
    (folder,) = (kit / "fichiers").iterdir()
    assert done["snapshots"][0]["folder"] == f"fichiers/{folder.name}"
    assert told(restored(folder, tmp_path / "cabinet")) == told(tmp_path / "cabinet")
    assert not (kit / "unfinished.json").exists()
    found = _check(line, kit)
    assert (found.missing, found.changed, found.added, found.failed) == (0, 0, 0, 0)
    assert (found.files, found.bytes) == (done["files"], done["bytes"])
    assert found.fingerprint == done["fingerprint"] == line.json("vault", "info")["result"]["fingerprint"]
    listed = json.loads((kit / "manifest.json").read_text(encoding="utf-8"))
    with (kit / "manifest.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [{**item, "size": str(item["size"])} for item in listed["items"]] == rows
    assert {row["snapshot"] for row in rows} == {"", f"fichiers/{folder.name}"}
    assert line.error("export", "plain", str(kit), code=2) == "kit_complete"


@pytest.mark.skipif(sys.platform != "linux", reason="sha256sum is GNU's")
def test_the_sums_are_those_of_everybodys_tool(line: CommandLine, tmp_path: Path) -> None:
    _export(line, "plain", tmp_path / "kit")
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    subprocess.run(command, cwd=tmp_path / "kit", check=True)


def test_what_changed_is_named(line: CommandLine, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    _export(line, "plain", kit)
    here = restored(next((kit / "fichiers").iterdir()), tmp_path / "cabinet")
    data = bytearray((here / "d" / "grand.bin").read_bytes())
    data[200_000] ^= 1
    (here / "d" / "grand.bin").write_bytes(data)
    (here / "lettre.txt").unlink()
    (here / "intrus").write_bytes(b"x")
    found = _check(line, kit, code=7)
    assert (found.missing, found.changed, found.added) == (1, 1, 1)
    said = line("export", "check", str(kit), code=7).err
    assert "grand.bin" in said
    assert "lettre.txt" in said


def test_lists_and_signature_hold_together(line: CommandLine, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    _export(line, "plain", kit)

    def with_change(name: str, old: bytes, new: bytes) -> str:
        path = kit / name
        before = path.read_bytes()
        assert old in before
        path.write_bytes(before.replace(old, new, 1))
        code = line.error("export", "check", str(kit), code=7)
        path.write_bytes(before)
        return code

    assert with_change("manifest.csv", b"lettre.txt", b"lettre.tyt") == "kit_list_changed"
    assert with_change("SHA256SUMS", b"a", b"b") == "kit_list_changed"
    signed = read_signature((kit / "signature.json").read_bytes()).signed
    old = signed.lists["manifest.csv"].encode()
    assert with_change("signature.json", old, old[::-1]) == "bad_signature"
    assert with_change("signature.json", b'"device_name": "', b'"device_name": "x') == "bad_signature"
    (kit / "manifest.json").unlink()
    assert line.error("export", "check", str(kit), code=7) == "kit_list_changed"
    (kit / "signature.json").unlink()
    assert line.error("export", "check", str(kit), code=2) == "not_a_kit"


def test_the_vault_with_what_opens_it(line: CommandLine, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    _export(line, "vault", kit)
    assert _check(line, kit).failed == 0
    assert (kit / "format" / "README.md").exists()
    assert (kit / "format" / "words-fr.txt").exists()
    words = tmp_path / "mots"
    words.write_text(" ".join(line.words), encoding="utf-8")
    shutil.rmtree(line.vault)  # the host is gone
    rescue = [sys.executable, "-I", str(kit / "programme" / "cyberlib_rescue.py"), str(kit / "coffre")]
    subprocess.run(
        [*rescue, str(tmp_path / "out"), "--words-file", str(words)], check=True, capture_output=True
    )
    (device,) = (tmp_path / "out").iterdir()
    assert told(restored(device, tmp_path / "cabinet")) == told(tmp_path / "cabinet")
    other = CommandLine(tmp_path / "other")
    with other.secret(PASSPHRASE):
        other("vault", "open", "--at", str(kit / "coffre"), "--no-device")
        other("restore", "latest", "--to", str(tmp_path / "again"))
    assert told(restored(tmp_path / "again", tmp_path / "cabinet")) == told(tmp_path / "cabinet")


@pytest.mark.parametrize("how", ["SIGKILL", "SIGINT"])
def test_an_export_that_ends_early_goes_on_with_the_same_snapshots(
    line: CommandLine, tmp_path: Path, how: str
) -> None:
    if sys.platform == "win32":
        pytest.skip("it has no such signals")
    make_tree(tmp_path / "cabinet", {"beaucoup": {f"{n}.bin": os.urandom(20_000) for n in range(150)}})
    line("backup", str(tmp_path / "cabinet"))
    wanted = told(tmp_path / "cabinet")
    kit = tmp_path / "kit"
    process = line.start("export", "plain", str(kit))
    while not list(kit.rglob("1*.bin")) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.Signals[how])
    _, said = process.communicate()
    assert process.returncode == (130 if how == "SIGINT" else -9), said
    assert (kit / "unfinished.json").exists(), "it ended by itself"
    assert line.error("export", "check", str(kit), code=2) == "kit_unfinished"
    assert line.error("export", "vault", str(kit), code=2) == "kit_other"
    (tmp_path / "cabinet" / "neuf").write_bytes(b"plus tard")
    line("backup", str(tmp_path / "cabinet"))
    done = _export(line, "plain", kit)
    assert len(done["snapshots"]) == 1
    assert told(restored(next((kit / "fichiers").iterdir()), tmp_path / "cabinet")) == wanted
    found = _check(line, kit)
    assert (found.missing, found.changed, found.added) == (0, 0, 0)


def test_objects_of_a_begun_kit_are_looked_at_again(line: CommandLine, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    _export(line, "vault", kit)
    unfinished = {"version": 1, "kind": "vault", "snapshots": []}
    unfinished["vault"] = line.json("vault", "info")["result"]["id"]
    (kit / "signature.json").unlink()
    (kit / "unfinished.json").write_text(json.dumps(unfinished), encoding="utf-8")
    packs = sorted(path for path in (kit / "coffre" / "packs").rglob("*") if path.is_file())
    damaged = bytearray(packs[0].read_bytes())
    damaged[-1] ^= 1
    packs[0].chmod(0o600)
    packs[0].write_bytes(damaged)
    _export(line, "vault", kit)
    assert packs[0].read_bytes() == (line.vault / packs[0].relative_to(kit / "coffre")).read_bytes()
    assert _check(line, kit).changed == 0


def test_a_damaged_object_is_taken_as_it_is_and_told(line: CommandLine, tmp_path: Path) -> None:
    pack = max((p for p in (line.vault / "packs").rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)
    data = bytearray(pack.read_bytes())
    data[-1] ^= 1
    pack.chmod(0o600)
    pack.write_bytes(data)
    told_ = line("export", "vault", str(tmp_path / "kit"), code=3)
    assert pack.name in told_.err
    assert (tmp_path / "kit" / "coffre" / pack.relative_to(line.vault)).read_bytes() == bytes(data)
    # Nobody is to accept such a kit as all that was owed: it says so later, and to whoever asks.
    checked = line("export", "check", str(tmp_path / "kit"))
    assert pack.name in checked.err
    assert _check(line, tmp_path / "kit").failed == 1


@pytest.mark.faults
@pytest.mark.parametrize("kind", ["plain", "vault"])
def test_a_full_disk_is_told_and_the_rest_comes_later(line: CommandLine, tmp_path: Path, kind: str) -> None:
    make_tree(tmp_path / "cabinet", {f"{n}.bin": os.urandom(600_000) for n in range(6)})
    line("backup", str(tmp_path / "cabinet"))
    with mounted_tmpfs(tmp_path / "disk", "size=2m") as disk:
        assert line.error("export", kind, str(disk / "kit"), code=1) in ("target_full", "kit_not_written")
        allow(disk, f"size={16 * MIB}")
        _export(line, kind, disk / "kit")
        assert _check(line, disk / "kit").missing == 0


_KILLED = """
import os, signal, sys
from cyberlib_client.cli.main import main
real, at = os.replace, sys.argv.pop(1)
def replace(source, *rest):
    if os.path.basename(source) == at:
        os.kill(os.getpid(), signal.SIGKILL)
    real(source, *rest)
os.replace = replace
main(sys.argv[1:])
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX's")
@pytest.mark.parametrize("name", ["unfinished.json", "manifest.json", "signature.json"])
def test_killed_just_before_one_of_its_own_files_is_there(
    line: CommandLine, tmp_path: Path, name: str
) -> None:
    kit = tmp_path / "kit"
    command = [sys.executable, "-c", _KILLED, f"{name}.part", *line.arguments("export", "vault", str(kit))]
    killed = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(SOURCES)}, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (kit / f"{name}.part").exists()
    _export(line, "vault", kit)
    assert _check(line, kit).missing == 0
    assert not list(kit.rglob("*.part"))


@pytest.mark.faults
@pytest.mark.parametrize("kind", ["plain", "vault"])
def test_its_disk_is_pulled_out(
    line: CommandLine, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder stays, empty: nothing is written there, and no empty kit signed. It goes on later."""
    needs_root()
    with stick(tmp_path / "stick.img") as disk:
        at = disk.plug(tmp_path / "usb")
        real = exporting._add_texts

        def pull(*args: Any) -> None:
            disk.pull()
            real(*args)

        monkeypatch.setattr(exporting, "_add_texts", pull)
        assert line.error("export", kind, str(at), code=1) == "kit_not_written"
        assert list((tmp_path / "usb").iterdir()) == []
        monkeypatch.undo()
        disk.plug(at)
        _export(line, kind, at)
        assert _check(line, at).missing == 0


@pytest.mark.faults
def test_a_disk_that_fails_is_the_kits_and_not_the_vaults(line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    with failing_files(tmp_path / "disk", tmp_path / "seen", tmp_path / "orders") as seen:
        (tmp_path / "orders").write_text("write EIO tmp/ 1000\n")
        assert line.error("export", "vault", str(seen / "kit"), code=1) == "kit_not_written"
        assert injected(tmp_path / "orders")["write EIO"] >= 1
        (tmp_path / "orders").write_text("")
        _export(line, "vault", seen / "kit")


def test_places_that_are_refused(line: CommandLine, tmp_path: Path) -> None:
    assert line.error("export", "plain", str(line.vault / "kit"), code=2) == "target_in_vault"
    assert line.error("export", "plain", str(tmp_path), code=2) == "folder_not_empty"
    assert line.error("export", "check", str(tmp_path), code=2) == "not_a_kit"
    assert line.error("export", "check", str(tmp_path / "nulle part"), code=2) == "not_a_kit"
    assert line.error("export", "plain", str(tmp_path / "kit"), "ffffffff", code=2) == "snapshot_unknown"
    assert not (tmp_path / "kit").exists()
