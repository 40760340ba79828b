"""The pages of a PDF document, one at a time, each drawn by a process that knows nothing else."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QProcess, QProcessEnvironment, Qt, QTimer
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from ....app.drawing import (
    SECONDS,
    PageAsked,
    PageDrawn,
    command,
    environment,
    most_of_an_answer,
    read_answer,
)
from ....app.wording.language import say
from ...widgets.basics import button, column, label, row

_WIDE, _HIGH = 1200, 1700
"""Dots that a page is drawn in: it is made smaller to fit, and is sharp on fine screens."""


class Pages(QWidget):
    """`failed`: takes the words when there is nothing to see."""

    def __init__(self, failed: Callable[[str], object]) -> None:
        super().__init__()
        self._failed = failed
        self._content = b""
        self._asked = PageAsked(0, _WIDE, _HIGH)
        self._drawer: QProcess | None = None
        self._whole: QPixmap | None = None
        self._image = QLabel()
        self._image.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._image.setMinimumSize(1, 1)
        self._before = button("‹", lambda: self._turn(-1))
        self._before.setAccessibleName(say("Page précédente", "Previous page"))
        self._after = button("›", lambda: self._turn(1))
        self._after.setAccessibleName(say("Page suivante", "Next page"))
        for each in (self._before, self._after):
            each.setToolTip(each.accessibleName())
        self.at = label(kind="small")
        self._line = QWidget()
        self._line.setLayout(row(None, self._before, self.at, self._after, None))
        both = column(self._image, self._line)
        both.setStretch(0, 1)
        self.setLayout(both)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(SECONDS * 1000)
        self._late.timeout.connect(self._end)

    def show_document(self, content: bytes) -> None:
        """From its first page."""
        self.forget()
        self._content = content
        self._draw(0)

    def forget(self) -> None:
        """Nothing of it stays."""
        self._let_go()
        self._content, self._whole = b"", None
        self._image.clear()
        self.at.setText("")
        self._line.hide()

    def _turn(self, by: int) -> None:
        self._draw(self._asked.page + by)

    def _draw(self, page: int) -> None:
        self._let_go()
        self._asked = PageAsked(page, _WIDE, _HIGH)
        drawer = QProcess(self)
        known = QProcessEnvironment()
        for name, value in environment().items():
            known.insert(name, value)
        drawer.setProcessEnvironment(known)
        drawer.setStandardErrorFile(QProcess.nullDevice())
        drawer.readyReadStandardOutput.connect(lambda: self._hear(drawer))
        drawer.finished.connect(lambda _code, _how: self._drawn(drawer))
        drawer.errorOccurred.connect(lambda error: self._not_started(drawer, error))
        self._drawer = drawer
        program, *arguments = command()
        drawer.start(program, arguments)
        drawer.write(msgspec.json.encode(self._asked) + b"\n" + self._content)
        drawer.closeWriteChannel()
        self._late.start()

    def _hear(self, drawer: QProcess) -> None:
        if drawer is self._drawer and drawer.bytesAvailable() > most_of_an_answer(self._asked):
            drawer.kill()  # it would fill the memory

    def _end(self) -> None:
        if self._drawer is not None:
            self._drawer.kill()  # `finished` follows

    def _let_go(self) -> None:
        """Of a drawer at work, whatever it still says."""
        self._late.stop()
        drawer, self._drawer = self._drawer, None
        if drawer is not None:
            drawer.kill()
            drawer.waitForFinished(1000)
            drawer.deleteLater()

    def _not_started(self, drawer: QProcess, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._drawn(drawer)

    def _drawn(self, drawer: QProcess) -> None:
        if drawer is not self._drawer:
            return
        self._late.stop()
        self._drawer = None
        answer = bytes(drawer.readAllStandardOutput().data())
        drawer.deleteLater()
        drawn, dots = read_answer(answer, self._asked)
        if drawn.problem:
            self.forget()
            self._failed(_words(drawn.problem))
            return
        image = QImage(dots, drawn.width, drawn.height, drawn.width * 4, QImage.Format.Format_RGB32)
        self._whole = QPixmap.fromImage(image)
        self._fit()
        self._tell(drawn)

    def _tell(self, drawn: PageDrawn) -> None:
        number = self._asked.page + 1
        self.at.setText(say(f"Page {number} sur {drawn.pages}", f"Page {number} of {drawn.pages}"))
        self._image.setAccessibleName(self.at.text())
        self._before.setEnabled(number > 1)
        self._after.setEnabled(number < drawn.pages)
        self._line.setVisible(drawn.pages > 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._whole is None:
            return
        ratio = self.devicePixelRatioF()
        room = self._image.size()
        if room.width() < 2 or room.height() < 2:
            return
        fitted = self._whole.scaled(
            room * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        fitted.setDevicePixelRatio(ratio)
        self._image.setPixmap(fitted)


def _words(problem: str) -> str:
    if problem == "encrypted":
        return say(
            "Ce PDF est fermé par un mot de passe. Restaurez-le pour l’ouvrir.",
            "This PDF is locked by a password. Restore it to open it.",
        )
    return say(
        "Ce PDF ne peut pas être montré ici. Restaurez-le pour l’ouvrir.",
        "This PDF cannot be shown here. Restore it to open it.",
    )
