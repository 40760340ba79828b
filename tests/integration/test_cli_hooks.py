"""Commands of the user's before and after a backup: what they do, and what they cannot do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.servers import postgresql_server

PYTHON = sys.executable


@pytest.fixture
def practice(tmp_path: Path, line: CommandLine) -> Path:
    folder = tmp_path / "Cabinet"
    folder.mkdir()
    (folder / "note.txt").write_text("note fictive")
    line("sources", "add", str(folder))
    return folder


def script(*words: str) -> list[str]:
    return ["--", PYTHON, "-c", ";".join(words)]


def newest(line: CommandLine) -> dict[str, Any]:
    snapshot: dict[str, Any] = line.json("snapshots")["items"][-1]
    return snapshot


def test_a_dump_is_made_first_and_what_was_made_for_it_is_undone(line: CommandLine, practice: Path) -> None:
    dump, told = practice / "dump.sql", practice.parent / "after.txt"
    line("hooks", "add", "dump", *script(f"open({str(dump)!r}, 'w').write('fictif')"))
    line(
        "hooks",
        "add",
        "tidy",
        "--when",
        "after",
        *script(f"import os; os.rename({str(dump)!r}, {str(told)!r})"),
    )
    assert line.json("backup")["exit"] == 0
    assert told.read_text() == "fictif"
    snapshot = newest(line)
    assert snapshot["files"] == 2
    assert [(h["name"], h["when"], h["exit"], h["timed_out"], h["detail"]) for h in snapshot["hooks"]] == [
        ("dump", "before", 0, False, ""),
        ("tidy", "after", 0, False, ""),
    ]
    assert [h["name"] for h in line.json("hooks", "list")["items"]] == ["dump", "tidy"]
    line("hooks", "remove", "dump")
    line("hooks", "remove", "tidy")
    line("backup")
    assert newest(line)["hooks"] == []


def test_one_that_fails_makes_the_run_amber_and_tells_why_without_secrets(
    line: CommandLine, practice: Path
) -> None:
    said = "no server for postgres://u:motdepasse@h/b password=motdepasse"
    says = f"import sys; sys.stderr.write({said!r}); sys.exit(4)"
    line("hooks", "add", "dump", *script(says))
    document = line.json("backup", code=3)
    assert (document["result"]["unread"], document["result"]["hooks_failed"]) == (0, 1)
    (incident,) = document["result"]["incidents"]
    assert (incident["code"], incident["path"]) == ("hook_failed", "dump")
    (ended,) = newest(line)["hooks"]
    assert ended["exit"] == 4
    assert "no server for postgres://u:***@h/b" in ended["detail"]
    assert "motdepasse" not in str(document) + str(newest(line))
    assert newest(line)["files"] == 1, "what is there is saved all the same"
    told = line("backup", code=3)
    assert "WARNING, failed: 1 command" in told.out and "sound copy" not in told.out
    assert line.json("report")["result"]["runs"][-1]["unread"] == 0
    assert line.json("report")["result"]["health"]["missing"] == []
    assert "– dump (" in line("report").out, "which one, without --with-names: it is no patient's name"


def test_one_that_must_not_fail_stops_the_backup_and_those_for_afterwards_still_run(
    line: CommandLine, practice: Path
) -> None:
    told = practice.parent / "after.txt"
    line("hooks", "add", "dump", "--on-failure", "stop", "--", str(practice / "absent-program"))
    line("hooks", "add", "tidy", "--when", "after", *script(f"open({str(told)!r}, 'w')"))
    document = line.json("backup", code=1)
    assert document["error"]["code"] == "hook_stopped"
    assert document["error"]["facts"]["name"] == "dump"
    assert told.exists()
    assert line.json("snapshots")["items"] == []


def test_what_a_command_wrote_is_in_no_report_without_names_and_its_name_is(
    line: CommandLine, practice: Path
) -> None:
    says = "import sys; sys.exit('no such file: DUPONT.odt')"
    line("hooks", "add", "dump", "--on-failure", "stop", *script(says))
    line("backup", code=1)
    line("hooks", "change", "dump", "--on-failure", "amber")
    line("backup", code=3)
    line("hooks", "change", "dump", "--on-failure", "stop")
    line("backup", code=1)
    for words in (["report"], ["--json", "report"], ["agent", "status"], ["--json", "agent", "status"]):
        told = line.attempt(*words).out
        assert "DUPONT" not in told and "dump" in told and "?" not in told, words
    assert "DUPONT" in line("report", "--with-names").out


def test_afterwards_is_also_after_a_run_that_failed(line: CommandLine, practice: Path) -> None:
    told = practice.parent / "after.txt"
    line("hooks", "add", "tidy", "--when", "after", *script(f"open({str(told)!r}, 'w')"))
    practice.rename(practice.parent / "ailleurs")
    assert line.json("backup", code=1)["error"]["code"] == "sources_missing"
    assert told.exists()


def test_one_that_hangs_is_ended_with_all_that_it_started(line: CommandLine, practice: Path) -> None:
    began, late = practice.parent / "began", practice.parent / "late"
    child = f"import time; open({str(began)!r}, 'w'); time.sleep(4); open({str(late)!r}, 'w')"
    hang = [
        "import subprocess, sys, time",
        f"subprocess.Popen([sys.executable, '-c', {child!r}])",
        "time.sleep(600)",
    ]
    line("hooks", "add", "dump", "--seconds", "2", *script(*hang))
    document = line.json("backup", code=3)
    assert document["result"]["incidents"][0]["detail"] == "hook_timed_out"
    (ended,) = newest(line)["hooks"]
    assert (ended["exit"], ended["timed_out"]) == (None, True)
    assert began.exists(), "it had started nothing"
    time.sleep(max(0.0, began.stat().st_mtime + 4.5 - time.time()))
    assert not late.exists(), "what it started lives on"


@pytest.mark.skipif(os.name == "nt", reason="nothing tells there whose a process was")
def test_what_one_before_leaves_behind_is_ended_and_told_and_after_it_goes_on(
    line: CommandLine, practice: Path
) -> None:
    def leaves(mark: Path) -> list[str]:
        child = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
        return script(
            "import os, subprocess, sys, time",
            f"subprocess.Popen([sys.executable, '-c', {child!r}], stdout=-3, stderr=-3)",
            f"mark = {str(mark)!r}",
            "pass\nwhile not os.path.exists(mark) or not os.path.getsize(mark):\n time.sleep(0.01)",
        )

    before, after = practice.parent / "before", practice.parent / "after"
    line("hooks", "add", "dump", *leaves(before))
    line("hooks", "add", "start", "--when", "after", *leaves(after))
    document = line.json("backup", code=3)
    goes_on = int(after.read_text())
    try:
        os.kill(goes_on, 0)
        (incident,) = document["result"]["incidents"]
        assert (incident["path"], incident["detail"]) == ("dump", "hook_left")
        assert "wait for its work to end" in line("report").out
        ended = Path(f"/proc/{before.read_text()}/stat")
        assert not ended.exists() or ended.read_text().rpartition(")")[2].split()[0] == "Z"
    finally:
        os.kill(goes_on, 9)


def test_a_hook_writes_without_end_and_knows_no_passphrase(line: CommandLine, practice: Path) -> None:
    line(
        "hooks", "add", "dump",
        *script(
            "import os, sys",
            "sys.stderr.write('x' * 3_000_000)",
            "sys.exit(any('CYBERLIB' in n for n in os.environ) or os.environ['PGHOST'] != 'serveur')",
        ),
    )  # fmt: skip
    line.environment |= {"CYBERLIB_PASSPHRASE": PASSPHRASE, "CYBERLIB_OF_TOMORROW": "x", "PGHOST": "serveur"}
    assert line.json("backup")["exit"] == 0


def test_only_with_the_sources_they_belong_to(line: CommandLine, practice: Path) -> None:
    other = practice.parent / "Autre"
    other.mkdir()
    line("hooks", "add", "dump", "--source", str(practice), *script("raise SystemExit(1)"))
    line("backup", str(other))
    assert newest(line)["hooks"] == []
    line("backup", code=3)
    assert [h["name"] for h in newest(line)["hooks"]] == ["dump"]


@pytest.mark.parametrize(
    "words",
    [["", "--", "x"], ["a", "--seconds", "0", "--", "x"], ["a", "--", ""],
     ["a", "--when", "after", "--on-failure", "stop", "--", "x"]],
)  # fmt: skip
def test_what_cannot_be_a_hook(line: CommandLine, words: list[str]) -> None:
    assert line.json("hooks", "add", *words, code=2)["error"]["code"] == "bad_hook"
    assert line.json("hooks", "list")["items"] == []


def test_one_is_changed_in_its_place_and_only_where_told(line: CommandLine, practice: Path) -> None:
    line("hooks", "add", "dump", "--source", str(practice), "--folder", str(practice), "--", PYTHON, "-V")
    line("hooks", "add", "tidy", "--when", "after", "--", PYTHON, "-V")
    changed = line.json("hooks", "change", "dump", "--seconds", "90", "--on-failure", "stop")["result"]
    assert (changed["seconds"], changed["failure"], changed["command"]) == (90, "stop", [PYTHON, "-V"])
    assert (changed["folder"], changed["sources"]) == (str(practice), [str(practice)])
    words = ("--folder", "none", "--source", "none", "--", PYTHON, "-VV")
    changed = line.json("hooks", "change", "dump", *words)["result"]
    assert (changed["folder"], changed["sources"], changed["command"]) == ("", [], [PYTHON, "-VV"])
    assert [h["name"] for h in line.json("hooks", "list")["items"]] == ["dump", "tidy"]
    assert line.json("hooks", "change", "other", "--seconds", "9", code=2)["error"]["code"] == "hook_unknown"
    assert line.json("hooks", "change", "dump", "--when", "after", code=2)["error"]["code"] == "bad_hook"
    line("hooks", "change", "dump", code=2)
    assert line.json("backup")["exit"] == 0


def test_what_cannot_work_is_told_when_it_is_added(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    add = ("hooks", "add", "dump")
    nowhere = line.json(*add, "--source", str(tmp_path / "nowhere"), "--", "x", code=2)["error"]
    assert nowhere["code"] == "source_unknown" and "nowhere" in nowhere["facts"]["path"]
    no_folder = line.json(*add, "--folder", str(tmp_path / "no"), "--", "x", code=2)["error"]
    assert no_folder["code"] == "hook_folder"
    assert line.json("hooks", "list")["items"] == []
    (tmp_path / "apart").mkdir()
    told = line(*add, "--folder", str(tmp_path / "apart"), "--source", str(practice), "--", "pg_dumpp").err
    assert "pg_dumpp" in told and "lies in no source" in told
    assert "is run no more" in line("sources", "remove", str(practice)).err
    assert line.json(*add[:2], "fits", "--", PYTHON)["notices"] == []


def test_names_are_taken_once_and_comments_stay(line: CommandLine, practice: Path) -> None:
    line("hooks", "add", "dump", "--", "x")
    assert line.json("hooks", "add", "dump", "--", "y", code=2)["error"]["code"] == "hook_known"
    assert line.json("hooks", "remove", "other", code=2)["error"]["code"] == "hook_unknown"
    settings = line.profile / "settings.toml"
    written = settings.read_text(encoding="utf-8")
    settings.write_text(
        "# du service informatique\n" + written.replace('name = "dump"', 'name = "dump"  # HFSQL')
    )
    line("hooks", "add", "tidy", "--when", "after", "--folder", str(practice), "--", "z")
    line("sources", "add", str(practice.parent))
    text = settings.read_text(encoding="utf-8")
    assert "# du service informatique" in text
    assert tomllib.loads(text)["hooks"] == [
        {"name": "dump", "when": "before", "command": ["x"]},
        {"name": "tidy", "when": "after", "command": ["z"], "folder": str(practice)},
    ]


@pytest.mark.skipif(os.name == "nt", reason="the folder of a profile is closed to others there")
def test_settings_that_others_may_write_run_nothing(line: CommandLine, practice: Path) -> None:
    told = practice.parent / "ran"
    line("hooks", "add", "dump", *script(f"open({str(told)!r}, 'w')"))
    (line.profile / "settings.toml").chmod(0o666)
    assert line.json("backup", code=1)["error"]["code"] == "hooks_exposed"
    (line.profile / "settings.toml").chmod(0o600)
    line.profile.chmod(0o777)  # others may exchange it
    assert line.json("backup", code=1)["error"]["code"] == "hooks_exposed"
    assert not told.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="needs a PostgreSQL server")
def test_postgresql_comes_back_from_its_dump(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    import psycopg

    with postgresql_server(tmp_path / "pg") as server:
        address = server.url.replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as base:
            base.execute("create table acte (n int primary key, texte text)")
            base.execute("insert into acte select n, 'acte fictif ' || n from generate_series(1, 500) n")
            base.execute("create database autre")
        dump = practice / "base.dump"
        command = [str(server.programs / "pg_dump"), "-Fc", "-f", str(dump), address]
        line("hooks", "add", "pg", "--source", str(practice), "--", *command)
        line("backup")
        out = tmp_path / "out"
        line("restore", "latest", "--to", str(out))
        (restored,) = out.rglob("base.dump")
        other = address.rsplit("/", 1)[0] + "/autre"
        subprocess.run(
            [server.programs / "pg_restore", "-d", other, restored], check=True, capture_output=True
        )
        query = "select n, texte from acte order by n"
        with psycopg.connect(address) as one, psycopg.connect(other) as two:
            rows = one.execute(query).fetchall()
            assert len(rows) == 500
            assert two.execute(query).fetchall() == rows
        server.stop()
    done = line.json("backup", code=3)
    (ended,) = newest(line)["hooks"]
    assert ended["exit"] == 1 and "onnection" in ended["detail"]
    assert [i["code"] for i in done["result"]["incidents"]] == ["hook_failed"]
    assert dump.exists(), "what the last good one wrote is still there to be saved"


def test_french_and_english_lines(line: CommandLine) -> None:
    line("hooks", "add", "dump", "--on-failure", "stop", "--", "pg_dump", "-f", "a b")
    assert line("hooks", "list").out == "dump  before  pg_dump -f 'a b'  (600 s, --on-failure stop)\n"
    assert "avant" in line("--lang", "fr", "hooks", "list").out
