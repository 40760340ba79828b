"""`cyberlib report`: what it tells of a history, as text, page and JSON, and what it keeps to itself."""

from __future__ import annotations

import json
import re
from datetime import timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.app.health import AgentFacts, facts_of, health_of, off_between
from cyberlib_client.app.reports import Report, report
from cyberlib_client.app.session import Session
from cyberlib_client.app.wording.language import choose
from cyberlib_client.app.wording.report_words import reason_message
from cyberlib_client.cli.main import main
from cyberlib_client.cli.report_page import page
from cyberlib_client.core.health import DAY, HOUR, health
from cyberlib_client.state.history import History, Moment, Raised, RunRecord
from cyberlib_client.state.seen import Seen, write_seen
from cyberlib_client.state.settings import Settings, SourceSettings, VaultSettings, write_settings

PATIENT = "/srv/patients/MARTIN <b>Zoé</b> & fils.odt"
ZONE = timezone(timedelta(hours=2))
VOID = {"meta", "link", "br", "img", "hr", "input"}


class Reader(HTMLParser):
    """Checks that tags nest, and keeps what matters to somebody who hears the page read."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data


@pytest.fixture
def session(tmp_path: Path) -> Session:
    profile = bootstrap.profile_at(str(tmp_path / "profile"))
    (tmp_path / "vault").mkdir()
    vault = VaultSettings(str(tmp_path / "vault"), "0" * 32)
    write_settings(
        profile, Settings(device="ACCUEIL <1>", vault=vault, sources=[SourceSettings(path="/srv/patients")])
    )
    return Session(profile, None)  # type: ignore[arg-type]  # nobody is asked anything


def _end(history: History, record: RunRecord) -> None:
    history.end(history.begin(record.command, record.trigger, record.started), record)


def _fill(history: History, now: int) -> None:
    for days in range(9, 0, -1):
        at = now - days * DAY
        ended = at + HOUR
        if days == 5:
            _end(
                history, RunRecord("backup", "schedule", at, ended, "failed", 6, "store_absent", {"at": "E:"})
            )
        elif days == 4:
            _end(
                history,
                RunRecord("backup", "missed", at, ended, "stopped", 130, "stopped", {"by": "battery"}),
            )
        elif days != 7:
            done = RunRecord("backup", "changes", at, ended, "completed", 3 if days == 1 else 0, files=1200)
            _end(history, done)
    facts = {"path": PATIENT, "reason": "Permission denied"}
    _end(history, RunRecord("restore", "user", now - 2 * HOUR, now - HOUR, "failed", 1, "target_full", facts))
    history.note(Moment(now - 3 * DAY, "slept", {"seconds": 6 * 3600}))
    history.note(Moment(now - 2 * DAY, "paused", {"until": now - 2 * DAY + 2 * HOUR}))
    history.note(Moment(now - 2 * DAY + HOUR, "resumed"))
    history.settle(
        [
            Raised("unreadable", PATIENT, "warning", {"detail": "Permission denied"}),
            Raised("unreadable", "/srv/patients/b", "warning", {"detail": PATIENT}),
            Raised("source_missing", "/srv/patients", "critical", {}),
            Raised("store_absent", "backup", "warning", {"exit": 6, "at": "E:\\"}),
            Raised("more_files", "unreadable", "warning", {"count": 7}),
            Raised("of_a_later_version", "/srv/secret", "notice", {}),
        ],
        [],
        now - HOUR,
    )
    history.clear("store_absent", "backup", now - HOUR)


@pytest.fixture
def made(session: Session) -> Report:
    _fill(session.history, bootstrap.clock() // 10**9 * 10**9)  # half a second of a night is cut off twice
    return report(session, 10, zone=ZONE)


def test_it_tells_days_runs_incidents_and_volume(session: Session, made: Report) -> None:
    states = [day.state for day in made.calendar]
    assert len(states) == 10
    assert [states.count(state) for state in ("done", "incomplete", "failed", "stopped")] == [5, 1, 1, 1]
    assert (made.asleep, made.files) == (6 * 3600, 1200)
    assert made.paused in (3599, 3600), "an hour, cut to whole seconds"
    assert len(made.runs) == 9
    assert made.health.level == "danger"
    assert made.health.reasons[0].code == "source_missing"
    found = {(each.kind, each.count, each.cleared is None) for each in made.incidents}
    assert {("unreadable", 2, True), ("store_absent", 1, False), ("more_files", 1, True)} <= found
    assert len(report(session, 1, zone=ZONE).runs) <= 1


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_stands_alone_and_can_be_read_aloud(made: Report, lang: str) -> None:
    choose(lang)  # type: ignore[arg-type]
    text = page(made)
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    names = [tag for tag, _ in reader.tags]
    assert dict(reader.tags)["html"] == {"lang": lang}
    assert {"main", "header", "h1", "h2", "title"} <= set(names)
    assert names.count("h1") == 1
    headers = [attributes for tag, attributes in reader.tags if tag == "th"]
    assert headers
    assert all(attributes.get("scope") in ("col", "row") for attributes in headers)
    assert not {"script", "img", "link", "iframe", "object", "form"} & set(names)
    assert not re.search(r"https?://|url\(|@import|\bon\w+=", text)
    assert "ACCUEIL <1>" in reader.words
    assert "{" not in reader.words
    told = reason_message(made.health.missing[0]).title
    assert reader.words.count(told) == 2, "once as what is missing, once as an incident"


def test_names_of_patients_stay_at_home_unless_asked_for(session: Session, made: Report) -> None:
    choose("fr")
    for told in (page(made), msgspec.json.encode(made).decode()):
        assert "MARTIN" not in told
        assert "/srv/" not in told
    named = report(session, 10, with_names=True)
    shown = Reader()
    shown.feed(page(named))
    assert PATIENT in shown.words
    assert "<b>" not in page(named)


def test_the_command_writes_text_page_and_json(
    session: Session, made: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session.closing.close()
    at = ["--profile", session.profile.root, "--lang", "en"]
    assert main([*at, "report", "--days", "10"]) == 0
    text = capsys.readouterr().out
    assert "In danger" in text
    assert text.count("Files that could not be read: 2") == 2, "once as what is missing, once as an incident"
    assert "MARTIN" not in text
    assert main([*at, "report", "--with-names"]) == 0
    assert "MARTIN" in capsys.readouterr().out
    target = tmp_path / "rapport.html"
    assert main([*at, "report", "--html", str(target)]) == 0
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    capsys.readouterr()
    assert main([*at, "--json", "report"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["result"]["health"]["level"] == "danger"
    assert main([*at, "report", "--html", str(tmp_path)]) == 1
    assert "[report_not_written]" in capsys.readouterr().err


def test_a_history_that_was_lost_is_not_taken_for_a_machine_never_backed_up(session: Session) -> None:
    assert health_of(session).level == "danger"
    write_seen(session.profile, Seen("0" * 32, frozenset({"ab" * 32})))
    answers = health_of(session)
    assert (answers.level, answers.reasons[0].code) == ("unknown", "history_unknown")


def test_a_backup_by_hand_that_finds_no_vault_is_told(session: Session, tmp_path: Path) -> None:
    (tmp_path / "vault").rename(tmp_path / "unplugged")
    assert main(["--profile", session.profile.root, "backup"]) == 6
    (run,) = report(session, 1).runs
    assert (run.command, run.trigger, run.outcome, run.reason) == ("backup", "user", "failed", "store_absent")


def test_time_off_is_what_the_agent_slept_or_was_not_there() -> None:
    now = 1000 * DAY
    moments = [
        Moment(now - 10 * HOUR, "agent_started"),
        Moment(now - 9 * HOUR, "slept", {"seconds": 2 * 3600}),
        Moment(now - 5 * HOUR, "watch_lost"),
        Moment(now - 2 * HOUR, "agent_started"),
        Moment(now - HOUR, "slept", {"seconds": 7200}),
    ]
    assert off_between(moments, [], now - 20 * HOUR, now) == (10 + 1 + 3 + 1) * HOUR
    assert off_between(moments, [], now - 90 * 60 * 10**9, now) == HOUR // 2
    ended = RunRecord("backup", "user", now - 4 * HOUR, now - 3 * HOUR, "completed")
    assert off_between(moments, [ended], now - 5 * HOUR, now) == (1 + 1) * HOUR
    assert off_between([], [], now - DAY, now) == 0


def test_a_weekend_after_the_current_was_cut_is_time_off() -> None:
    """The next agent says that the one before was lost, and when it was last there."""
    now = 1000 * DAY
    moments = [
        Moment(now - 62 * HOUR, "agent_started"),
        Moment(now - HOUR, "agent_lost", {"last": now - 61 * HOUR}),
        Moment(now - HOUR + 1, "agent_started"),
    ]
    assert off_between(moments, [], now - 50 * HOUR, now) // HOUR == 49


def test_a_weekend_off_is_not_late_but_a_morning_without_a_backup_is(session: Session) -> None:
    friday = 1000 * DAY
    history = session.history
    history.note(Moment(friday - 5 * HOUR, "agent_started"))
    record = RunRecord("backup", "schedule", friday, friday + HOUR, "completed", snapshot="ab" * 32)
    history.end(history.begin("backup", "schedule", friday), record)
    monday = friday + 3 * DAY - 5 * HOUR
    history.note(Moment(monday - 1000, "agent_lost", {"last": friday + 6 * HOUR}))
    history.note(Moment(monday, "agent_started"))
    agent = AgentFacts(planned=friday + DAY)

    def codes(now: int) -> list[str]:
        return [reason.code for reason in health(facts_of(session, agent, now)).reasons]

    assert "late" not in codes(monday + HOUR)
    assert "late" in codes(monday + 3 * HOUR)
