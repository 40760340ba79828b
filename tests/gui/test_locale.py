"""What Qt changes in the process it runs in."""

from __future__ import annotations

import locale
import os
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
