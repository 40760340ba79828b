"""What every Metadata adapter keeps to (core.platform), and what this system's own does with real items."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cyberlib_client.core.platform import NOT_APPLICABLE, NOTHING, OMITTED, ROOM, Metadata
from cyberlib_client.system import this_system
from tests.support.access_list import set_access_list
from tests.support.systems import WINE

FOREIGN = {
    "linux": {
        "windows:attributes": b"\x02\0\0\0",
        "windows:sddl": b"O:SY",
        "ads:Zone": b"x",
        "macos:flags": b"\0\x80\0\0",
    },
    "darwin": {
        "windows:attributes": b"\x02\0\0\0",
        "windows:sddl": b"O:SY",
        "ads:Zone": b"x",
        "acl:access": b"\2\0\0\0",
    },
    "win32": {"xattr:user.mark": b"x", "acl:access": b"\2\0\0\0", "macos:flags": b"\0\x80\0\0"},
}[sys.platform]
linux = pytest.mark.skipif(sys.platform != "linux", reason="attributes of Linux")
windows = pytest.mark.skipif(sys.platform != "win32", reason="attributes of Windows")
macos = pytest.mark.skipif(sys.platform != "darwin", reason="attributes of macOS")


@pytest.fixture(scope="module")
def metadata() -> Metadata:
    return this_system().metadata


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "compte rendu.txt"
    path.write_bytes(b"content")
    return path


def _apply(
    metadata: Metadata, target: Path | int, items: dict[str, bytes], everything: bool = True
) -> list[str]:
    where = target if isinstance(target, int) else os.fsencode(target)
    return metadata.apply(where, items, want_acl=everything, want_owner=everything)


def _own(items: dict[str, bytes]) -> dict[str, bytes]:
    """Without the descriptor that every file of Windows has."""
    return {name: value for name, value in items.items() if name != "windows:sddl"}


# Every system


def test_an_ordinary_file_and_folder_tell_nothing(metadata: Metadata, file: Path) -> None:
    assert _own(metadata.read(str(file), is_symlink=False)) == {}
    assert _own(metadata.read(os.fsencode(file.parent), is_symlink=False)) == {}
    if sys.platform != "win32":
        assert metadata.read(str(file), is_symlink=False) is NOTHING


@pytest.mark.skipif(WINE, reason="Wine makes no links")
def test_an_ordinary_link_tells_nothing_even_when_it_leads_nowhere(metadata: Metadata, file: Path) -> None:
    for target in (file.name, "nowhere"):
        link = file.with_name(f"to {target}")
        link.symlink_to(target)
        assert metadata.read(str(link), is_symlink=True) == {}


@pytest.mark.parametrize("gone", ["absent", "compte rendu.txt/below"])
def test_what_is_gone_is_said_to_be_gone(metadata: Metadata, file: Path, gone: str) -> None:
    with pytest.raises((FileNotFoundError, NotADirectoryError)):
        metadata.read(str(file.parent / gone), is_symlink=False)


def test_an_open_file_costs_no_content_however_deep_it_is(metadata: Metadata, tmp_path: Path) -> None:
    """Not every system tells where an open file is (Wine does not, beyond 260 letters)."""
    long = "\\\\?\\" if sys.platform == "win32" else ""
    deep = os.path.join(f"{long}{tmp_path}", *("d" * 60 for _ in range(6)))
    os.makedirs(deep)
    number = os.open(os.path.join(deep, "file"), os.O_RDWR | os.O_CREAT)
    try:
        told = _own(metadata.read(number, is_symlink=False))
    finally:
        os.close(number)
    assert told == ({OMITTED + "windows:attributes": b"", OMITTED + "windows:sddl": b""} if WINE else {})


def test_another_systems_items_are_told_apart_and_change_nothing(metadata: Metadata, file: Path) -> None:
    before = metadata.read(str(file), is_symlink=False)
    assert sorted(_apply(metadata, file, FOREIGN)) == sorted(NOT_APPLICABLE + name for name in FOREIGN)
    assert metadata.read(str(file), is_symlink=False) == before


def test_what_the_backup_left_out_is_said_again_at_the_restore(metadata: Metadata, file: Path) -> None:
    assert _apply(metadata, file, {OMITTED + "ads:large": b""}) == [OMITTED + "ads:large"]


def test_nothing_to_apply_loses_nothing(metadata: Metadata, file: Path) -> None:
    assert _apply(metadata, file, {}) == []
    assert metadata.apply_last(str(file), {}, want_owner=True) == []


names = st.one_of(
    st.text(max_size=40),
    st.builds(
        str.__add__,
        st.sampled_from(
            [
                "xattr:",
                "xattr:user.",
                "xattr:security.",
                "xattr:system.",
                "xattr-hex:",
                "acl:",
                "ads:",
                "windows:",
                OMITTED,
            ]
        ),
        st.text(max_size=300),
    ),
    st.sampled_from(
        ["acl:access", "acl:default", "acl:macos", "macos:flags", "windows:attributes", "windows:sddl"]
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=st.dictionaries(names, st.binary(max_size=100), max_size=5))
@example(items={"xattr:user.a\0b": b"x"})
@example(items={"ads:..\\..\\planted": b"x", "ads::$DATA": b"x", "ads:": b"x"})
@example(items={"xattr-hex:zz": b"x", "xattr-hex:ff": b"x"})
@example(items={"windows:sddl": b"\xff", "macos:flags": b"", "windows:attributes": b"123"})
def test_hostile_items_neither_raise_nor_reach_beyond_their_file(
    metadata: Metadata, file: Path, items: dict[str, bytes]
) -> None:
    lost = _apply(metadata, file, items, everything=False)
    lost += metadata.apply_last(str(file), items, want_owner=False)
    assert {name.removeprefix(NOT_APPLICABLE) for name in lost} <= set(items)
    assert file.read_bytes() == b"content"
    beside = [name for name in os.listdir(file.parent) if not (WINE and name.startswith(file.name + ":"))]
    assert beside == [file.name]  # Wine makes a file of each stream


# Linux, on whatever file system holds the temporary folder


def _run(*command: str | Path) -> str:
    """A system's own tool, as the other party to what we read and write."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _copy(metadata: Metadata, source: Path, target: Path, everything: bool = True) -> list[str]:
    return _apply(metadata, target, metadata.read(str(source), is_symlink=False), everything)


