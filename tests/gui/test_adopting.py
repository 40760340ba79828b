"""The folders of an old machine, in the first run of the one that replaces it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberlib_client.gui.screens.first_run.protect import Protect
from cyberlib_client.gui.screens.first_run.welcome import Welcome
from tests.gui.test_first_run import Show, Wizard, home, line
from tests.gui.test_window import press, words
from tests.integration.test_cli_host import Practice
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.hosts import serving
from tests.support.trees import make_tree, told

__all__ = ["home", "line"]


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    with serving(tmp_path / "host") as host:
        yield Practice(host, tmp_path)


def test_a_machine_is_replaced_folders_and_all(
    practice: Practice, line: CommandLine, home: Path, tmp_path: Path, show: Show
) -> None:
    old = practice.station("ANCIEN")
    practice.vault(old)
    before = make_tree(tmp_path / "ancien" / "Patients", {"a.txt": b"fictif", "s": {"b": b"x" * 90_000}})
    other = make_tree(tmp_path / "ancien" / "Courrier", {"c.txt": b"fictif"})
    for folder in (before, other):
        old("sources", "add", str(folder), "--exclude", "*.tmp")
    old("schedule", "set", "--times", "06:30")
    old("backup")
    shown = show(line)
    wizard = Wizard(shown)
    welcome = wizard.step()
    assert isinstance(welcome, Welcome)
    wizard.click("Ouvrir le coffre du cabinet")
    welcome.join.choose_kind("host")
    welcome.join.host.at.setText(practice.host.url)
    welcome.join.host.ca.setText(practice.ca)
    welcome.join.host.key.setText(practice.made.contract_key)
    welcome.join.secret.setText(PASSPHRASE)
    wizard.click("Continuer")
    wizard.click("Ce poste en remplace un autre")
    wizard.click("Continuer")
    assert wizard.here == "protect", wizard.problem
    protect = wizard.step()
    assert isinstance(protect, Protect)
    shown.until(lambda: protect.old.isVisible())
    assert "exclusions\xa0: *.tmp" in words(protect.old)
    assert "« ANCIEN » protégeait ceci" in words(protect.old).replace("\xa0", " ")
    patients, mail = protect.old.folders
    if not patients.told.source.endswith("Patients"):
        patients, mail = mail, patients
    for each in (patients, mail):
        each.box.setChecked(False)
    press(protect.old, "Reprendre ces dossiers")
    assert "Cochez un dossier" in words(protect.old)
    there = home / "neuf" / "Patients"
    patients.field.setText(str(there))
    patients.box.setChecked(True)
    protect.old.restore.setChecked(True)
    press(protect.old, "Reprendre ces dossiers")
    shown.until(lambda: "Restauré" in words(protect.old) or protect.old.problem.isVisible())
    assert not protect.old.problem.isVisible(), protect.old.problem.text()
    assert told(there) == told(before)
    chosen = [each.told.path for each in protect.folders if each.box.isChecked()]
    assert str(there) in chosen
    wizard.click("Continuer")
    assert wizard.here == "backup", wizard.problem
    assert str(there) in [each["path"] for each in line.json("sources", "list")["items"]]
    (source,) = [each for each in line.json("sources", "list")["items"] if each["path"] == str(there)]
    assert source["exclude"] == ["*.tmp"]
    assert line.json("schedule", "show")["result"]["times"] == ["06:30"]
