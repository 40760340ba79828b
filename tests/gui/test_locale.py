"""What Qt changes in the process it runs in."""

from __future__ import annotations

import locale
import os
import subprocess
import sys

import pytest
from PySide6.QtWidgets import QApplication

from cyberlib_client.gui.look.theme import begin


@pytest.mark.skipif(sys.platform == "win32", reason="has no language of messages")
def test_reasons_of_the_system_stay_those_our_tables_know(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a French desktop Qt asks the C library for French; errors were then worded in two languages."""
    monkeypatch.setenv("LANGUAGE", "fr")
    locale.setlocale(locale.LC_ALL, "C.UTF-8")  # what Qt does with the user's
    begin(qapp, "light")
    assert os.strerror(2) == "No such file or directory"


_QT_WORDS = """
from cyberlib_client.app.wording import language
language.choose({spoken!r})
from cyberlib_client.gui.main import application
running = application()
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QLineEdit, QMessageBox
field = QLineEdit("x")
menu = [each.text() for each in field.createStandardContextMenu().actions()]
kind = QDialogButtonBox.StandardButton
box = QDialogButtonBox(kind.Cancel | kind.Save | kind.Open | kind.Close)
choose = QFileDialog(None, "x")
choose.setOption(QFileDialog.Option.DontUseNativeDialog)
buttons = [each.text() for each in box.buttons()]
print(*menu, *buttons, choose.labelText(QFileDialog.DialogLabel.LookIn), sep="|")
"""


@pytest.mark.parametrize(
    ("spoken", "words", "others"),
    [("fr", ("Couper", "Copier", "Coller", "Annuler"), ("Cut", "Paste", "Cancel")),
     ("en", ("Cut", "Copy", "Paste", "Cancel"), ("Couper", "Coller", "Annuler"))],
)  # fmt: skip
def test_words_of_qts_own_are_in_the_language_of_the_window(
    spoken: str, words: tuple[str, ...], others: tuple[str, ...]
) -> None:
    """Menus over fields, usual buttons, the choice of a file."""
    done = subprocess.run(
        [sys.executable, "-c", _QT_WORDS.format(spoken=spoken)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = done.stdout.replace("&", "")
    assert [each for each in words if each not in told] == []
    assert [each for each in others if each in told] == []
