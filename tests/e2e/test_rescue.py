"""A vault made by the program, restored by the rescue file alone: another process that cannot import us."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from cyberlib_client.resources import resource
from tests.old_vaults.reading import FOLDER, expected
from tests.vectors.rescue import program
from tools.old_vault import FROM_WINDOWS, PASSPHRASE, Tree, describe, first_day, noise, second_day

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the practice has fifos, holes and attributes"
)

ROOT: Final = Path(__file__).resolve().parents[2]
WITHOUT_US: Final = """
import runpy, sys
sys.modules["cyberlib_client"] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


class Rescue:
    """The rescue program on one vault."""

    def __init__(self, vault: Path, words: str) -> None:
        self.vault = vault
        self.words_file = vault.parent / "words.txt"
        self.words_file.write_text(words, encoding="utf-8")

    def __call__(self, *args: str | Path, code: int = 0, secret: bool = True) -> str:
        """What it says on both outputs."""
        words = ["--words-file", str(self.words_file)] if secret else []
        command = [sys.executable, "-I", "-c", WITHOUT_US, str(resource("rescue/cyberlib_rescue.py"))]
        done = subprocess.run(
            [*command, str(self.vault), *map(str, args), *words],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1"},
        )
        assert done.returncode == code, done.stdout
        assert "Traceback" not in done.stdout
        return done.stdout

    def copy(self, to: Path) -> Rescue:
        """The same on a copy of the vault, to be broken."""
        shutil.copytree(self.vault, to / "vault")
        return Rescue(to / "vault", self.words_file.read_text(encoding="utf-8"))

    def objects(self, kind: str) -> list[Path]:
        """Files of a kind of objects."""
        return sorted(path for path in (self.vault / kind).rglob("*") if path.is_file())


def _cyberlib(place: Path, *args: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "CYBERLIB_PASSPHRASE": PASSPHRASE}
    command = [sys.executable, "-m", "cyberlib_client", "--profile", str(place / "profile"), *args]
    done = subprocess.run(command, check=False, capture_output=True, env=environment, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr


class Practice:
    """What the program was given on two days, and the vault it made of it."""

    def __init__(self, place: Path) -> None:
        self.files = place / "cabinet"
        self.files.mkdir()
        vault, words = place / "vault", place / "kit.txt"
        _cyberlib(
            place, "vault", "create", "--at", str(vault), "--device-file", "--device-name", "Cabinet 1",
            "--words-file", str(words),
        )  # fmt: skip
        root = os.fsencode(self.files)
        first_day(root)
        self._large()
        self.first = self._backup(place, root)
        second_day(root)
        self.second = self._backup(place, root)
        self.rescue = Rescue(vault, words.read_text(encoding="utf-8"))

    def _large(self) -> None:
        """What the frozen vault has no room for: several segments, long and odd names."""
        (self.files / "image.bin").write_bytes(noise("image", 3_000_000))
        (self.files / "base.sqlite").write_bytes(
            b"SQLite format 3\0\x10\0" + noise("base", 300_000) + bytes(200_000) + noise("rest", 300_001)
        )
        for name in ("n" * 255, "deux\nlignes", "antislash\\fin ", "😀", "-rf", "a" * 200 + ".txt"):
            (self.files / name).write_text(name, encoding="utf-8")
        sealed = self.files / "lecture seule"
        sealed.mkdir()
        (sealed / "dedans").write_bytes(b"inside")
        os.chmod(sealed, 0o500)
        os.setxattr(sealed, "user.dossier", b"1" * 3000)

    def _backup(self, place: Path, root: bytes) -> Tree:
        _cyberlib(place, "backup", "--no-default-exclusions", str(self.files))
        return describe(root)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    return Practice(tmp_path_factory.mktemp("practice"))


def _restored(to: Path, practice: Practice) -> Tree:
    return describe(os.fsencode(to / practice.files.relative_to("/")))


def _kept(folder: Path) -> dict[str, str]:
    """Every byte of a folder."""
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()}


