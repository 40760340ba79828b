"""Folders of one machine on another: other user name, other drive, other system."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.folder_mapping import Machine, System, proposals

pytestmark = pytest.mark.portable

LINUX = Machine(
    "linux",
    b"/home/dr.martin",
    {"documents": b"/home/dr.martin/Documents", "desktop": b"/home/dr.martin/Bureau"},
)
MAC = Machine(
    "macos", b"/Users/martin", {"documents": b"/Users/martin/Documents", "videos": b"/Users/martin/Movies"}
)
WINDOWS = Machine(
    "windows",
    b"/C/Users/Cabinet",
    {"documents": b"/D/Documents", "desktop": b"/C/Users/Cabinet/OneDrive/Desktop"},
    (b"/C", b"/D"),
)
_HOMES = {"linux": b"/home/dr.ancien", "macos": b"/Users/ancien", "windows": b"/C/Users/ancien"}


@pytest.mark.parametrize(
    ("path", "system", "here", "first"),
    [
        (b"/C/Users/martin/Documents/Patients", "windows", LINUX, b"/home/dr.martin/Documents/Patients"),
        (b"/C/Users/martin/Desktop", "windows", LINUX, b"/home/dr.martin/Bureau"),
        (b"/C/Users/martin/OneDrive/Documents", "windows", LINUX, b"/home/dr.martin/Documents"),
        (b"/C/Users/martin/OneDrive - Cabinet/Bureau/x", "windows", LINUX, b"/home/dr.martin/Bureau/x"),
        (b"/D/Logiciel/Donnees", "windows", LINUX, b"/home/dr.martin/Logiciel/Donnees"),
        (b"/D/Logiciel/Donnees", "windows", WINDOWS, b"/D/Logiciel/Donnees"),
        (b"/E/Logiciel", "windows", WINDOWS, b"/E/Logiciel"),
        (b"/home/dr.ancien/Documents", "linux", WINDOWS, b"/D/Documents"),
        (b"/home/dr.ancien/cabinet", "linux", LINUX, b"/home/dr.martin/cabinet"),
        (b"/srv/cabinet", "linux", LINUX, b"/srv/cabinet"),
        (b"/srv/cabinet", "linux", WINDOWS, b"/C/Users/Cabinet/cabinet"),
        ("/home/dr.ancien/Vidéos/a".encode(), "linux", MAC, b"/Users/martin/Movies/a"),
        (b"/Users/Shared/Base", "macos", LINUX, b"/home/dr.martin/Base"),
        (b"/".join((b"", b"root", b"x")), "linux", LINUX, b"/home/dr.martin/x"),
        (b"/UNC/serveur/partage/x", "windows", WINDOWS, b"/UNC/serveur/partage/x"),
    ],
)
def test_the_likeliest_place(path: bytes, system: System, here: Machine, first: bytes) -> None:
    assert proposals(path, system, here)[0] == first


def test_other_drives_are_proposed_too() -> None:
    assert proposals(b"/E/Logiciel", "windows", WINDOWS) == [b"/E/Logiciel", b"/C/Logiciel", b"/D/Logiciel"]


@pytest.mark.parametrize("name", [b"a:b", b"nul", b"COM1.txt", b"fin.", b"a|b", b"quoi ?"])
def test_what_windows_has_no_name_for_is_told(name: bytes) -> None:
    assert proposals(b"/home/dr.ancien/" + name, "linux", WINDOWS) == []


_names = st.lists(
    st.binary(min_size=1, max_size=8).filter(
        lambda n: b"/" not in n and b"\0" not in n and n not in (b".", b"..")
    ),
    max_size=5,
)
_systems = st.sampled_from(["linux", "macos", "windows"])
_machines = st.sampled_from([LINUX, MAC, WINDOWS])


@given(names=_names, system=_systems, here=_machines, home=st.booleans())
def test_proposals_are_absolute_and_normal(
    names: list[bytes], system: System, here: Machine, home: bool
) -> None:
    path = (_HOMES[system] if home else b"") + b"".join(b"/" + name for name in names) or b"/"
    found = proposals(path, system, here)
    assert len(found) == len(set(found))
    for each in found:
        parts = each.split(b"/")
        assert parts[0] == b"" and len(parts) > 1
        assert not any(part in (b"", b".", b"..") for part in parts[1:])


@given(names=_names, system=_systems)
def test_on_the_same_machine_a_folder_is_where_it_was(names: list[bytes], system: System) -> None:
    home = _HOMES[system]
    path = home + b"".join(b"/" + name for name in names)
    found = proposals(path, system, Machine(system, home, drives=(b"/C",)))
    assert not found or found[0] == path
    assert found or system == "windows"


@given(names=st.lists(st.text("abcdéÉ ù-_", min_size=1, max_size=8).map(str.strip).filter(bool), max_size=4))
def test_there_and_back_is_the_same_folder(names: list[str]) -> None:
    path = b"/C/Users/ancien" + b"".join(b"/" + name.encode() for name in names)
    there = proposals(path, "windows", Machine("linux", b"/home/neuf"))[0]
    assert proposals(there, "linux", Machine("windows", b"/C/Users/ancien"))[0] == path
