"""Paths of Windows from the command line: deep ones, odd ones, typed and shown as Windows writes them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.core import words
from cyberlib_client.core.format_v1.tree import SYMLINK
from cyberlib_client.files.names import display
from cyberlib_client.files.restore_names import MACOS, POSIX, WINDOWS
from cyberlib_client.repository.vault import Vault
from cyberlib_client.transports.folder import FolderStore
from tests.faults.forge import Forge, file, folder, other
from tests.support.command_line import CommandLine, restored
from tests.support.systems import WINE
from tests.support.vaults import FixedClock, SeededRandom, open_with_key

windows = pytest.mark.skipif(sys.platform != "win32", reason="paths of Windows")


def _long(path: Path) -> str:
    return f"\\\\?\\{path}"


@windows
def test_what_is_deep_or_oddly_named_is_saved_and_restored(line: CommandLine, tmp_path: Path) -> None:
    """Without its long form Windows takes `fin.` for `fin`, and stops at 260 letters."""
    folder = tmp_path / "Cabinet"
    deep = folder.joinpath(*("d" * 60 for _ in range(5)))
    os.makedirs(_long(deep))
    content = {deep / "compte rendu.txt": b"deep", folder / "fin.": b"dot", folder / "fin": b"none"}
    for path, data in content.items():
        with open(_long(path), "wb") as file:
            file.write(data)
    line("sources", "add", str(folder))
    preview = line.json("sources", "preview")["result"]
    assert (preview["files"], preview["incidents"]) == (3, [])
    done = line.json("backup")["result"]
    assert (done["snapshot"]["files"], done["unread"]) == (3, 0)
    line("restore", "latest", "--to", str(tmp_path / "back"))
    back = restored(tmp_path / "back", folder)
    found = {}
    for above, _, names in os.walk(_long(back)):
        for name in names:
            with open(os.path.join(above, name), "rb") as file:
                found[os.path.relpath(os.path.join(above, name), _long(back))] = file.read()
    assert found.pop(str(deep.relative_to(folder) / "compte rendu.txt")) == b"deep"
    assert found.pop("fin") == b"none"
    assert list(found.values()) == [b"dot"]  # under a name that Windows takes


@windows
def test_a_source_in_the_vault_is_refused_however_it_is_written(line: CommandLine) -> None:
    for path in (str(line.vault), str(line.vault).upper(), _long(line.vault), str(line.vault / "packs")):
        assert line.error("backup", path, code=2) == "source_in_vault", path


@windows
def test_one_source_however_its_letters_are_written(line: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "Cabinet"
    folder.mkdir()
    line("sources", "add", str(folder))
    for path in (str(folder).upper(), str(folder).lower()):
        assert line.error("sources", "add", path, code=2) == "source_known", path
    line("sources", "remove", str(folder).swapcase())
    assert line.json("sources", "list")["items"] == []


class _Keys:
    """Opens the vault of a command line, as a forge wants it."""

    def __init__(self, line: CommandLine) -> None:
        self._line = line
        self.clock, self.random = FixedClock(), SeededRandom()

    def open(self) -> Vault:
        return open_with_key(
            FolderStore(str(self._line.vault)), "recovery", words.decode(" ".join(self._line.words))
        )


def _commit_windows(line: CommandLine, letter: bytes = b"bonjour") -> None:
    """A snapshot made on Windows: a letter, a folder that tells case, a share, odd names, a link."""
    forge = Forge(_Keys(line))  # type: ignore[arg-type]

    def written(name: str, content: bytes = b"x") -> Any:
        return file(name.encode(), forge.chunk(content), len(content))

    def inside(name: str, *entries: Any) -> Any:
        return folder(name.encode(), forge.leaf(*sorted(entries, key=lambda entry: entry.name)))

    linked = other(b"Vers courriers", SYMLINK, b"Courriers\\..\\Courriers")
    home = inside(
        "Léa",
        inside("Courriers", written("Lettre.TXT", letter), written("gpj.\u202eexe"), written("Straße.txt")),
        inside("Projet", written("Makefile", b"big"), written("makefile", b"small")),
        linked,
    )
    forge.commit(
        forge.leaf(
            inside("C", inside("Postes", home)),
            inside("UNC", inside("serveur", inside("Cabinet", written("plan.pdf")))),
        ),
        system="windows",
        sources=["/C/Postes/Léa".encode(), b"/UNC/serveur/Cabinet"],
    )


@pytest.fixture
def foreign(line: CommandLine) -> CommandLine:
    """With a snapshot that was made on Windows, whatever this system is."""
    _commit_windows(line)
    return line


def test_people_read_paths_as_windows_writes_them(foreign: CommandLine) -> None:
    listed = foreign("ls", "-R", "latest:/").out
    for shown in (
        "  C:\\\n",
        "  C:\\Postes\\Léa\\Courriers\\\n",
        "  C:\\Postes\\Léa\\Courriers\\Lettre.TXT\n",
        "  C:\\Postes\\Léa\\Vers courriers -> Courriers\\..\\Courriers\n",
        "  \\\\serveur\\Cabinet\\plan.pdf\n",
        # What cannot be shown is escaped, which would read as folders in a path with backslashes.
        "  /C/Postes/Léa/Courriers/gpj.\\u202eexe\n",
    ):
        assert shown in listed, (shown, listed)
    found = foreign("find", "lettre").out
    assert "  C:\\Postes\\Léa\\Courriers\\Lettre.TXT  (" in found
    assert "C:\\Postes\\Léa \\\\serveur\\Cabinet" in foreign("snapshots").out
    _commit_windows(foreign, b"bonsoir")
    first = foreign.json("snapshots")["items"][0]["id"]
    assert foreign("diff", f"{first}:C:\\", "latest:C:\\").out == (
        "~ C:\\Postes\\Léa\\Courriers\\Lettre.TXT  (7 B → 7 B)\n"
    )


def test_programs_read_both_forms(foreign: CommandLine) -> None:
    items = {item["path"]: item for item in foreign.json("ls", "-R", "latest:/")["items"]}
    assert items["/C/Postes/Léa/Courriers/Lettre.TXT"]["native"] == "C:\\Postes\\Léa\\Courriers\\Lettre.TXT"
    assert items["/UNC/serveur/Cabinet"]["native"] == "\\\\serveur\\Cabinet"
    assert "native" not in items["/C/Postes/Léa/Courriers/gpj.\\u202eexe"]
    for path in items:  # each form can be given back
        for form in {path, items[path].get("native", path)}:
            assert foreign.json("ls", f"latest:{form}")["items"] is not None, form


@pytest.mark.parametrize(
    "typed",
    [
        "/C/Postes/Léa/Courriers/Lettre.TXT",
        "C:\\Postes\\Léa\\Courriers\\Lettre.TXT",
        "C:/Postes/Léa/Courriers/Lettre.TXT",
        "c:\\postes\\LÉA\\courriers\\lettre.txt",
        "/c/postes/léa/COURRIERS/lettre.txt",
    ],
)
def test_windows_paths_are_found_in_any_case(foreign: CommandLine, tmp_path: Path, typed: str) -> None:
    assert foreign("cat", f"latest:{typed}").out == "bonjour"
    listed = foreign.json("ls", f"latest:{typed}")["items"]
    assert [item["path"] for item in listed] == ["/C/Postes/Léa/Courriers/Lettre.TXT"]
    (state,) = foreign.json("versions", typed)["items"]
    assert state["entry"]["path"] == "/C/Postes/Léa/Courriers/Lettre.TXT"
    foreign("restore", f"latest:{typed}", "--to", str(tmp_path / "back"))
    found = [path for path in (tmp_path / "back").rglob("*") if path.is_file()]
    assert [path.relative_to(tmp_path / "back").as_posix() for path in found] == [
        "C/Postes/Léa/Courriers/Lettre.TXT"
    ]


def test_the_exact_name_comes_first_and_no_name_is_guessed(foreign: CommandLine) -> None:
    assert foreign("cat", "latest:C:\\Postes\\Léa\\Projet\\makefile").out == "small"
    assert foreign("cat", "latest:c:\\postes\\léa\\projet\\Makefile").out == "big"
    for typed in (
        "C:\\Postes\\Léa\\Projet\\MAKEFILE",
        "C:\\Postes\\Léa\\Courriers\\STRASSE.TXT",
        "D:\\Postes",
    ):
        assert foreign.error("ls", f"latest:{typed}", code=2) == "path_not_in_snapshot", typed
    assert foreign.json("ls", "latest:C:\\Postes\\Léa\\Courriers\\STRAßE.TXT")["items"]


def test_a_search_may_begin_at_a_folder_of_windows(foreign: CommandLine) -> None:
    for under in ("c:\\postes\\léa\\courriers", "C:/Postes/Léa/Courriers", "/C/Postes/Léa/Courriers"):
        found = foreign.json("find", "*", "--under", under)["items"]
        assert len(found) == 3
        assert {item["entry"]["path"].rpartition("/")[0] for item in found} == {"/C/Postes/Léa/Courriers"}


@pytest.mark.parametrize(
    "pattern",
    ["*.txt", "lettre.*", "C:\\Postes\\*\\lettre.txt", "c:/postes/*/LETTRE.TXT", "*\\courriers\\let*"],
)
def test_patterns_on_windows_paths_ignore_case(foreign: CommandLine, tmp_path: Path, pattern: str) -> None:
    foreign("restore", "latest:C:\\", "--to", str(tmp_path / "back"), "--include", pattern)
    names = {path.name for path in (tmp_path / "back").rglob("*") if path.is_file()}
    assert "Lettre.TXT" in names and not names - {"Lettre.TXT", "Straße.txt"}


@pytest.mark.skipif(sys.platform == "win32", reason="a snapshot of this system tells case")
def test_other_systems_tell_case(line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "Cabinet").mkdir()
    (tmp_path / "Cabinet" / "Lettre.txt").write_bytes(b"x")
    line("backup", str(tmp_path / "Cabinet"))
    inside = f"{tmp_path}/Cabinet/lettre.txt"
    assert line.error("ls", f"latest:{inside}", code=2) == "path_not_in_snapshot"
    assert (
        line.error("restore", f"latest:{inside}", "--to", str(tmp_path / "b"), code=2)
        == "path_not_in_snapshot"
    )
    line("restore", "latest", "--to", str(tmp_path / "c"), "--include", "*.TXT", code=2)


def test_names_of_linux_are_listed_found_and_restored_anywhere(line: CommandLine, tmp_path: Path) -> None:
    """Bytes that are not text, and names that Windows forbids, end nothing; there they get others."""
    forge = Forge(_Keys(line))  # type: ignore[arg-type]
    names = {b"caf\xe9": b"one", b"12:30.txt": b"two", b"a\\b": b"three", "été".encode(): b"four"}
    entries = [file(name, forge.chunk(data), len(data)) for name, data in sorted(names.items())]
    forge.commit(forge.leaf(folder(b"srv", forge.leaf(*entries))), system="linux", sources=[b"/srv"])
    listed = line.json("ls", "latest:/srv")["items"]
    assert [item["path"] for item in listed] == [f"/srv/{display(name)}" for name in sorted(names)]
    assert "/srv/caf\\xe9\n" in line("ls", "latest:/srv").out
    for name, data in names.items():
        shown = f"/srv/{display(name)}"
        assert line("cat", f"latest:{shown}").out.encode() == data
        assert [f["entry"]["path"] for f in line.json("versions", shown)["items"]] == [shown]
    assert len(line.json("find", "*", "--under", "/srv")["items"]) == len(names)
    line("restore", "latest", "--to", str(tmp_path / "back"))
    rules = WINDOWS if sys.platform == "win32" else MACOS if sys.platform == "darwin" else POSIX
    for name, data in names.items():
        where = os.path.join(os.fsencode(tmp_path / "back" / "srv"), rules.on_disk(name))
        assert Path(os.fsdecode(where)).read_bytes() == data


@windows
def test_every_text_of_windows_has_its_paths(line: CommandLine, tmp_path: Path) -> None:
    source = tmp_path / "Cabinet"
    source.mkdir()
    (source / "occupé.txt").write_bytes(b"x")
    (source / "vide.tmp").write_bytes(b"x")
    # Python's short form of the drive differs from run to run by nothing: it is always a capital.
    named = str(source)[0].upper() + str(source)[1:]
    assert line("sources", "add", str(source), "--exclude", "*.tmp").out == f"Source added: {named}\n"
    assert line("sources", "list").out.startswith(named)
    assert f"      {named}\\vide.tmp\n" in line("sources", "preview").out
    absent = line("backup", str(source / "absent"), code=1)
    assert f"! {named}\\absent: " in absent.err
    line("backup")
    assert f"{named}\\occupé.txt\n" in line("ls", "-R", "latest").out
    missing = line("cat", f"latest:{named}\\absent.txt", code=2)
    assert f"{named}\\absent.txt" in missing.err and "/C/" not in missing.err
    assert line.json("cat", f"latest:{named}", code=2)["error"] is not None


@windows
@pytest.mark.skipif(WINE, reason="Wine makes no links")
def test_links_come_back_as_the_kind_they_were(line: CommandLine, tmp_path: Path) -> None:
    source = tmp_path / "Cabinet"
    (source / "dossier").mkdir(parents=True)
    (source / "fichier.txt").write_bytes(b"x")
    (source / "vers dossier").symlink_to("dossier", target_is_directory=True)
    (source / "vers fichier").symlink_to("fichier.txt")
    (source / "vers rien").symlink_to("absent", target_is_directory=True)
    line("backup", str(source))
    line("restore", "latest", "--to", str(tmp_path / "back"))
    back = restored(tmp_path / "back", source)
    for name, is_folder in (("vers dossier", True), ("vers fichier", False), ("vers rien", True)):
        assert os.readlink(back / name) == os.readlink(source / name)
        found = os.lstat(back / name).st_file_attributes  # type: ignore[attr-defined,unused-ignore]
        assert bool(found & 0x10) is is_folder, name
    assert (back / "vers dossier").is_dir()