def test_all_comes_back(practice: Practice, tmp_path: Path) -> None:
    before = _kept(practice.rescue.vault)
    said = practice.rescue(tmp_path / "out")
    assert "Tout est restauré" in said
    to = tmp_path / "out" / "Cabinet 1"
    assert _restored(to, practice) == practice.second
    assert _kept(practice.rescue.vault) == before
    hollow = to / practice.files.relative_to("/") / "creux.img"
    assert hollow.stat().st_blocks * 512 < hollow.stat().st_size // 2


def test_an_older_snapshot_by_the_passphrase(practice: Practice, tmp_path: Path) -> None:
    phrase = tmp_path / "phrase"
    phrase.write_text(PASSPHRASE + "\n", encoding="utf-8")
    listed = practice.rescue("--list")
    ids = [line.split()[0] for line in listed.splitlines() if not line.startswith(" ")]
    assert len(ids) == 2
    practice.rescue(tmp_path / "out", "--snapshot", ids[0], "--passphrase-file", phrase, secret=False)
    assert _restored(tmp_path / "out", practice) == practice.first


def test_one_file_alone(practice: Practice, tmp_path: Path) -> None:
    wanted = practice.files / "courriers" / "radio.bin"
    practice.rescue(tmp_path / "out", "--snapshot", "latest", "--path", wanted)
    found = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert found == [tmp_path / "out" / wanted.relative_to("/")]
    assert found[0].read_bytes() == wanted.read_bytes()
    said = practice.rescue(tmp_path / "no", "--snapshot", "latest", "--path", "/nothing/here", code=3)
    assert "path_unknown" in said


@pytest.mark.parametrize("lost", ["index", "vault", "slots"])
def test_what_can_be_done_without(practice: Practice, tmp_path: Path, lost: str) -> None:
    rescue = practice.rescue.copy(tmp_path)
    if lost == "index":
        shutil.rmtree(rescue.vault / "index")
    elif lost == "vault":
        os.unlink(rescue.vault / "vault")
    else:
        rescue.objects("slots")[0].write_bytes(b"damaged")
    rescue(tmp_path / "out")
    assert _restored(tmp_path / "out" / "Cabinet 1", practice) == practice.second


@pytest.mark.parametrize("kind", ["index", "snapshots", "packs"])
def test_a_damaged_object_is_named(practice: Practice, tmp_path: Path, kind: str) -> None:
    rescue = practice.rescue.copy(tmp_path)
    damaged = min(rescue.objects(kind), key=lambda path: path.stat().st_size)
    data = bytearray(damaged.read_bytes())
    data[4] ^= 2  # the version of the format
    damaged.write_bytes(data)
    if kind == "packs":
        shutil.rmtree(rescue.vault / "index")
    said = rescue("--list") if kind != "packs" else rescue(tmp_path / "out", code=3)
    assert kind != "snapshots" or damaged.name in said
    if kind == "index":
        assert damaged.name in rescue(tmp_path / "out")
        assert _restored(tmp_path / "out" / "Cabinet 1", practice) == practice.second


@pytest.mark.parametrize("change", [-1, 1])
def test_a_pack_of_another_length_has_what_an_index_tells(
    practice: Practice, tmp_path: Path, change: int
) -> None:
    """Its trailer is lost, and nothing else."""
    rescue = practice.rescue.copy(tmp_path)
    for pack in rescue.objects("packs"):
        data = pack.read_bytes()
        pack.write_bytes(data[:-1] if change < 0 else data + b"+")
    said = rescue(tmp_path / "out")
    assert "Tout est restauré" in said
    assert _restored(tmp_path / "out" / "Cabinet 1", practice) == practice.second


