"""The ransomware alarm from end to end: raised by a backup, shown, kept, taken back against a proof."""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from benchmarks import ransom_tree as made
from benchmarks.ransom_attacks import WAYS
from benchmarks.ransom_engine import Engine
from cyberlib_client.app import alarms
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.transports.memory import MemoryStore
from tests.support.command_line import PASSPHRASE, CommandLine

RNG = random.Random("cli alarm")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(6):
        below = tmp_path / "cabinet" / f"dossier {number}"
        below.mkdir(parents=True)
        for piece in range(5):
            (below / f"lettre {piece}.pdf").write_bytes(made.pdf(RNG))
            (below / f"note {piece}.txt").write_bytes(made.text(RNG))
    return tmp_path / "cabinet"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    line = CommandLine(tmp_path_factory.mktemp("empty"))
    line.make_vault()
    return line


@pytest.fixture
def line(empty: CommandLine, tmp_path: Path, folder: Path) -> CommandLine:
    line = empty.copy(tmp_path)
    line("sources", "add", str(folder))
    line("backup")
    return line


def encrypt(folder: Path) -> None:
    for path in sorted(folder.rglob("*.*")):
        path.write_bytes(RNG.randbytes(path.stat().st_size + 16))


def frozen(line: CommandLine) -> bool:
    return alarms.is_frozen(profile_at(str(line.profile)))


def codes(document: dict[str, list[dict[str, str]]]) -> list[str]:
    return [notice["code"] for notice in document["notices"]]


def test_an_attack_is_told_by_the_backup_that_sees_it(line: CommandLine, folder: Path) -> None:
    clean = line.json("snapshots")["items"][-1]["id"]
    (folder / "dossier 0" / "note 0.txt").write_bytes(made.text(RNG))
    assert codes(line.json("backup")) == []
    assert line.json("alarm", "show")["result"]["level"] == "none" and not frozen(line)
    assert "No alarm." in line("alarm", "show").out
    clean = line.json("snapshots")["items"][-1]["id"]

    encrypt(folder)
    done = line.json("backup")  # its exit code is that of any backup
    (notice,) = [n for n in done["notices"] if n["code"] == "ransomware_suspected"]
    assert notice["facts"]["snapshot"] == clean[:8] and notice["facts"]["count"] == 60
    assert "network" in notice["advice"] and "no longer what their names say" in notice["title"]
    assert done["result"]["outcome"] == "completed"

    shown = line.json("alarm", "show")["result"]
    assert (shown["level"], shown["clean"], shown["lost"]) == ("critical", clean, 60)
    assert {r["code"]: r["count"] for r in shown["reasons"]} == {"broken": 30, "dense": 30}
    assert frozen(line)
    text = line("alarm", "show").out
    assert f"Last snapshot before: {clean[:8]}." in text and "30" in text
    assert "lettre" not in (line.profile / "alarm.json").read_text(encoding="utf-8")

    assert "ransomware_suspected" in codes(line.json("backup"))  # it stands, and backups go on
    assert line.json("alarm", "show")["result"]["clean"] == clean
    assert len(line.json("snapshots")["items"]) == 4


def test_what_the_alarm_proposes_has_the_files_as_they_were(
    line: CommandLine, folder: Path, tmp_path: Path
) -> None:
    before = (folder / "dossier 3" / "lettre 1.pdf").read_bytes()
    encrypt(folder)
    line("backup")
    clean = line.json("alarm", "show")["result"]["clean"]
    assert f"cyberlib restore {clean[:8]} --to" in line("alarm", "show").out, (
        "what to do, for whoever reads it"
    )
    line("restore", clean[:8], "--to", str(tmp_path / "out"))
    (back,) = (tmp_path / "out").rglob("dossier 3/lettre 1.pdf")
    assert back.read_bytes() == before


def test_it_is_taken_back_against_a_proof(line: CommandLine, folder: Path) -> None:
    assert line.error("alarm", "dismiss", code=2) == "no_alarm"
    encrypt(folder)
    line("backup")
    assert line.error("alarm", "dismiss", code=5) == "proof_needed"
    assert frozen(line)
    with line.secret(PASSPHRASE):
        line("alarm", "dismiss", "--reason", "essai")
    assert not frozen(line)
    kept = json.loads((line.profile / "alarm.json").read_text(encoding="utf-8"))
    assert [told["reason"] for told in kept["dismissed"]] == ["essai"]
    assert codes(line.json("backup")) == []
    encrypt(folder)  # what nobody vouched for
    for path in folder.rglob("*.pdf"):
        path.rename(path.with_suffix(".pdf.locked"))
    assert "ransomware_suspected" in codes(line.json("backup"))


