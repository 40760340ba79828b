"""A second start shows the window that is there; nobody else can pass for one."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtNetwork import QLocalServer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from cyberlib_client.app import bootstrap
from cyberlib_client.app.wording import language
from cyberlib_client.gui.__main__ import start
from cyberlib_client.gui.single import Single
from tests.support.command_line import SOURCES

_HOLDS = """
import sys, time
from PySide6.QtCore import QCoreApplication
from cyberlib_client.gui.single import Single
running = QCoreApplication([])
print(Single(sys.argv[1]).first(), flush=True)
time.sleep(600)
"""


def test_a_second_start_calls_the_first(qtbot: QtBot, tmp_path: Path) -> None:
    root = str(tmp_path / "profile")
    first, second, other = Single(root), Single(root), Single(str(tmp_path / "other"))
    assert first.first() and other.first()
    with qtbot.waitSignal(first.called, timeout=60_000):
        assert not second.first()
    first.close()
    assert second.first()
    second.close()
    other.close()


def test_a_window_that_was_killed_is_in_nobodys_way(tmp_path: Path) -> None:
    root = str(tmp_path / "profile")
    command = [sys.executable, "-c", _HOLDS, root]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={"PYTHONPATH": str(SOURCES)}) as process:
        try:
            assert process.stdout is not None and process.stdout.readline().strip() == b"True"
            assert not Single(root).first()
        finally:
            process.kill()
    again = Single(root)
    assert again.first()
    again.close()


def test_a_socket_that_anybody_can_make_keeps_no_window_from_opening(qtbot: QtBot, tmp_path: Path) -> None:
    """Any user of the machine may make one in the folder for temporary files, by a name that can be told in
    advance: the window would never have opened, without a word."""
    root = str(tmp_path / "profile")
    name = f"cyberlib-{hashlib.sha256(root.encode()).hexdigest()[:16]}"
    taken = QLocalServer()
    assert taken.listen(name) and taken.fullServerName().startswith(tempfile.gettempdir())
    called: list[None] = []
    single = Single(root)
    single.called.connect(lambda: called.append(None))
    try:
        assert single.first()
    finally:
        single.close()
        taken.close()
    assert not called


def test_others_cannot_call_it(tmp_path: Path) -> None:
    single = Single(str(tmp_path / "profile"))
    assert single.first()
    window = tmp_path / "profile" / "state" / "window"
    assert window.stat().st_mode & 0o077 == 0
    assert {each.stat().st_mode & 0o077 for each in window.iterdir()} == {0}
    single.close()


def test_a_profile_that_cannot_be_one_is_told_in_a_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There was a trace on a terminal that nobody sees: the icon was clicked in vain."""
    root = tmp_path / "profil <b>"
    root.write_text("", encoding="utf-8")
    told: list[str] = []

    def read() -> None:
        (box,) = (each for each in QApplication.topLevelWidgets() if isinstance(each, QMessageBox))
        assert box.textFormat() is Qt.TextFormat.PlainText
        told.append(box.text())
        box.accept()

    QTimer.singleShot(0, read)
    monkeypatch.setattr(type(bootstrap.process()), "forbid_core_dumps", lambda _self: None)  # for all tests
    monkeypatch.setattr(sys, "argv", ["cyberlib-gui", "--profile", str(root), "--lang", "fr"])
    before = language.language()
    try:
        with pytest.raises(SystemExit) as ended:
            start()
    finally:
        language.choose(before)
    assert ended.value.code == 1
    assert told and "Pas d’accès aux réglages" in told[0] and str(root) in told[0]