def test_snapshots_that_are_all_damaged_are_not_taken_for_none(practice: Practice, tmp_path: Path) -> None:
    rescue = practice.rescue.copy(tmp_path)
    for snapshot in rescue.objects("snapshots"):
        snapshot.write_bytes(snapshot.read_bytes()[:-1])
    assert "no_snapshot_left" in rescue(tmp_path / "out", code=1)
    shutil.rmtree(rescue.vault / "snapshots")
    said = rescue(tmp_path / "out", code=1)
    assert "[no_snapshot]" in said
    assert not (tmp_path / "out").exists()


def test_altered_slot_tables_still_open(practice: Practice, tmp_path: Path) -> None:
    """The slot that opens is sound by itself; the tables' MAC and name are not."""
    rescue = practice.rescue.copy(tmp_path)
    for table in rescue.objects("slots"):
        table.write_bytes(table.read_bytes().replace(b'"created":1', b'"created":2'))
    said = rescue("--list")
    assert "table_altered" in said
    assert "Cabinet 1" in said


def _break_a_data_segment(rescue: Rescue) -> None:
    """One bit of the first segment that holds content."""
    options = program.parse_arguments([str(rescue.vault), "--list", "--words-file", str(rescue.words_file)])
    keys = program.open_keys(str(rescue.vault), options)
    vault = program.Vault(str(rescue.vault), keys, lambda _path, _why: None)
    pack, _, segment = next(place for place in vault.places if place[2].kind == program.DATA)
    path = Path(vault.paths[pack.name])
    data = bytearray(path.read_bytes())
    data[segment.offset + 10] ^= 1
    path.write_bytes(data)


def test_damage_costs_what_it_hits_and_no_more(practice: Practice, tmp_path: Path) -> None:
    rescue = practice.rescue.copy(tmp_path)
    _break_a_data_segment(rescue)
    said = rescue(tmp_path / "out", code=3)
    found, wanted = _restored(tmp_path / "out" / "Cabinet 1", practice), practice.second
    lost = wanted.keys() - found.keys()
    assert 0 < len(lost) < len(wanted)
    assert found.keys() < wanted.keys()
    for path, item in found.items():
        assert item == wanted[path] or "same_as" in wanted[path]
    named = [line for line in said.splitlines() if line.startswith("NON RESTAURÉ")]
    assert len(named) == len(lost)
    assert all(any(str(practice.files) + path in line for line in named) for path in lost if path.isascii()
               and "\\" not in path)  # fmt: skip


def test_what_is_left_of_a_damaged_file_can_be_kept(practice: Practice, tmp_path: Path) -> None:
    rescue = practice.rescue.copy(tmp_path)
    _break_a_data_segment(rescue)
    rescue(tmp_path / "out", "--keep-damaged", code=3)
    top = tmp_path / "out" / "Cabinet 1" / practice.files.relative_to("/")
    left = [path.relative_to(top) for path in top.rglob("*.damaged")]
    assert left
    for path in left:
        original = practice.files / path.with_name(path.name.removesuffix(".damaged"))
        assert (top / path).stat().st_size == original.stat().st_size