@pytest.fixture
def twin(file: Path) -> Path:
    path = file.with_name("copy")
    path.write_bytes(b"content")
    return path


@linux
def test_attributes_round_trip_byte_for_byte(metadata: Metadata, file: Path, twin: Path) -> None:
    marks = {"user.empty": b"", "user.é": "à".encode(), "user.binary": bytes(range(256)), "user.a": b"1"}
    for name, value in marks.items():
        os.setxattr(file, name, value)
    read = metadata.read(os.fsencode(file), is_symlink=False)
    assert read == {f"xattr:{name}": value for name, value in marks.items()}
    assert list(read) == sorted(read)
    assert _copy(metadata, file, twin) == []
    assert {name: os.getxattr(twin, name) for name in os.listxattr(twin)} == marks


@linux
def test_an_open_file_and_a_path_are_both_targets(metadata: Metadata, file: Path) -> None:
    with file.open("rb") as opened:
        assert _apply(metadata, opened.fileno(), {"xattr:user.one": b"1"}) == []
    assert metadata.apply(str(file), {"xattr:user.two": b"2"}, want_acl=False, want_owner=False) == []
    assert sorted(os.listxattr(file)) == ["user.one", "user.two"]


@linux
def test_a_name_that_is_not_utf_8_round_trips(metadata: Metadata, file: Path, twin: Path) -> None:
    os.setxattr(file, b"user.caf\xe9", b"latin 1")
    read = metadata.read(str(file), is_symlink=False)
    assert read == {"xattr-hex:" + b"user.caf\xe9".hex(): b"latin 1"}
    "".join(read).encode()  # fit for a tree
    assert _copy(metadata, file, twin) == []
    assert os.getxattr(twin, b"user.caf\xe9") == b"latin 1"


@linux
def test_a_links_target_is_neither_read_nor_written(metadata: Metadata, file: Path) -> None:
    os.setxattr(file, "user.mark", b"of the target")
    link = file.with_name("link")
    link.symlink_to(file.name)
    assert metadata.read(str(link), is_symlink=True) == {}
    assert metadata.read(str(link), is_symlink=False) == {}  # exchanged since it was listed
    assert _apply(metadata, link, {"xattr:user.planted": b"x"}) == ["xattr:user.planted"]
    assert os.listxattr(file) == ["user.mark"]


