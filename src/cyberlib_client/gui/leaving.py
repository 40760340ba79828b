"""What is asked before the window goes while something is at work that would go with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMessageBox, QWidget

from ..app.wording.language import say


def ask_to_stop(parent: QWidget, then: Callable[[], object]) -> None:
    """`then`: what stops the restore."""
    asking = QMessageBox(parent)
    asking.setWindowTitle("CyberLib")
    asking.setIcon(QMessageBox.Icon.Question)
    asking.setText(say("Une restauration est en cours.", "A restore is at work."))
    asking.setInformativeText(
        say(
            "La quitter maintenant l’arrête ; les fichiers déjà restaurés sont entiers. Les sauvegardes,"
            " elles, continuent sans la fenêtre.",
            "Leaving now stops it; the files restored so far are whole. Backups go on without the window.",
        )
    )
    stop = asking.addButton(
        say("Arrêter la restauration", "Stop the restore"), QMessageBox.ButtonRole.DestructiveRole
    )
    asking.setDefaultButton(asking.addButton(say("Rester", "Stay"), QMessageBox.ButtonRole.RejectRole))
    stop.clicked.connect(lambda _checked=False: then())
    asking.open()