def test_nothing_there_is_touched(practice: Practice, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine").write_bytes(b"mine")
    assert "dest_not_empty" in practice.rescue(full, code=1)
    assert "dest_not_empty" in practice.rescue(full / "mine", code=1)
    assert "dest_in_vault" in practice.rescue(practice.rescue.vault / "out", code=1)
    assert not (practice.rescue.vault / "out").exists()
    assert _kept(full) == {str(full / "mine"): hashlib.sha256(b"mine").hexdigest()}


def test_wrong_secrets_and_no_vault(practice: Practice, tmp_path: Path) -> None:
    told = expected("v1").words
    stranger = Rescue(shutil.copytree(practice.rescue.vault, tmp_path / "v"), told)
    assert "wrong_secret" in stranger(tmp_path / "out", code=1)
    assert "recovery_words_count 23" in Rescue(stranger.vault, told.rpartition(" ")[0])("--list", code=1)
    assert "not_a_vault" in Rescue(tmp_path, told)("--list", code=1)
    assert "not_a_vault" in Rescue(tmp_path / "nowhere", told)("--list", code=1)
    assert not (tmp_path / "out").exists()
    stranger(code=2)


def test_the_frozen_vault_comes_back_on_disk(tmp_path: Path) -> None:
    told = expected("v1")
    rescue = Rescue(shutil.copytree(FOLDER / "v1" / "vault", tmp_path / "vault"), told.words)
    said = rescue(tmp_path / "out", code=3)
    assert told.without_content in said
    for number, device, source in ((2, "Cabinet 1", "/srv/cabinet"), (1, "Accueil", "/srv/accueil")):
        wanted = told.tree(number)
        wanted.pop(told.without_content, None)
        found = describe(os.fsencode(tmp_path / "out" / device) + source.encode(), source.encode())
        assert found == wanted
    assert f"ads:… ({1})" in said
    assert (tmp_path / "out" / "Cabinet 1" / "srv" / "cabinet" / os.fsdecode(FROM_WINDOWS)).exists()


def test_a_passphrase_file_that_is_no_utf8_is_said_to_be(tmp_path: Path) -> None:
    phrase = tmp_path / "phrase"
    phrase.write_bytes("été".encode("latin-1"))
    said = _frozen(tmp_path)("--list", "--passphrase-file", phrase, code=1, secret=False)
    assert "passphrase_not_text" in said


# ---- tables that somebody without the keys adds -------------------------------------------------------


def _frozen(tmp_path: Path) -> Rescue:
    return Rescue(shutil.copytree(FOLDER / "v1" / "vault", tmp_path / "vault"), expected("v1").words)


def _change_table(rescue: Rescue, change: Callable[[dict[str, Any]], None], *, keep: bool = True) -> None:
    """Adds the table with a change, as a newer one; `keep` False: in place of the real ones."""
    tables = rescue.objects("slots")
    line, mac, _ = tables[0].read_bytes().split(b"\n")
    table = json.loads(line)
    table["generation"] += 7
    change(table)
    data = json.dumps(table, separators=(",", ":")).encode() + b"\n" + mac + b"\n"
    (rescue.vault / "slots" / hashlib.sha256(data).hexdigest()).write_bytes(data)
    for path in tables if not keep else ():
        path.unlink()


def _alter_wrapped(table: dict[str, Any]) -> None:
    for slot in table["slots"]:
        first = int(slot["wrapped"][0], 16) ^ 1
        slot["wrapped"] = f"{first:x}{slot['wrapped'][1:]}"


def _ask_too_much(table: dict[str, Any]) -> None:
    for slot in table["slots"]:
        if slot["type"] == "passphrase":
            slot["kdf"]["passes"] = 17


def test_an_added_table_with_an_altered_secret_stops_nothing(tmp_path: Path) -> None:
    rescue = _frozen(tmp_path)
    _change_table(rescue, _alter_wrapped)
    said = rescue("--list")
    assert "Accueil" in said
    assert "table_altered" not in said, "the real one opened"


def test_an_added_table_that_costs_too_much_stops_nothing(tmp_path: Path) -> None:
    rescue = _frozen(tmp_path)
    phrase = tmp_path / "phrase"
    phrase.write_text(expected("v1").passphrase + "\n", encoding="utf-8")
    _change_table(rescue, _ask_too_much)
    assert "Accueil" in rescue("--list", "--passphrase-file", phrase, secret=False)


@pytest.mark.parametrize(
    ("change", "code"), [(_alter_wrapped, "not_authentic"), (_ask_too_much, "kdf_out_of_bounds")]
)
def test_when_nothing_opens_the_first_reason_is_told(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], code: str
) -> None:
    rescue = _frozen(tmp_path)
    phrase = tmp_path / "phrase"
    phrase.write_text(expected("v1").passphrase + "\n", encoding="utf-8")
    _change_table(rescue, change, keep=False)
    assert code in rescue("--list", "--passphrase-file", phrase, code=1, secret=False)
