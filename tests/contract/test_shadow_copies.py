"""Shadow copies with their writers: what the service is asked, in which order, and what comes of its answers.

The service is played by COM objects in this process. `test_on_windows_itself` asks the real one.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("shadow copies of Windows", allow_module_level=True)

from cyberlib_client.app import frozen
from cyberlib_client.app.backups import run_backup
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.session import Session
from cyberlib_client.app.sources import Choice
from cyberlib_client.cli.prompt import TerminalPrompt
from cyberlib_client.core.errors import Stopped
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.core.volume_snapshots import Taken, Whose
from cyberlib_client.system.windows import vss, vss_api
from cyberlib_client.system.windows.snapshots import ShadowCopies
from cyberlib_client.system.windows.vss import Limits, NoShadow, Requester, Shadow
from tests.support.command_line import CommandLine
from tests.support.shadow_service import FAILED_AT_FREEZE, PENDING, Service, Writer
from tests.support.trees import make_tree

WINE = hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")
QUICK = Limits(gather=0.5, busy=0.5, prepare=0.5, snapshot=0.5, complete=0.5, look=0.01)
DEVICE = r"\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy7"
IN_PROGRESS, TORN = 0x8004_2316, 0x8004_23F0


def sql(**more: int) -> Writer:
    files = (
        ("GetDatabaseFile", r"C:\Data", "cabinet.mdf", False),
        ("GetDatabaseLogFile", r"C:\Log", "*", True),
    )
    return Writer("SqlServerWriter", files, **more)


@pytest.fixture
def service() -> Service:
    return Service({"C:\\": DEVICE, "D:\\": DEVICE + "1"}, [sql()])


def made(service: Service, *volumes: str, limits: Limits = QUICK) -> tuple[Requester, Shadow]:
    requester = Requester(service.doors(), limits)
    return requester, requester.make(volumes or ("C:\\",), lambda: None)


def refused(service: Service, *volumes: str) -> str:
    with pytest.raises(NoShadow) as why:
        made(service, *volumes)
    assert service.alive == 0 and not service.inside, "something was not given back"
    return why.value.reason


def order(service: Service) -> list[str]:
    wanted = {
        "InitializeForBackup", "SetContext", "SetBackupState", "GatherWriterMetadata", "FreeWriterMetadata",
        "StartSnapshotSet", "AddToSnapshotSet", "PrepareForBackup", "DoSnapshotSet", "GatherWriterStatus",
        "FreeWriterStatus", "GetSnapshotProperties", "BackupComplete", "AbortBackup",
    }  # fmt: skip
    return [name for name in service.told if name in wanted or ":" in name]


def test_the_order_of_calls(service: Service) -> None:
    requester, shadow = made(service, "C:\\", "D:\\")
    assert shadow.devices == {"C:\\": DEVICE, "D:\\": DEVICE + "1"}
    assert "BackupComplete" not in service.told and service.alive == 1, "held while files are read"
    requester.end()
    assert order(service) == [
        "InitializeForBackup", "SetContext", "SetBackupState", "GatherWriterMetadata", "FreeWriterMetadata",
        "StartSnapshotSet", "AddToSnapshotSet", "AddToSnapshotSet", "PrepareForBackup", "DoSnapshotSet",
        "GatherWriterStatus", "FreeWriterStatus", "GetSnapshotProperties", "GetSnapshotProperties",
        "BackupComplete",
    ]  # fmt: skip
    assert service.arguments["SetBackupState"] == (False, False, 5, False)  # VSS_BT_COPY: no log is cut
    assert service.arguments["SetContext"] == (0,)  # VSS_CTX_BACKUP: goes with this process
    assert (service.alive, service.freed, service.inside) == (0, 2, set())


def test_what_writers_take_care_of_is_in_order(service: Service) -> None:
    system = Writer("System Writer", [("GetFile", r"C:\Windows", "*.dll", True)], usage=1)
    group = Writer("Registry", [("GetFile", r"%SystemRoot%\Base", "a[1]?.dat", False)], usage=4)
    service.writers += [system, group]
    requester, shadow = made(service)
    requester.end()

    def holds(path: str) -> bool:
        return any(files.holds(path) for files in shadow.files)

    root = os.environ["SYSTEMROOT"].lower()
    assert holds(r"c:\data\cabinet.mdf") and holds(r"c:\log\2026\a.ldf") and holds(rf"{root}\base\a[1]x.dat")
    assert not holds(r"c:\data\other.mdf") and not holds(r"c:\data\sub\cabinet.mdf")
    assert not holds(r"c:\logs\a.ldf") and not holds(rf"{root}\base\a1x.dat")
    assert not holds(r"c:\windows\a.dll") and not shadow.failed


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TORN, "writer_torn"),
        (0x8004_23F2, "writer_timeout"),
        (0x8000_4005, "refused: 0x80004005"),
        (0, "writer_error"),
    ],
)
def test_a_writer_that_failed_is_named_and_its_files_are_not_in_order(
    service: Service, error: int, reason: str
) -> None:
    service.writers = [sql(state=FAILED_AT_FREEZE, error=error), Writer("Other")]
    requester, shadow = made(service)
    requester.end()
    assert shadow.failed == [("SqlServerWriter", reason)]
    assert shadow.files == []


def test_another_shadow_copy_being_made_is_waited_for(service: Service) -> None:
    service.refuse["StartSnapshotSet"] = [IN_PROGRESS, IN_PROGRESS]
    requester, _ = made(service)
    requester.end()
    assert service.told.count("StartSnapshotSet") == 3
    service.told.clear()
    service.refuse["StartSnapshotSet"] = [IN_PROGRESS] * 10_000
    assert refused(service) == "shadow_busy"
    assert "AbortBackup" not in service.told, "no writer was told to prepare yet"


@pytest.mark.parametrize(
    "step", ["GatherWriterMetadata", "PrepareForBackup", "DoSnapshotSet", "GatherWriterStatus"]
)
def test_what_never_ends_is_given_up(service: Service, step: str) -> None:
    service.ends[step] = PENDING
    assert refused(service) == "timed_out"
    assert "Cancel" in service.told
    assert ("AbortBackup" in service.told) == (step != "GatherWriterMetadata")


@pytest.mark.parametrize(
    ("step", "code", "reason", "late"),
    [
        ("InitializeForBackup", 0x8007_0005, "no_rights", False),
        ("AddToSnapshotSet", 0x8004_230C, "unsupported", False),
        ("DoSnapshotSet", 0x8004_231F, "no_storage", True),
        ("DoSnapshotSet", 0x8004_2314, "volume_busy", True),
        ("PrepareForBackup", 0x8000_FFFF, "refused: PrepareForBackup: 0x8000FFFF", False),
        ("PrepareForBackup", 0x8004_2318, "refused: PrepareForBackup: 0x80042318", True),
    ],
)
def test_refusals(service: Service, step: str, code: int, reason: str, late: bool) -> None:
    """At once, or by what was begun."""
    if late:
        service.ends[step] = code
    else:
        service.refuse[step].append(code)
    assert refused(service) == reason
    assert ("AbortBackup" in service.told) == (step in ("PrepareForBackup", "DoSnapshotSet"))


def test_a_volume_that_cannot_be_copied_keeps_no_other_from_it(service: Service) -> None:
    requester, shadow = made(service, "C:\\", "E:\\")
    requester.end()
    assert list(shadow.devices) == ["C:\\"]
    service.told.clear()
    assert refused(service, "E:\\", "C:\\") == "unsupported"


def test_a_writer_that_says_nonsense_costs_no_copy(service: Service) -> None:
    service.refuse["GetFileCounts"] = [0x8004_2312]  # VSS_E_INVALID_XML_DOCUMENT
    requester, shadow = made(service)
    requester.end()
    assert shadow.files == [] and list(shadow.devices) == ["C:\\"] and service.alive == 0


def test_an_end_that_never_comes_holds_up_nobody(service: Service) -> None:
    requester, _ = made(service)
    service.ends["BackupComplete"] = PENDING
    requester.end()
    assert service.alive == 0 and "Cancel" in service.told and "AbortBackup" not in service.told


def test_who_is_cancelled_does_not_wait(service: Service) -> None:
    service.ends["DoSnapshotSet"] = PENDING
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Stopped):
        Requester(service.doors(), QUICK._replace(snapshot=60.0)).make(("C:\\",), cancel.check)
    assert service.alive == 0 and service.told[-1] != "DoSnapshotSet"


def take(
    service: Callable[[], vss_api.Doors], ask: Callable[[str], str], notes: Path
) -> tuple[ShadowCopies, object]:
    adapter = ShadowCopies(service, ask)
    whose = Whose("0", str(notes))
    return adapter, adapter.take(
        r"C:\a", whose, whole=True, beside=[r"d:\b", "C:\\c"], check_cancel=lambda: None
    )


class Wmi:
    """What stands in for PowerShell: `there` are the copies that it made and did not remove."""

    def __init__(self) -> None:
        self.there: list[str] = []

    def __call__(self, script: str) -> str:
        if "MethodName Create" in script:
            self.there.append(f"{{0000000{len(self.there)}-AAAA-BBBB-CCCC-0123456789AB}}")
            return f"{self.there[-1]} {DEVICE}9\n"
        for name in [name for name in self.there if name in script]:
            self.there.remove(name)
        return ""


def nobody() -> vss_api.Doors:
    raise OSError(None, "no service")


def test_without_writers_when_the_service_does_not_answer(tmp_path: Path) -> None:
    wmi = Wmi()
    _, taken = take(nobody, wmi, tmp_path / "notes")
    assert isinstance(taken, Taken)
    assert (taken.volume, taken.at, taken.unasked) == ("C:\\", DEVICE + "9\\", "refused: no service")
    assert not taken.in_order(r"C:\Data\cabinet.mdf") and len(wmi.there) == 1
    taken.release()
    assert wmi.there == [] and not (tmp_path / "notes").exists()


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    wmi, notes = Wmi(), tmp_path / "notes"
    take(nobody, wmi, notes)
    wmi.there.append("{99999999-AAAA-BBBB-CCCC-0123456789AB}")  # somebody else's
    with notes.open("a", encoding="ascii") as file:
        file.write("'; Remove-Item C:\\ #\n")
    adapter, _ = take(nobody, wmi, notes)
    first, others, mine = wmi.there
    assert adapter.clear("C:\\a", Whose("0", str(notes))) == 1
    assert first not in wmi.there and wmi.there == [others, mine]


@pytest.mark.parametrize("reason", ["no_rights", "no_storage", "shadow_busy"])
def test_no_other_way_where_it_would_fail_as_well(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    monkeypatch.setattr(vss.Requester, "__init__", _quick(vss.Requester.__init__))
    codes = {"no_rights": 0x8007_0005, "no_storage": 0x8004_231F, "shadow_busy": IN_PROGRESS}
    service.refuse["StartSnapshotSet"] = [codes[reason]] * 10_000
    wmi = Wmi()
    _, taken = take(service.doors, wmi, tmp_path / "notes")
    assert taken == reason and wmi.there == []


def _quick(made: Callable[..., None]) -> Callable[[Requester, vss_api.Doors], None]:
    return lambda self, doors: made(self, doors, QUICK)


def test_a_backup_tells_what_was_in_order(
    line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read from the copy, under the paths of the volume; a writer that failed is told."""
    live = make_tree(
        tmp_path / "live", {"cabinet.mdf": b"later" * 9, "other.mdf": b"x", "note.txt": b"later"}
    )
    drive, rest = os.path.splitdrive(str(live))
    make_tree(
        tmp_path / "copy" / rest.strip("\\"), {"cabinet.mdf": b"then", "other.mdf": b"y", "note.txt": b"t"}
    )
    good = Writer("SqlServerWriter", [("GetDatabaseFile", str(live), "CABINET.mdf", False)])
    bad = Writer(
        "Other Writer", [("GetFile", str(live), "other.*", False)], state=FAILED_AT_FREEZE, error=TORN
    )
    service = Service({drive.upper() + "\\": str(tmp_path / "copy")}, [good, bad])
    monkeypatch.setattr(frozen.bootstrap, "volume_snapshots", lambda: ShadowCopies(service.doors))
    with (line.profile / "settings.toml").open("a", encoding="utf-8") as file:
        file.write('\n[backup]\nvolume_snapshots = "auto"\n')
    line("sources", "add", str(live))
    session = Session(
        profile_at(str(line.profile)), TerminalPrompt(before=lambda: None, asking=lambda _: None)
    )
    told = []
    monkeypatch.setattr(session, "notify", told.append)
    done = run_backup(session, Choice())
    assert done.exit_code == 0 and service.alive == 0 and order(service)[-1] == "BackupComplete"
    assert [(notice.code, notice.facts["name"], notice.facts["reason"]) for notice in told] == [
        ("program_not_in_order", "Other Writer", "writer_torn")
    ]
    found = {os.path.basename(item["path"]): item for item in line.json("ls", "-R", "latest")["items"]}
    assert found["cabinet.mdf"]["consistency"] == "application" and found["cabinet.mdf"]["size"] == 4
    assert found["other.mdf"]["consistency"] == "volume"
    assert found["note.txt"]["consistency"] == "still" and found["note.txt"]["size"] == 1


