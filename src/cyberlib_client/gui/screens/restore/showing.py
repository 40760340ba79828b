"""A look at a file before it is restored: text, images and PDF; of others, what they are."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImageReader, QPixmap, QResizeEvent
from PySide6.QtWidgets import QDialog, QLabel, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from ....app.clerk.questions import Peeked
from ....app.wording.language import say
from ...look.theme import theme
from ...widgets.basics import button, label, row
from .pages import Pages

_MOST_TEXT = 200_000
_MOST_DOTS = 40_000_000
"""Dots of an image that is drawn: those of a large photograph."""
_SIDE = 2000
_LOW = 96
"""px of it at least, where what became of a restore is told below."""
PDF = b"%PDF-"
_MOST_SCANS = 100
"""Passes over a JPEG, of which each takes long and few bytes; those of cameras have ten."""
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF")


class Showing(QStackedWidget):
    """One page each for words, text, an image and a document."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("look")
        self.setMinimumHeight(theme().grown(_LOW))
        self._words = label(kind="small", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setProperty("kind", "preview")
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName(say("Aperçu", "Preview"))
        self._image = QLabel()
        self._image.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._image.setMinimumSize(1, 1)
        self._whole: QPixmap | None = None
        self.pages = Pages(self.say)
        for each in (self._words, self._text, self._image, self.pages):
            self.addWidget(each)

    def hasHeightForWidth(self) -> bool:
        """See QWidget: it takes the room that is left."""
        return False

    def sizeHint(self) -> QSize:
        """See QWidget: its largest page would like more, and the room would scroll for that."""
        return QSize(super().sizeHint().width(), theme().grown(_LOW))

    @property
    def shows(self) -> bool:
        """Whether there is more to see than words."""
        return self.currentWidget() is not self._words

    def say(self, words: str) -> None:
        """No preview, but words."""
        self._words.setText(words)
        self._text.clear()
        self._image.clear()
        self._whole = None
        self.pages.forget()
        self.setCurrentWidget(self._words)

    def show_content(self, told: Peeked) -> None:
        """The first bytes of a file, or all of it."""
        if not told.content:
            self.say(say("Ce fichier est vide.", "This file is empty."))
            return
        if told.content.startswith(PDF):
            self._show_document(told)
            return
        if told.content.startswith(_IMAGES) and told.whole:
            image = _image(told.content)
            if image is not None:
                self._whole = image
                self._fit()
                self._image.setAccessibleName(say("Aperçu de l’image", "Preview of the image"))
                self.setCurrentWidget(self._image)
                return
        text = _text(told.content[:_MOST_TEXT])
        if text is None:
            self.say(
                say(
                    "Ce type de fichier ne s’affiche pas ici. Restaurez-le pour l’ouvrir.",
                    "Files of this kind are not shown here. Restore it to open it.",
                )
            )
            return
        self._text.setPlainText(text)
        self.setCurrentWidget(self._text)

    def _show_document(self, told: Peeked) -> None:
        if not told.whole:
            self.say(
                say(
                    "Ce PDF est trop long pour être montré ici. Restaurez-le pour l’ouvrir.",
                    "This PDF is too long to be shown here. Restore it to open it.",
                )
            )
            return
        self.pages.show_document(told.content)
        self.setCurrentWidget(self.pages)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._whole is not None and self.width() > 2 and self.height() > 2:
            self._image.setPixmap(
                self._whole.scaled(
                    self.size(),
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            )


class Larger(QDialog):
    """The same look, in a window as large as there is room for. Nothing of it stays once it is closed."""

    def __init__(self, parent: QWidget, name: str, told: Peeked) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(name)
        self.showing = Showing()
        inner = QVBoxLayout(self)
        inner.addWidget(self.showing, 1)
        inner.addLayout(row(None, button(say("Fermer", "Close"), self.reject, main=True)))
        room = self.screen().availableSize()
        self.resize(min(900, room.width() - 80), min(1100, room.height() - 80))
        self.showing.show_content(told)

    def done(self, result: int) -> None:
        """See QDialog."""
        self.showing.say("")  # who draws ends too
        super().done(result)


def _image(content: bytes) -> QPixmap | None:
    """None for one that is none, or whose picture is far more than its file: it would fill the memory, or
    keep the window from answering for minutes."""
    if content.startswith(b"\xff\xd8") and content.count(b"\xff\xda") > _MOST_SCANS:
        return None
    data = QByteArray(content)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > _MOST_DOTS:
        return None
    if max(size.width(), size.height()) > _SIDE:
        reader.setScaledSize(size.scaled(_SIDE, _SIDE, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else QPixmap.fromImage(image)


def _text(content: bytes) -> str | None:
    """None for what is no text."""
    if b"\0" in content[:4096]:
        return None
    for encoding in ("utf-8", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < len(content) - 4 or encoding != "utf-8":
                continue
            text = content[: error.start].decode(encoding)
        controls = sum(ord(letter) < 32 and letter not in "\t\n\r\f" for letter in text[:4096])
        return text if controls * 50 <= min(len(text), 4096) else None
    return None
