"""Second copies on disks that are pulled out, fill up, fail or take nothing; programs that are killed."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberlib_client.core.errors import CyberlibError, Failed, Unreachable
from cyberlib_client.core.events import ignore
from cyberlib_client.core.ports import OBJECT_KINDS, Buffer, CancelToken
from cyberlib_client.services.copy_check import check_copy
from cyberlib_client.services.copying import begin_copy, copy_objects, sizes
from cyberlib_client.services.stripes import bring_up_to_date
from cyberlib_client.transports.folder import FolderStore
from tests.faults.disks import MIB, failing_files, fill, injected, mounted_ext4, needs_root, stick
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.trees import make_tree
from tests.support.vaults import VaultKit

pytestmark = pytest.mark.faults


@pytest.fixture(autouse=True)
def _root() -> None:
    needs_root()


@pytest.fixture
def kit(tmp_path: Path) -> VaultKit:
    """Some 25 packs of 64 to 200 KiB."""
    source = random.Random(1)
    kit = VaultKit(FolderStore.make(str(tmp_path / "vault")))
    for day in range(12):
        make_tree(tmp_path / f"day-{day}", {"a.bin": source.randbytes(90_000)})
        kit.backup(tmp_path / f"day-{day}")
    return kit


class Target(FolderStore):
    """Its disk is pulled out before it puts its `at`th object."""

    def when(self, at: int, pull: Callable[[], None]) -> None:
        self._left, self._pull = at, pull

    def put(self, name: str, *parts: Buffer) -> None:
        self._left = getattr(self, "_left", 0) - 1
        if not self._left:
            self._pull()
        super().put(name, *parts)


def copy(kit: VaultKit, at: Path, when: int = 0, pull: Callable[[], None] = lambda: None) -> None:
    target = Target.make(str(at))
    assert isinstance(target, Target)
    target.stay()
    target.when(when, pull)
    vault = kit.open()
    begin_copy(vault, target)
    copy_objects(vault.store, target, listener=ignore, cancel=CancelToken())


def names(at: Path) -> set[str]:
    return set(sizes(FolderStore(str(at)), OBJECT_KINDS))


def is_whole(kit: VaultKit, at: Path) -> None:
    assert names(at) == names(Path(kit.store.location))
    checked = check_copy(FolderStore(str(at)), None, repair=False, listener=ignore, cancel=CancelToken())
    assert checked.faults == []


def test_a_disk_that_is_pulled_out_in_the_middle(kit: VaultKit, tmp_path: Path) -> None:
    """What its mount point leaves on the system's disk is never written to."""
    with stick(tmp_path / "stick.img") as disk:
        for moment in (1, 3, 6, 20):
            at = disk.plug(tmp_path / "usb")
            with pytest.raises(Unreachable) as caught:
                copy(kit, at / "copy", moment, disk.pull)
            assert caught.value.code == "copy_gone"
            assert list((tmp_path / "usb").iterdir()) == []
        at = disk.plug(tmp_path / "usb")
        before = len(names(at / "copy"))
        assert 0 < before < len(names(Path(kit.store.location)))
        copy(kit, at / "copy")
        is_whole(kit, at / "copy")


def test_a_disk_that_is_its_own_root_when_it_is_pulled_out(kit: VaultKit, tmp_path: Path) -> None:
    """Its folder stays, empty, and looks like a new place for a copy."""
    with stick(tmp_path / "stick.img") as disk:
        at = disk.plug(tmp_path / "usb")
        with pytest.raises(Unreachable, match="copy_gone"):
            copy(kit, at, 12, disk.pull)
        assert list((tmp_path / "usb").iterdir()) == []


def test_the_vaults_own_disk_is_pulled_out(tmp_path: Path) -> None:
    """That is no damage: nothing is named as such, and the copy goes on later."""
    source = random.Random(1)
    make_tree(tmp_path / "day", {f"{n}.bin": source.randbytes(300_000) for n in range(6)})
    with stick(tmp_path / "stick.img") as disk:
        at = disk.plug(tmp_path / "usb")
        kit = VaultKit(FolderStore.make(str(at / "vault")))
        kit.backup(tmp_path / "day")
        for _ in range(4):
            (tmp_path / "day" / "new.bin").write_bytes(source.randbytes(90_000))
            kit.backup(tmp_path / "day")
        with pytest.raises(Unreachable) as caught:
            copy(kit, tmp_path / "copy", 5, disk.pull)
        assert caught.value.code == "store_absent"
        assert caught.value.facts["at"] == str(at / "vault")
        disk.plug(tmp_path / "usb")
        copy(kit, tmp_path / "copy")
        is_whole(kit, tmp_path / "copy")


def test_a_share_that_vanishes(kit: VaultKit, tmp_path: Path) -> None:
    """The program that shows it dies; later it is there again."""
    (tmp_path / "nas").mkdir()
    with failing_files(tmp_path / "nas", tmp_path / "share", tmp_path / "orders") as share:
        (tmp_path / "orders").write_text("write EIO tmp/ 20000\n")
        with pytest.raises(Unreachable) as caught:
            copy(kit, share / "copy")
        assert caught.value.code == "copy_gone"
        assert injected(tmp_path / "orders")["write EIO"] >= 1
        (tmp_path / "orders").write_text("")
        copy(kit, share / "copy")
        is_whole(kit, share / "copy")
    is_whole(kit, tmp_path / "nas" / "copy")