@pytest.mark.skipif(WINE, reason="Wine has no service for shadow copies")
def test_on_windows_itself(tmp_path: Path) -> None:
    """The real service: a copy of this volume with its writers, in which a locked file can be read."""
    if not ctypes.windll.shell32.IsUserAnAdmin() and not os.environ.get("CI"):
        pytest.skip("it takes an administrator")
    path = tmp_path / "locked.txt"
    path.write_text("fictif")
    kernel32 = ctypes.WinDLL("kernel32")
    kernel32.CreateFileW.restype = ctypes.c_void_p
    handle = kernel32.CreateFileW(str(path), 0x8000_0000, 0, None, 3, 0, None)
    try:
        with pytest.raises(PermissionError):
            path.read_text()
        drive, rest = os.path.splitdrive(str(path))
        requester = Requester(vss_api.doors())
        shadow = requester.make((drive + "\\",), lambda: None)
        device = shadow.devices[drive + "\\"]
        try:
            with open(device + rest, encoding="utf-8") as file:
                assert file.read() == "fictif"
        finally:
            requester.end()
        assert not os.path.exists(device + rest)
    finally:
        kernel32.CloseHandle(ctypes.c_void_p(handle))


@pytest.mark.skipif(not WINE, reason="Wine's library, which has no service behind it")
def test_where_there_is_no_service(tmp_path: Path) -> None:
    """All the way through the system's own library."""
    wmi = Wmi()
    _, taken = take(vss_api.doors, wmi, tmp_path / "notes")
    assert isinstance(taken, Taken) and "0x80004001" in taken.unasked and len(wmi.there) == 1
