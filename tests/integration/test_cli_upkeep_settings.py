"""What the agent does by itself besides backups, chosen from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command_line import CommandLine


def test_what_is_chosen_is_kept_and_shown(line: CommandLine, tmp_path: Path) -> None:
    settings = line.profile / "settings.toml"
    settings.write_text(f"# of the practice\n{settings.read_text(encoding='utf-8')}", encoding="utf-8")
    given = ["--drill-every", "90 d", "--drill-size", "1,5 Go", "--organisation", "Cabinet", "--verify-days"]
    line(
        "upkeep",
        "set",
        *given,
        "14",
        "--drill-to",
        str(tmp_path),
        "--copies-remind",
        "2 d",
        "--copies-check",
        "off",
    )
    shown = line.json("upkeep", "show")["result"]
    assert (shown["verify"], shown["verify_days"]) == (True, 14)
    assert (shown["drill_every"], shown["drill_size"]) == (90 * 86_400, 1_500_000_000)
    assert (shown["organisation"], shown["drill_to"]) == ("Cabinet", str(tmp_path))
    assert (shown["copies_remind"], shown["copies_check"]) == (2 * 86_400, None)
    assert shown["chores"] == [], "no agent ran here"
    assert "every 90 d" in line("upkeep", "show").out
    written = settings.read_text(encoding="utf-8")
    assert written.startswith("# of the practice\n") and "days = 14" in written
    line("upkeep", "set", "--no-verify", "--drill-every", "off", "--organisation", "none")
    shown = line.json("upkeep", "show")["result"]
    assert (shown["verify"], shown["drill_every"], shown["organisation"]) == (False, None, "")
    assert shown["drill_to"] == str(tmp_path), "what is not given stays"
    line("upkeep", "set", "--reset", "--drill-files", "7")
    shown = line.json("upkeep", "show")["result"]
    assert (shown["verify"], shown["drill_every"], shown["drill_files"]) == (True, 30 * 86_400, 7)
    assert (shown["drill_to"], shown["copies_check"]) == ("", 90 * 86_400)


@pytest.mark.parametrize(
    ("option", "text", "code"),
    [
        ("--drill-every", "2 h", "bad_upkeep"),
        ("--drill-every", "400 d", "bad_upkeep"),
        ("--drill-every", "", "bad_upkeep"),
        ("--drill-size", "much", "bad_upkeep"),
        ("--organisation", "x" * 101, "bad_upkeep"),
        ("--copies-remind", "5 min", "bad_upkeep"),
        ("--copies-remind", "", "bad_upkeep"),
        ("--copies-check", "", "bad_upkeep"),
        ("--copies-check", "never", "bad_upkeep"),
        ("--drill-to", "/absent/folder", "drill_not_a_folder"),
        ("--verify-days", "31", "usage"),
        ("--drill-files", "0", "usage"),
    ],
)
def test_what_makes_no_sense_changes_nothing(line: CommandLine, option: str, text: str, code: str) -> None:
    before = (line.profile / "settings.toml").read_bytes()
    assert line.error("upkeep", "set", option, text, "--no-verify", code=2) == code
    assert (line.profile / "settings.toml").read_bytes() == before
