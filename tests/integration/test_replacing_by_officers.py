"""A new machine takes another's place by an answer file, with neither passphrase nor kit: by the officers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberlib_client.app import escrow_recovery
from tests.support.command_line import CommandLine
from tests.support.escrow_at_host import AtHost
from tests.support.escrow_story import result
from tests.support.hosts import serving

NEW = "une toute nouvelle phrase 7"


class Alone:
    """A machine that nobody sits at, and its answer file."""

    def __init__(self, story: AtHost, folder: Path) -> None:
        self.line = CommandLine(folder / "SEUL")
        self.secret = folder / "phrase.txt"
        self.secret.write_text(NEW, encoding="utf-8")
        self.secret.chmod(0o600)
        self.to = folder / "ici"
        self.file = folder / "answers.toml"
        self.file.write_text(
            f"host = '{story.host.url}'\ncontract_key_file = '{story.customer.key}'\n"
            f"ca_file = '{story.customer.ca}'\nname = 'SEUL'\nfrom = 'ACCUEIL'\nopen_by = 'escrow'\n"
            f"secret_file = 'phrase.txt'\ndevice_file = true\nrestore = true\nbackup = true\n"
            f"[[folder]]\nfrom = '{folder / 'documents'}'\nto = '{self.to}'\n",
            encoding="utf-8",
        )

    @property
    def call(self) -> tuple[str, ...]:
        return ("device", "replace", "--answers", str(self.file))


@pytest.fixture
def story(tmp_path: Path) -> Iterator[AtHost]:
    with serving(tmp_path / "host") as host:
        made = AtHost(tmp_path, host)
        made.join_here()
        yield made


@pytest.fixture
def alone(story: AtHost, tmp_path: Path) -> Alone:
    return Alone(story, tmp_path)


def _answered(story: AtHost, alone: Alone) -> None:
    waits = result(alone.line, *alone.call, code=5)
    assert waits["waiting"] == "escrow_held" and waits["opens"] and len(waits["words"]) == 6
    assert waits["done"] == ["declared", "terms"]
    assert result(alone.line, *alone.call, code=5)["words"] == waits["words"]
    story.practice("backup")  # it has its place still
    story.a_day_passes()
    assert result(alone.line, *alone.call, code=5)["waiting"] == "escrow_waiting"
    story.answer_all(waits["words"], "anne", "claire")


def _there(alone: Alone) -> None:
    assert (alone.to / "lettre.txt").read_text(encoding="utf-8") == "fictif"
    with alone.line.secret(NEW):
        alone.line("key", "add", "recovery", "--words-file", str(alone.to.parent / "mots.txt"))


def test_the_silent_form_waits_for_the_officers(story: AtHost, alone: Alone) -> None:
    _answered(story, alone)
    done = result(alone.line, *alone.call)
    assert done["done"] == ["declared", "terms", "asked", "place", "opened", "folders", "backup"]
    again = result(alone.line, *alone.call)
    assert len(again["slots"]) == len(done["slots"]) and not again["waiting"]
    assert story.practice.error("backup", code=5) == "host_device_replaced"
    _there(alone)


def test_cut_short_before_the_new_passphrase_it_goes_on(
    story: AtHost, alone: Alone, monkeypatch: pytest.MonkeyPatch
) -> None:
    _answered(story, alone)
    usual = escrow_recovery.free_slot_name

    def cut(*_args: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(escrow_recovery, "free_slot_name", cut)
    alone.line(*alone.call, code=130)
    monkeypatch.setattr(escrow_recovery, "free_slot_name", usual)
    assert result(alone.line, *alone.call)["done"][-1] == "backup"
    _there(alone)


def test_a_weak_new_passphrase_is_said_before_anybody_is_asked(story: AtHost, alone: Alone) -> None:
    alone.secret.write_text("1234", encoding="utf-8")
    assert alone.line.error(*alone.call, code=2) == "passphrase_short"
    assert story.operator.json("escrow", "list") == []


def test_a_request_that_somebody_refused_is_over(story: AtHost, alone: Alone) -> None:
    result(alone.line, *alone.call, code=5)
    story.practice("escrow", "cancel")
    assert alone.line.error(*alone.call, code=2) == "escrow_release_over"
    story.practice("backup")
