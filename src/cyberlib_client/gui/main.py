"""The program with a window."""

from __future__ import annotations

import signal
import sys
from subprocess import Popen
from typing import Final

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTimer, QTranslator
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

from ..app.wording.language import language
from ..core.errors import CyberlibError
from .bridge import Bridge
from .look.icons import icon
from .look.theme import begin
from .single import Single
from .tray import Tray
from .window import Window
from .words import error_line

_GLANCE: Final = 200
"""ms between two moments in which Python looks at signals."""


def application() -> QApplication:
    """The one of this process, in the chosen language."""
    made = QApplication.instance()
    if not isinstance(made, QApplication):
        QGuiApplication.setDesktopFileName("cyberlib")
        made = QApplication(sys.argv[:1])
    made.setApplicationName("CyberLib")
    made.setQuitOnLastWindowClosed(False)
    begin(made)
    made.setWindowIcon(icon("shield-check", "#0B6170", 64))
    QLocale.setDefault(QLocale(QLocale.Language.French if language() == "fr" else QLocale.Language.English))
    translator = QTranslator(made)
    path = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{language()}", path):  # the words of Qt's own dialogs
        made.installTranslator(translator)
    return made


def say_why(error: CyberlibError) -> int:
    """Shows why there is no window, and waits until that was read; the exit code."""
    running = application()
    asking = QMessageBox(QMessageBox.Icon.Warning, "CyberLib", error_line(error))
    asking.setTextFormat(Qt.TextFormat.PlainText)
    asking.finished.connect(lambda _result: running.exit(error.exit_code))
    asking.open()
    return running.exec()


def run(folder: str | None, *, alone: bool = False, clerk: Popen[bytes] | None = None) -> int:
    """Shows the window of a profile until it is left; its exit code. A second one shows the first.
    `alone`: it ends when it is closed, whatever icon there is. `clerk`: one that was started already."""
    running = application()
    bridge = Bridge(folder, clerk)
    single = Single(bridge.profile.root)
    if not single.first():
        bridge.close()
        return 0
    window = Window(bridge)
    tray = Tray(window, running, hidden=alone)
    single.called.connect(tray.show_window)
    bridge.start()
    window.show()
    signal.signal(signal.SIGINT, lambda _number, _frame: running.quit())
    glance = QTimer()
    glance.timeout.connect(lambda: None)
    glance.start(_GLANCE)
    try:
        return running.exec()
    finally:
        bridge.close()
        single.close()


def run_support(folder: str | None, credential: str, ca: str) -> int:
    """Shows support's window until it is closed; its exit code."""
    from .helping.window import HelpingWindow  # most windows never show it

    running = application()
    running.setQuitOnLastWindowClosed(True)
    window = HelpingWindow(folder, credential, ca)
    signal.signal(signal.SIGINT, lambda _number, _frame: window.close())
    glance = QTimer()
    glance.timeout.connect(lambda: None)
    glance.start(_GLANCE)
    window.show()
    return running.exec()