@linux
def test_access_lists_round_trip_and_survive_the_mode_set_after_them(
    metadata: Metadata, tmp_path: Path
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir(0o750)
    new.mkdir(0o700)
    _run("setfacl", "-m", "u:12345:rwx,g:54321:r-x,d:u:12345:rw-,d:g::r-x", old)
    read = metadata.read(str(old), is_symlink=False)
    assert list(read) == ["acl:access", "acl:default"]
    assert _copy(metadata, old, new) == []
    new.chmod(old.stat().st_mode & 0o7777)
    told = ["getfacl", "--omit-header", "--numeric", "--absolute-names"]
    assert _run(*told, new) == _run(*told, old)
    assert "user:12345:rwx" in _run(*told, new)


@linux
def test_access_lists_that_are_not_wanted_are_not_set_nor_missed(
    metadata: Metadata, file: Path, twin: Path
) -> None:
    _run("setfacl", "-m", "u:12345:rwx", file)
    assert _copy(metadata, file, twin, everything=False) == []
    assert os.listxattr(twin) == []


@linux
def test_a_bad_access_list_is_refused_by_name(metadata: Metadata, file: Path) -> None:
    assert _apply(metadata, file, {"acl:access": b"\2\0\0\0rubbish"}) == ["acl:access"]


@linux
@pytest.mark.parametrize(
    "name", ["security.selinux", "security.ima", "system.posix_acl_access", "user", "btrfs.compression"]
)
def test_attributes_that_no_backup_of_ours_holds_are_never_set(
    metadata: Metadata, file: Path, name: str
) -> None:
    """A hostile tree may carry them."""
    hexed = "xattr-hex:" + name.encode().hex()
    assert _apply(metadata, file, {f"xattr:{name}": b"\2\0\0\0", hexed: b"\2\0\0\0"}) == [
        f"{NOT_APPLICABLE}xattr:{name}",
        NOT_APPLICABLE + hexed,
    ]
    assert os.listxattr(file) == []


CAN_BIND = bytes.fromhex("0100000200040000000000000000000000000000")  # cap_net_bind_service=ep, version 2


@linux
def test_capabilities_come_with_the_owner_alone(metadata: Metadata, file: Path, twin: Path) -> None:
    if os.geteuid() != 0:
        assert _apply(metadata, file, {"xattr:security.capability": CAN_BIND}) == [
            "xattr:security.capability"
        ]
        return
    os.setxattr(file, "security.capability", CAN_BIND)
    os.setxattr(file, "trusted.mark", b"root's")
    assert _copy(metadata, file, twin, everything=False) == []
    assert os.listxattr(twin) == []
    assert _copy(metadata, file, twin) == []
    assert sorted(os.listxattr(twin)) == ["security.capability", "trusted.mark"]
    assert os.getxattr(twin, "security.capability") == CAN_BIND


@linux
def test_what_the_file_system_has_no_room_for_is_named_and_the_rest_is_set(
    metadata: Metadata, file: Path
) -> None:
    items = {"xattr:user.huge": bytes(70_000), "xattr:user.small": b"1"}  # Linux takes 64 KiB
    assert _apply(metadata, file, items) == ["xattr:user.huge"]
    assert os.listxattr(file) == ["user.small"]


@linux
def test_a_file_system_without_attributes_has_nothing(metadata: Metadata) -> None:
    assert metadata.read("/proc/self/status", is_symlink=False) is NOTHING


# Windows


def attributes_of(path: Path) -> int:
    found: int = os.stat(path).st_file_attributes  # type: ignore[attr-defined, unused-ignore]
    return found


@windows
def test_hidden_and_read_only_round_trip(metadata: Metadata, file: Path, twin: Path) -> None:
    subprocess.run(["attrib", "+H", str(file)], check=True)
    file.chmod(stat.S_IREAD)
    read = metadata.read(str(file), is_symlink=False)
    assert read["windows:attributes"] == b"\3\0\0\0"
    try:
        assert _apply(metadata, twin, {"windows:attributes": read["windows:attributes"]}) == []
        assert attributes_of(twin) & 0x7 == 0x3
        assert metadata.read(str(twin), is_symlink=False)["windows:attributes"] == b"\3\0\0\0"
    finally:
        file.chmod(stat.S_IWRITE)
        twin.chmod(stat.S_IWRITE)


@windows
def test_attributes_of_the_disk_are_not_taken_over(metadata: Metadata, file: Path) -> None:
    """Nor the archive bit lost: this file is new, and waits to be backed up by whoever looks at the bit."""
    before = attributes_of(file)
    assert (
        _apply(metadata, file, {"windows:attributes": b"\xfc\xdf\xff\xff"}) == []
    )  # all but hidden, read-only
    assert attributes_of(file) & ~0x80 == (before | 0x4) & ~0x80
    assert _apply(metadata, file, {"windows:attributes": b"\0\0\0\0"}) == []
    assert attributes_of(file) == before


@windows
@pytest.mark.skipif(WINE, reason="Wine has no streams")
def test_streams_round_trip(metadata: Metadata, file: Path, twin: Path) -> None:
    Path(f"{file}:note").write_bytes(b"\0\1alternate")
    read = metadata.read(str(file), is_symlink=False)
    assert read["ads:note"] == b"\0\1alternate"
    assert _copy(metadata, file, twin) == []
    assert Path(f"{twin}:note").read_bytes() == b"\0\1alternate"
    assert twin.read_bytes() == b"content"


@windows
@pytest.mark.skipif(WINE, reason="Wine has no streams")
def test_a_large_stream_is_named_but_not_kept(metadata: Metadata, file: Path) -> None:
    Path(f"{file}:large").write_bytes(bytes(ROOM + 1))
    Path(f"{file}:small").write_bytes(b"1")
    read = _own(metadata.read(str(file), is_symlink=False))
    assert read == {"omitted:ads:large": b"", "ads:small": b"1"}


@windows
@pytest.mark.parametrize("everyone", ["", "(A;;FR;;;WD)"])
def test_the_owner_and_an_access_list_of_its_own_are_told(
    metadata: Metadata, file: Path, everyone: str
) -> None:
    """Which rights exactly is not compared: Wine keeps the nearest that a mode can say."""
    set_access_list(file, f"D:P(A;;FA;;;SY){everyone}")
    told = metadata.read(str(file), is_symlink=False)["windows:sddl"].decode()
    assert told.startswith("O:S-1-5-21-")
    assert ("WD)" in told) == bool(everyone)


@windows
@pytest.mark.skipif(WINE, reason="Wine lets every file inherit, protected or not")
def test_an_access_list_of_its_own_round_trips(metadata: Metadata, file: Path, twin: Path) -> None:
    set_access_list(file, "D:P(A;;FA;;;SY)(A;;FA;;;WD)")
    read = metadata.read(str(file), is_symlink=False)["windows:sddl"].decode()
    assert "D:P" in read and ";;;WD)" in read
    assert _copy(metadata, file, twin) == []
    assert metadata.read(str(twin), is_symlink=False)["windows:sddl"].decode() == read


@windows
def test_a_descriptor_that_is_not_wanted_changes_nothing(metadata: Metadata, file: Path) -> None:
    before = metadata.read(str(file), is_symlink=False)
    items = {"windows:sddl": b"O:BAG:BAD:P(A;;FA;;;WD)"}
    assert _apply(metadata, file, items, everything=False) == []
    assert metadata.read(str(file), is_symlink=False) == before


@windows
def test_an_open_file_is_a_target_too(metadata: Metadata, file: Path) -> None:
    with file.open("rb") as opened:
        assert _apply(metadata, opened.fileno(), {"windows:attributes": b"\2\0\0\0"}) == []
    assert attributes_of(file) & 0x7 == 0x2


# macOS


@macos
def test_flags_attributes_and_access_lists_round_trip(metadata: Metadata, file: Path, twin: Path) -> None:
    subprocess.run(["xattr", "-w", "com.example.mark", "é", str(file)], check=True)
    subprocess.run(["chmod", "+a", "everyone deny write", str(file)], check=True)
    subprocess.run(["chflags", "hidden,uchg", str(file)], check=True)
    try:
        read = metadata.read(str(file), is_symlink=False)
        assert list(read) == ["acl:macos", "macos:flags", "xattr:com.example.mark"]
        assert _copy(metadata, file, twin) == []
        assert metadata.apply_last(str(twin), read, want_owner=False) == []
        assert metadata.read(str(twin), is_symlink=False) == read
    finally:
        subprocess.run(["chflags", "nouchg", str(file), str(twin)], check=True)
