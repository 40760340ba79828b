"""What support gets: all of it helps, none of it names anybody."""

from __future__ import annotations

import json
import os
import random
import string
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.diagnosis.archive import MOST
from cyberlib_client.app.diagnosis.contents import PARTS
from cyberlib_client.app.diagnosis.redacting import Redactor
from cyberlib_client.state.records import Moment, RunRecord
from tests.faults.disks import fill, mounted_tmpfs
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.trees import make_tree

NAME = "Quatremarre"


def parts(archive: Path) -> dict[str, str]:
    with zipfile.ZipFile(archive) as read:
        return {name: read.read(name).decode("utf-8") for name in read.namelist()}


def told(archive: Path, name: str) -> Any:
    return json.loads(parts(archive)[name])


def markers(rng: random.Random) -> list[str]:
    """Names and secrets such as there are, each different."""
    made = [
        f"{NAME} Zéphyrine.odt", f"/srv/{NAME}/Courriers/lettre.txt", f"C:\\Cabinet\\{NAME}", NAME.lower(),
        f"{NAME}_1234567", "cyk1-" + "".join(rng.choices("abcdefghjkmnpqrstuvwxyz23456789", k=40)),
        PASSPHRASE, "1 84 12 76 451 089 46", "184127645108946",
    ]  # fmt: skip
    for _ in range(30):
        letters = string.ascii_letters + "éèçœ _-." + string.digits
        made.append(f"Zq{''.join(rng.choices(letters, k=rng.randint(8, 40)))}qZ".replace("\n", ""))
    return made


def plant(line: CommandLine, rng: random.Random) -> list[str]:
    """Puts them where a profile keeps what it was told, also as whoever damages files would."""
    all_ = markers(rng)
    words = json.dumps
    settings = line.profile / "settings.toml"
    text = settings.read_text("utf-8")
    for each in all_:
        text += f"\n[[sources]]\npath = {words('/srv/' + each)}\nexclude = [{words(each)}]\n"
    text += f'\n[[hooks]]\nname = {words(all_[1])}\nwhen = "before"\ncommand = [{words(all_[2])}, "--key"]\n'
    text += f'\n[[copies]]\nname = "{NAME}"\nat = {words(all_[1])}\n'
    settings.write_text(text, encoding="utf-8")
    profile = profile_at(str(line.profile))
    history, now = bootstrap.history(profile), bootstrap.clock()
    for each in all_:
        facts = {"path": each, each: each, "at": each, "reason": f"key_unknown:{each}", "detail": each}
        run = history.begin("backup", "user", now)
        history.end(run, RunRecord("backup", "user", now, now, "failed", 1, each, facts, each, scope=each))
        history.raise_incident("unreadable", each, "warning", facts, now)
        history.raise_incident(each, each, "warning", facts, now)
        history.note(Moment(now, each, facts))
    history.close()
    crashes = Path(profile.crashes)
    crashes.mkdir(parents=True, exist_ok=True)
    for number, each in enumerate(all_[:18]):
        (crashes / f"{number:02}-{number}.txt").write_text(
            f"CyberLib {each}, Python {each}, {each}\n2026-11-23T00:00:00Z  {each}\n{each}\n\n"
            f"builtins.{each.split()[0]}\nbuiltins.KeyError 13\n{each}.{each}\n"
            f"  {each}:3 {each}\n  cyberlib_client/app/crash.py:12 {each}\n"
            f"  cyberlib_client/{NAME.lower()}.py:12 main\n  x {each}\n",
            encoding="utf-8",
        )
    kept = {"chores": {each: {"last": 5} for each in all_}, "alive": 5}
    (Path(profile.state) / "timetable.json").write_text(words(kept), encoding="utf-8")
    return all_


@pytest.mark.parametrize("seed", range(2))
def test_nothing_that_was_planted_comes_out(line: CommandLine, tmp_path: Path, seed: int) -> None:
    line("backup", str(make_tree(tmp_path / NAME, {f"{NAME}.txt": b"fictif"})))
    planted = plant(line, random.Random(seed))
    at = tmp_path / "a.zip"
    done = line.json("diagnose", "--to", str(at))["result"]
    whole = "\n".join(parts(at).values())
    for each in (*planted, str(tmp_path), str(line.profile), PASSPHRASE):
        for form in {each, json.dumps(each)[1:-1], each.replace("\\", "\\\\")}:
            assert form.casefold() not in whole.casefold(), form
    assert " ".join(line.words[:3]) not in whole
    assert NAME.casefold() not in whole.casefold()
    # and yet it says what happened: codes, counts, where it broke
    history = told(at, "history.json")
    assert {"backup"} == {run["command"] for run in history["runs"]}
    assert any(each["kind"] == "unreadable" for each in history["incidents"])
    assert "KeyError 13" in whole and "cyberlib_client.app.crash:12" in whole
    assert len(told(at, "settings.json")["sources"]) == len(planted)
    assert told(at, "vault.json")["objects"]["snapshots"]["objects"] == 1
    assert {part["name"] for part in done["parts"]} == set(PARTS) == set(parts(at))
    assert at.stat().st_size < MOST
    if os.name != "nt":
        assert at.stat().st_mode & 0o777 == 0o600
    assert line.error("diagnose", "--to", str(at), code=2) == "diagnosis_exists"


def test_labels_are_the_same_within_an_archive_and_no_longer() -> None:
    one, other = Redactor(b"1" * 32), Redactor(b"2" * 32)
    assert one.text(NAME) == one.text(NAME) != other.text(NAME)
    assert one.value({NAME: [NAME, "store_full", 3, None]}) == {
        one.label(NAME): [one.label(NAME), "store_full", 3, None]
    }
    assert one.text("settings_damaged") == "settings_damaged"
    assert len(one.value(list(range(5000)))) == 1001


def test_it_is_made_of_whatever_is_left(line: CommandLine, tmp_path: Path) -> None:
    nowhere = CommandLine(tmp_path / "none")
    at = tmp_path / "none.zip"
    nowhere("diagnose", "--to", str(at))
    assert told(at, "vault.json") == {"vault": "none"} and told(at, "agent.json")["running"] is False
    assert told(at, "network.json") == {"host": False}
    (line.profile / "agent.json").write_text('{"address": "/nowhere", "pid": 1}', encoding="utf-8")
    line.vault.rename(tmp_path / "away")
    at = tmp_path / "gone.zip"
    line("diagnose", "--to", str(at))
    assert told(at, "vault.json")["error"]["code"]
    (line.profile / "settings.toml").write_text(f"{NAME} = [", encoding="utf-8")
    (line.profile / "state" / "history.sqlite").write_bytes(b"no database")
    at = tmp_path / "damaged.zip"
    done = line("diagnose", "--to", str(at))
    assert "[settings_damaged]" in done.out
    assert told(at, "settings.json")["error"]["code"] == "settings_damaged"
    assert "crashes.txt" in parts(at) and NAME not in "\n".join(parts(at).values())
    assert "settings.json" in line("diagnose", "--list").out


def test_a_disk_without_room_is_told_and_nothing_stays(line: CommandLine, tmp_path: Path) -> None:
    with mounted_tmpfs(tmp_path / "disk", "size=64k") as disk:
        fill(disk, 0)
        before = sorted(disk.iterdir())
        assert line.error("diagnose", "--to", str(disk), code=1) == "diagnosis_not_written"
        assert sorted(disk.iterdir()) == before
