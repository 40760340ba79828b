"""Which folder, or which file: the dialog of the system, or Qt's own where there is none."""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtWidgets import QFileDialog, QWidget

from ...app.wording.language import say


def ask_folder(parent: QWidget, title: str, chosen: Callable[[str], object], start: str = "") -> None:
    """`chosen` takes the folder. `start`: where to look first, in place of the user's own folder."""
    dialog = _asking(parent, title, start)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(chosen)
    dialog.open()


def ask_file(parent: QWidget, title: str, chosen: Callable[[str], object]) -> None:
    """`chosen` takes a file that there is."""
    dialog = _asking(parent, title, "")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(chosen)
    dialog.open()


def _asking(parent: QWidget, title: str, start: str) -> QFileDialog:
    # Qt would begin where the program was started, which is nothing to whoever uses it.
    dialog = QFileDialog(parent, title, start if os.path.isdir(start) else os.path.expanduser("~"))
    words = QFileDialog.DialogLabel
    dialog.setLabelText(words.LookIn, say("Dans :", "Look in:"))  # Qt's French leaves these two out
    dialog.setLabelText(words.FileType, say("Type :", "Type:"))
    return dialog