def test_most_of_the_files_deleted(line: CommandLine, folder: Path) -> None:
    before = line.json("snapshots")["items"][-1]["id"]
    for number in range(5):
        shutil.rmtree(folder / f"dossier {number}")
    assert "ransomware_suspected" in codes(line.json("backup"))
    shown = line.json("alarm", "show")["result"]
    assert [reason["code"] for reason in shown["reasons"]] == ["deleted"]
    assert (shown["lost"], shown["clean"]) == (50, before)
    assert frozen(line)


def test_decoys(line: CommandLine, folder: Path) -> None:
    placed = line.json("alarm", "canaries", "on")["result"]
    assert placed["placed"] == 14  # two in each folder
    names = sorted(path.name for path in (folder / "dossier 2").iterdir())
    assert names[0].startswith(".000-") and names[-1].startswith("zzz-")
    assert codes(line.json("backup")) == []
    assert line.json("alarm", "show")["result"]["canaries"] == 14
    # A folder that goes takes its decoys with it.
    (folder / "dossier 5").rename(folder.parent / "ailleurs")
    assert codes(line.json("backup")) == []
    decoy = folder / "dossier 2" / names[0]
    decoy.write_bytes(RNG.randbytes(900))
    if (
        exchanged := sys.platform != "win32"
    ):  # nobody writes into it: whoever waited for that would wait for ever
        other = folder / "dossier 3" / names[0]
        other.unlink()
        os.mkfifo(other)
    assert "ransomware_suspected" in codes(line.json("backup"))
    reason, *_ = line.json("alarm", "show")["result"]["reasons"]
    assert (reason["code"], reason["count"]) == ("canaries_changed", 1 + exchanged)
    removed = line.json("alarm", "canaries", "off")["result"]
    assert removed["removed"] == 11 - exchanged
    left = {path.name for path in folder.rglob("*") if path.is_file()}
    assert len([n for n in left if n.startswith((".000-", "zzz-"))]) == 1  # the one that is no decoy any more


def test_a_memory_that_is_damaged_costs_no_backup(line: CommandLine, folder: Path) -> None:
    (line.profile / "alarm.json").write_bytes(b'{"past": 7}')
    assert frozen(line)  # nobody can tell
    assert line.error("alarm", "show", code=7) == "alarm_damaged"
    assert codes(line.json("backup")) == ["alarm_damaged"]
    assert (line.profile / "alarm.json.damaged").read_bytes() == b'{"past": 7}'
    assert not frozen(line)
    encrypt(folder)
    assert "ransomware_suspected" in codes(line.json("backup"))


def _forged(line: CommandLine, **fields: object) -> None:
    path = line.profile / "alarm.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **fields}))


@pytest.mark.parametrize("name", ["note 1.txt", "zzz-recapitulatif-2026.xlsx.txt", "..", "a\0b", ""])
def test_a_forged_list_of_decoys_removes_no_file(line: CommandLine, folder: Path, name: str) -> None:
    letter = folder / "dossier 1" / "note 1.txt"
    digest = sha256(letter.read_bytes()).hexdigest()
    path = os.fsencode(letter.parent) + os.sep.encode() + name.encode()
    _forged(line, canaries=[{"path": b64encode(path).decode(), "digest": digest}])
    assert line.error("alarm", "canaries", "off", code=7) == "alarm_damaged"
    assert codes(line.json("backup")) == ["alarm_damaged"]
    assert line.json("alarm", "canaries", "off")["result"]["removed"] == 0
    assert letter.exists()


@pytest.mark.parametrize(
    "past",
    [
        {"days": [{"day": 10**30, "broken": 1}]},
        {"days": [{"day": 1, "broken": 10**400}]},
        {"endings": {".pdf": [10**40, -(10**40)]}},
        {"strange": {"x": [1, 10**40]}},
        {"allowed": 1e300},
        {"allowed": -1.0},
        {"days": [{"day": 1}] * 5000},
    ],
    ids=lambda past: str(past)[:30],
)
def test_numbers_beyond_all_bounds_are_damage(
    line: CommandLine, folder: Path, past: dict[str, object]
) -> None:
    _forged(line, past=past)
    encrypt(folder)
    assert codes(line.json("backup")) == ["alarm_damaged", "ransomware_suspected"]


def test_weeks_of_work_then_attacks_through_the_engine(tmp_path: Path) -> None:
    """A small form of `python -m benchmarks.ransomware`: the same code at the same doors."""
    engine = Engine(tmp_path, 260, MemoryStore())
    steps = []
    for day, burst in enumerate(
        ("scanner folder", "Office conversion", "photos re-encoded", "documents protected", "software update")
    ):
        steps += [engine.work("work"), engine.work(burst)]
        assert not any(step.alarm for step in steps), (day, burst)
    for way in list(WAYS)[:3]:
        attack = list(engine.attack(way, 26, 4))
        steps += attack
        first = next(step for step in attack if step.alarm)
        assert first.lost is not None and first.lost <= 13, way  # a twentieth
    assert [step.name for step in steps if not step.agree] == []
