"""`cyberlib repair`, and what `verify` and the report say of damage: which files, of which snapshots."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.faults.disks import MIB, allow, fill, mounted_tmpfs, needs_root
from tests.support.command_line import CommandLine, restored, vault_path
from tests.support.trees import make_tree, told


@pytest.fixture
def folder(line: CommandLine, tmp_path: Path) -> Path:
    """Three snapshots; `letter.bin` is another one in the last."""
    made = make_tree(tmp_path / "cabinet", {"letter.bin": os.urandom(200_000)})
    line("sources", "add", str(made))
    line("backup")
    (made / "two.bin").write_bytes(os.urandom(90_000))
    line("backup")
    (made / "letter.bin").write_bytes(os.urandom(100_000))
    line("backup")
    return made


def packs(line: CommandLine) -> list[Path]:
    """Largest first."""
    return sorted((line.vault / "packs").rglob("*/*"), key=lambda path: -path.stat().st_size)


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)


def copied(line: CommandLine, tmp_path: Path) -> Path:
    return Path(shutil.copytree(line.vault, tmp_path / "copy"))


def test_a_file_is_told_once_with_its_versions_and_the_one_that_is_whole(
    line: CommandLine, folder: Path
) -> None:
    first, second, third = (each["id"] for each in line.json("snapshots")["items"])
    flip(packs(line)[0], 100_000)
    result = line.json("verify", "--read-data", code=7)["result"]
    assert len(result["affected"]) == 2
    (file,) = result["damage"]["files"]
    assert file["path"] == vault_path(folder / "letter.bin")
    assert (file["first"]["id"], file["last"]["id"], file["count"]) == (first, second, 2)
    assert file["whole"]["id"] == result["damage"]["last_whole"]["id"] == third
    assert (result["damage"]["count"], result["damage"]["snapshots"]) == (1, 2)
    said = line("verify", code=7).out
    assert said.count("letter.bin") == 1
    assert f"from {first[:8]} to {second[:8]}; whole in {third[:8]}" in said


def test_the_report_has_it_as_an_incident_until_it_is_repaired(
    line: CommandLine, folder: Path, tmp_path: Path
) -> None:
    copy = copied(line, tmp_path)
    flip(packs(line)[0], 100_000)
    line("verify", "--read-data", code=7)
    named = line.json("report", "--with-names")["result"]["incidents"]
    kinds = {each["kind"]: each for each in named if each["cleared"] is None}
    assert kinds["file_damaged"]["subject"] == vault_path(folder / "letter.bin")
    assert kinds["vault_damaged"]["facts"]["files"] == 1
    page = tmp_path / "report.html"
    line("report", "--html", str(page))
    assert "cannot be restored whole" in page.read_text() and "letter.bin" not in page.read_text()
    line("repair", "--apply", "--from", str(copy))
    left = [each["kind"] for each in line.json("report")["result"]["incidents"] if each["cleared"] is None]
    assert left == []


def test_from_a_copy(line: CommandLine, folder: Path, tmp_path: Path) -> None:
    copy = copied(line, tmp_path)
    first = line.json("snapshots")["items"][0]["id"]
    line("restore", first, "--to", str(tmp_path / "before"))
    flip(packs(line)[0], 100_000)
    packs(line)[1].unlink()
    for path in (line.vault / "index").iterdir():
        path.unlink()
    (line.vault / "vault").unlink()
    preview = line.json("repair", "--read-data", "--from", str(copy), code=7)["result"]
    assert not preview["applied"] and not (line.vault / "vault").exists()
    kinds = {fix["kind"]: fix["count"] for fix in preview["fixes"]}
    assert kinds == {"header": 1, "index": len(packs(line)), "copied": 2}
    done = line.json("repair", "--read-data", "--apply", "--no-backup", "--from", str(copy))["result"]
    assert done["ok"] and done["damage"] is None
    line("restore", first, "--to", str(tmp_path / "after"))
    assert told(restored(tmp_path / "after", folder)) == told(restored(tmp_path / "before", folder))
    assert "Nothing to repair." in line("repair").out


def test_from_a_second_copy_by_its_name(line: CommandLine, folder: Path, tmp_path: Path) -> None:
    line("copy", "add", "usb", str(tmp_path / "usb"))
    line("copy", "run")
    lost = packs(line)[0]
    lost.unlink()
    line("verify", code=7)
    line("repair", "--apply", "--no-backup", "--from", "usb")
    assert lost.exists()
    line("verify", "--read-data")


def test_from_the_sources(line: CommandLine, folder: Path, tmp_path: Path) -> None:
    third = line.json("snapshots")["items"][-1]["id"]
    for path in packs(line):
        flip(path, path.stat().st_size // 3)
    preview = line.json("repair", "--read-data", code=7)["result"]
    assert preview["healing"] is None or not preview["healing"]["done"]
    done = line.json("repair", "--apply", code=7)["result"]
    assert done["healing"]["done"]
    assert done["damage"]["files"], "what was there once and is no more does not come back"
    line("restore", third, "--to", str(tmp_path / "out"))
    assert told(restored(tmp_path / "out", folder)) == told(folder)


def test_what_is_no_copy_of_this_vault(line: CommandLine, folder: Path, tmp_path: Path) -> None:
    assert line.error("repair", "--from", str(line.vault), code=2) == "repair_from_itself"
    (tmp_path / "apart").mkdir()
    other = CommandLine(tmp_path / "apart")
    other.make_vault()
    assert line.error("repair", "--from", str(other.vault), code=7) == "other_vault_there"
    assert line.error("repair", "--from", str(tmp_path / "nowhere"), code=6) == "store_absent"


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_killed_and_run_again(line: CommandLine, folder: Path, tmp_path: Path) -> None:
    copy = copied(line, tmp_path)
    line("restore", "latest", "--to", str(tmp_path / "before"))
    for path in (line.vault / "index").iterdir():
        path.unlink()
    packs(line)[0].unlink()
    index = line.vault / "index"
    for pause in (0.0, 0.05):
        process = line.start("repair", "--apply", "--from", str(copy))
        end = time.monotonic() + 180
        while not any(index.iterdir()) and process.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=180)
    assert any(index.iterdir()), "some of it was done"
    line("repair", "--apply", "--from", str(copy))
    line("verify", "--read-data")
    line("restore", "latest", "--to", str(tmp_path / "after"))
    assert told(restored(tmp_path / "after", folder)) == told(restored(tmp_path / "before", folder))


@pytest.mark.skipif(sys.platform != "linux", reason="mounts")
def test_a_full_disk(line: CommandLine, folder: Path, tmp_path: Path) -> None:
    needs_root()
    copy = copied(line, tmp_path)
    with mounted_tmpfs(tmp_path / "disk", "size=4m,mode=700") as disk:
        vault = Path(shutil.copytree(copy, disk / "vault"))
        settings = line.profile / "settings.toml"
        settings.write_text(settings.read_text().replace(str(line.vault), str(vault)))
        for path in (vault / "index").iterdir():
            path.unlink()
        largest = max((vault / "packs").rglob("*/*"), key=lambda path: path.stat().st_size)
        largest.unlink()
        fill(disk, leave=40_000)
        assert line.error("repair", "--apply", "--from", str(copy), code=1) == "store_full"
        allow(disk, f"size={8 * MIB}")
        line("repair", "--apply", "--from", str(copy))
        line("verify", "--read-data")
