"""When incidents begin and when they are over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.app.incidents import AGED, FILES_MOST, Met, after_run
from cyberlib_client.core.events import Incident
from cyberlib_client.core.format_v1.snapshot import MAX_INCIDENTS
from cyberlib_client.core.health import DAY, PROOF
from cyberlib_client.state.history import History, RunRecord


@pytest.fixture
def history(tmp_path: Path) -> History:
    return bootstrap.history(bootstrap.profile_at(str(tmp_path / "profile")))


def _run(at: int, command: str = "backup", **more: Any) -> RunRecord:
    plain = {"command": command, "trigger": "schedule", "started": at, "ended": at, "outcome": "completed"}
    return msgspec.convert({**plain, **more}, RunRecord)


def _failed(at: int, reason: str, exit_code: int, command: str = "backup", **more: Any) -> RunRecord:
    return _run(at, command, outcome="failed", reason=reason, exit=exit_code, **more)


def _open(history: History) -> list[tuple[str, str]]:
    return [(each.kind, each.subject) for each in history.incidents(open_only=True)]


def _met(*incidents: tuple[str, str], scope: str = "full", looked_at: list[str] | None = None) -> Met:
    return Met([Incident(code, path, "why") for code, path in incidents], scope, looked_at)


def test_a_file_is_told_until_a_run_that_looked_at_it_reads_it(history: History) -> None:
    new = after_run(history, _run(1, exit=3), _met(("unreadable", "/a/x"), ("placeholder", "/b/y")))
    assert [each.severity for each in new] == ["warning", "warning"]
    assert after_run(history, _run(2), _met(("unreadable", "/a/x"), ("placeholder", "/b/y"))) == []
    after_run(history, _run(3), _met(scope="partial", looked_at=["/a"]))
    assert _open(history) == [("placeholder", "/b/y")]
    after_run(history, _run(4), _met(scope="partial", looked_at=["/b/sub", "/"]))
    after_run(history, _run(5), _met(scope="full", looked_at=["/a", "/bc"]))
    after_run(history, _failed(6, "store_full", 1), Met())
    after_run(history, _run(7, "verify"), Met())
    assert ("placeholder", "/b/y") in _open(history)
    after_run(history, _run(8), _met())
    assert _open(history) == []
    assert [each.cleared for each in history.incidents(open_only=False)][:2] == [3, 8]


def test_what_leaves_nothing_behind_is_no_incident(history: History) -> None:
    assert after_run(history, _run(1), _met(("vanished", "/a"), ("metadata_omitted", "/b"))) == []


def test_a_list_that_is_full_clears_nothing(history: History) -> None:
    after_run(history, _run(1, exit=3), _met(("unreadable", "/zz")))
    others = [("unreadable", f"/a{n}") for n in range(MAX_INCIDENTS)]
    after_run(history, _run(2, exit=3), _met(*others))
    assert ("unreadable", "/zz") in _open(history)
    assert len(_open(history)) == FILES_MOST + 2
    (more,) = (each for each in history.incidents(open_only=True) if each.kind == "more_files")
    assert (more.subject, more.facts["count"]) == ("unreadable", MAX_INCIDENTS - FILES_MOST)
    after_run(history, _run(3), _met())
    assert _open(history) == []


LADDER = [
    ("settings_damaged", 1),
    ("store_absent", 6),
    ("passphrase_wrong", 5),
    ("sources_missing", 1),
    ("store_full", 1),
    ("object_missing", 7),
]


@pytest.mark.parametrize("step", range(1, len(LADDER)))
def test_a_run_that_gets_further_clears_what_stood_before(history: History, step: int) -> None:
    for reason, code in reversed(LADDER):
        after_run(history, _failed(1, reason, code), Met())
    assert len(_open(history)) == len(LADDER)
    after_run(history, _failed(2, *LADDER[step]), Met())
    assert {kind for kind, _ in _open(history)} == {reason for reason, _ in LADDER[step:]}
    after_run(history, _run(3), Met())
    assert _open(history) == []


def test_a_verification_proves_the_way_but_not_the_room(history: History) -> None:
    for reason, code in reversed(LADDER):
        after_run(history, _failed(1, reason, code), Met())
    after_run(history, _run(2, "verify"), Met())
    assert {kind for kind, _ in _open(history)} == {"sources_missing", "store_full", "object_missing"}


def test_a_slip_at_the_keyboard_is_no_incident_but_one_of_the_schedule_is(history: History) -> None:
    assert after_run(history, _failed(1, "no_sources", 2, trigger="user"), Met()) == []
    assert after_run(history, _failed(1, "profile_busy", 8, trigger="user"), Met()) == []
    assert [each.kind for each in after_run(history, _failed(1, "no_sources", 2), Met())] == ["no_sources"]


def test_a_restore_that_failed_is_over_with_the_next_that_is_done(history: History) -> None:
    (raised,) = after_run(history, _failed(1, "target_full", 1, "restore", facts={"path": "/secret"}), Met())
    assert (raised.severity, "path" in raised.facts) == ("notice", False)
    after_run(history, _run(2, "restore", exit=3), Met())
    assert _open(history) == [("restore_incomplete", "")]
    after_run(history, _run(3, "restore"), Met())
    assert _open(history) == []


def test_a_damaged_vault_is_so_until_a_verification_finds_it_whole(history: History) -> None:
    after_run(history, _run(1, "verify", exit=7), Met())
    after_run(history, _run(2, exit=7), Met())
    after_run(history, _run(3), Met())
    assert _open(history) == [("vault_damaged", ""), ("vault_gone_back", "")]
    after_run(history, _run(4, "verify"), Met())
    assert _open(history) == []


def test_a_run_that_was_stopped_says_by_what(history: History) -> None:
    assert after_run(history, _run(1, outcome="stopped", reason="stopped", facts={"by": "user"}), Met()) == []
    after_run(history, _run(2, outcome="stopped", reason="stopped", facts={"by": "battery"}), Met())
    assert _open(history) == [("stopped", "battery")]
    after_run(history, _run(3), Met())
    assert _open(history) == []


def test_what_others_raised_is_theirs_to_clear_and_a_changed_scope_is_told_for_a_month(
    history: History,
) -> None:
    history.raise_incident("ransomware_alarm", "", "critical", {}, 1)
    after_run(history, _run(1, exit=3), _met(("left_out_now", "/a/caches")))
    after_run(history, _run(AGED), _met())
    assert len(_open(history)) == 2
    after_run(history, _run(AGED + 2), _met())
    assert _open(history) == [("ransomware_alarm", "")]


def test_a_file_that_failed_a_drill_is_told_until_one_restores_it(history: History) -> None:
    after_run(history, _run(1, "drill", exit=7), _met(("drill_failed", "/a/x"), ("drill_failed", "/b")))
    assert _open(history) == [("drill_failed", "/a/x"), ("drill_failed", "/b")]
    assert {each.severity for each in history.incidents(open_only=True)} == {"critical"}
    after_run(history, _run(2), _met())
    after_run(history, _run(3, "verify"), Met())
    after_run(history, _run(4, "restore"), Met())
    after_run(history, _failed(5, "host_unreachable", 6, "drill"), Met())
    assert len([each for each in _open(history) if each[0] == "drill_failed"]) == 2
    after_run(history, _run(6, "drill", exit=3), _met(("drill_failed", "/b")))
    assert [each for each in _open(history) if each[0] == "drill_failed"] == [("drill_failed", "/b")]
    after_run(history, _run(7, "drill"), Met())
    assert "drill_failed" not in {kind for kind, _ in _open(history)}


def _ended(history: History, record: RunRecord) -> None:
    history.end(history.begin(record.command, record.trigger, record.started), record)
    after_run(history, record, Met())


def test_no_restore_proven_for_long(history: History) -> None:
    _ended(history, _run(DAY))
    _ended(history, _run(DAY + PROOF))
    assert _open(history) == []
    _ended(history, _run(2 * DAY + PROOF))
    (told,) = history.incidents(open_only=True)
    assert (told.kind, told.severity, told.facts["days"]) == ("restore_not_proven", "warning", 101)
    _ended(history, _run(3 * DAY + PROOF, "drill", exit=3))  # it proves that something does not come back
    assert [kind for kind, _ in _open(history)] == ["restore_not_proven"]
    _ended(history, _run(4 * DAY + PROOF, "drill"))
    assert _open(history) == []
    _ended(history, _run(5 * DAY + PROOF))
    assert _open(history) == []
    _ended(history, _run(5 * DAY + 2 * PROOF))
    assert [kind for kind, _ in _open(history)] == ["restore_not_proven"]
    _ended(history, _run(6 * DAY + 2 * PROOF, "restore"))
    assert _open(history) == []
