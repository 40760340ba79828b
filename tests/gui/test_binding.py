"""What the window needs of Qt's binding, and one release lacked."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton


class Told(QObject):
    """Tells anything."""

    told = Signal(object)


def test_calls_take_no_reference_of_what_is_shared_by_all(qapp: QApplication) -> None:
    """With 6.12.0 each call that returns None or a bool does: Python 3.11 ends after some thousands."""
    told, button = Told(), QPushButton()
    told.told.connect(lambda _anything: None)
    before = [sys.getrefcount(each) for each in (None, True, False)]
    for _ in range(300):
        told.told.emit(None)
        button.click()
        button.isVisible()
        button.isEnabled()
    QTest.qWait(0)
    after = [sys.getrefcount(each) for each in (None, True, False)]
    assert all(new - old > -100 for old, new in zip(before, after, strict=True)), (before, after)