def test_a_copy_whose_disk_gives_some_blocks_back_no_more(kit: VaultKit, tmp_path: Path) -> None:
    """Unreadable is as good as lost: parity brings it back."""
    (tmp_path / "old").mkdir()
    copy(kit, tmp_path / "old" / "copy")
    target = FolderStore(str(tmp_path / "old" / "copy"))
    there = {**sizes(target, OBJECT_KINDS), "vault": target.size("vault") or 0}
    bring_up_to_date(target, there, lambda _name: False, ignore, CancelToken())
    pack = max(there, key=lambda name: there[name]).removeprefix("packs/")
    with failing_files(tmp_path / "old", tmp_path / "worn", tmp_path / "orders") as worn:
        (tmp_path / "orders").write_text(f"read EIO {pack} 60000\n")
        store = FolderStore(str(worn / "copy"))
        told = check_copy(store, None, repair=False, listener=ignore, cancel=CancelToken())
        assert [(f.name, f.by) for f in told.faults] == [(f"packs/{pack}", "parity")]
        assert injected(tmp_path / "orders")["read EIO"] >= 1


def test_a_full_disk(kit: VaultKit, tmp_path: Path) -> None:
    with mounted_ext4(tmp_path / "usb", 8 * MIB) as disk:
        ballast = fill(disk, leave=700_000)
        with pytest.raises(Failed) as caught:
            copy(kit, disk / "copy")
        assert caught.value.code == "copy_full"
        held = FolderStore(str(disk / "copy"))
        checked = check_copy(held, None, repair=False, listener=ignore, cancel=CancelToken())
        assert checked.faults == []
        ballast.unlink()
        copy(kit, disk / "copy")
        is_whole(kit, disk / "copy")


# ---- by the command line ---------------------------------------------------------------------------------


@pytest.fixture
def practice(tmp_path: Path, line: CommandLine) -> Path:
    source = random.Random(2)
    folder = make_tree(tmp_path / "cabinet", {f"{n}.bin": source.randbytes(900_000) for n in range(6)})
    line("sources", "add", str(folder))
    line("backup")
    return folder


def test_a_write_protected_disk_restores_and_takes_nothing(
    line: CommandLine, practice: Path, tmp_path: Path
) -> None:
    with stick(tmp_path / "stick.img") as disk:
        at = disk.plug(tmp_path / "usb")
        line("copy", "add", "usb", str(at / "copy"))
        line("copy")
        (practice / "new.txt").write_text("note fictive")
        line("backup")
        disk.write_protect()
        assert line.error("copy", code=1) == "copy_denied"
        line.vault.rename(tmp_path / "burnt")
        line("restore", "latest", "--to", str(tmp_path / "out"), "--from", "usb")
        assert len(list((tmp_path / "out").rglob("*.bin"))) == 6
        other = CommandLine(tmp_path / "other")
        with other.secret(PASSPHRASE):
            other("vault", "open", "--at", str(at / "copy"), "--no-device")
            other("restore", "latest", "--to", str(tmp_path / "out2"))
        assert len(list((tmp_path / "out2").rglob("*.bin"))) == 6


def test_disks_are_known_wherever_they_are_plugged_in(
    line: CommandLine, practice: Path, tmp_path: Path
) -> None:
    with stick(tmp_path / "1.img") as first, stick(tmp_path / "2.img") as second:
        for disk, name in ((first, "monday"), (second, "tuesday")):
            at = disk.plug(tmp_path / "usb")
            line("copy", "add", name, str(at / "copies" / "..") + "/copy")
            disk.pull()
        assert line.error("copy", code=6) == "copy_not_here"
        first.plug(tmp_path / "elsewhere")
        second.plug(tmp_path / "usb")
        listed = line.json("copy", "list")["items"]
        assert [each["at"] for each in listed] == [
            str(tmp_path / "elsewhere" / "copy"),
            str(tmp_path / "usb" / "copy"),
        ]
        second.pull()
        done = line.json("copy")
        assert [each["name"] for each in done["result"]["copies"]] == ["monday"]
        assert done["result"]["absent"] == ["tuesday"]
        assert [notice["code"] for notice in done["notices"]] == ["copy_unplug"]
        assert names(tmp_path / "elsewhere" / "copy") == names(line.vault)
        assert list((tmp_path / "usb").iterdir()) == []


def test_killed_at_any_moment_it_goes_on(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    source = random.Random(3)
    at = tmp_path / "usb"
    killed = 0
    for attempt in range(7):
        process = line.start("copy", "--to", str(at), "--parity")
        until = time.monotonic() + 180
        while not at.exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(source.random() * 0.25)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.communicate()
        if (at / "vault").exists():
            told = line.json("copy", "check", str(at), "--alone")["result"]
            assert told["faults"] == [], attempt
        (practice / f"{attempt}.new").write_bytes(os.urandom(70_000))
        line("backup")
    assert killed
    line("copy", "--to", str(at), "--parity")
    assert names(at) == names(line.vault)
    told = line.json("copy", "check", str(at), "--alone")["result"]
    assert (told["faults"], told["uncovered"]) == ([], 0)
    with pytest.raises(CyberlibError, match="object_missing"):
        FolderStore(str(at)).get("packs/" + "0" * 64)
