"""How long a first run takes: `python -m benchmarks.first_run FOLDER [--pace SECONDS] [--characters N]`.

In FOLDER, empty, a home with the demo practice is made, and a window is shown on a profile without anything.
The first run is then gone through by clicks and keys to "protected", with the vault in a folder. Told are the
clicks, the keys struck, the time that the machine took, and the time with somebody's pace in it: `--pace`
seconds before each click, `--characters` struck a second, `--noting` seconds to note passphrase and words,
reckoned and not waited for.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_PATIENCE = 600.0
"""Seconds after which something that does not come ends it."""


def main() -> None:
    """See the module."""
    options = argparse.ArgumentParser("first_run")
    options.add_argument("folder", type=Path)
    options.add_argument("--pace", type=float, default=3.0)
    options.add_argument("--characters", type=float, default=3.0)
    options.add_argument("--noting", type=float, default=60.0)
    given = options.parse_args()
    home = given.folder.resolve() / "home"
    (home / "Documents").mkdir(parents=True)
    os.environ |= {"HOME": str(home), "XDG_DOCUMENTS_DIR": str(home / "Documents")}
    from cyberlib_client.app.demo import make_practice

    files = make_practice(home / "Documents" / "Cabinet").files
    somebody = Somebody(given.folder.resolve())
    try:
        somebody.go_through()
    finally:
        somebody.leave()
    person = somebody.clicks * given.pace + somebody.keys / given.characters + given.noting
    told = {
        "files": files,
        "clicks": somebody.clicks,
        "keys": somebody.keys,
        "machine_seconds": round(somebody.seconds, 1),
        "with_somebody_seconds": round(somebody.seconds + person),
    }
    print(json.dumps(told, indent=2))


class Somebody:
    """Who clicks and types, and waits for what is shown."""

    def __init__(self, folder: Path) -> None:
        from cyberlib_client.app.wording import language
        from cyberlib_client.gui.bridge import Bridge
        from cyberlib_client.gui.main import application
        from cyberlib_client.gui.window import Window

        language.choose("fr")
        self.folder, self.clicks, self.keys = folder, 0, 0
        self.running = application()
        self.begun = time.monotonic()
        self.window = Window(Bridge(str(folder / "profile")))
        self.window.bridge.start()
        self.window.show()
        self.seconds = 0.0

    def go_through(self) -> None:
        """To the proof."""
        from cyberlib_client.gui.screens.first_run.key import Key
        from cyberlib_client.gui.screens.first_run.welcome import Welcome

        self.until("Bienvenue")
        self.click("Sur un disque ou un serveur du cabinet")
        assert self.window.first is not None
        steps = self.window.first.steps
        welcome = steps["welcome"]
        assert isinstance(welcome, Welcome)
        self.type(welcome.folder.at, str(self.folder / "vault"))
        self.click("Continuer")
        if not self.shows("Que voulez-vous protéger"):
            self.click("Continuer")  # the same disk: it was said
        self.until("Que voulez-vous protéger")
        self.click("Continuer")
        self.until("Votre clé")
        self.click("En proposer une")
        self.click("Continuer")
        self.until("Vos 24 mots")
        key = steps["key"]
        assert isinstance(key, Key)
        kept = list(key.words)
        self.click("Je les ai notés")
        assert key.back is not None
        for number, field in key.back.typed.items():
            self.type(field, kept[number])
        self.click("Continuer")
        self.until("La première sauvegarde est faite")
        self.click("Continuer")
        self.until("Votre poste est protégé")
        self.seconds = time.monotonic() - self.begun

    def leave(self) -> None:
        """The window goes, and the agent that it started."""
        from cyberlib_client.app.agent.client import agent_of
        from cyberlib_client.app.bootstrap import profile_at

        self.window.bridge.close()
        client = agent_of(profile_at(str(self.folder / "profile")))
        if client is not None:
            with client:
                client.end()

    def click(self, text: str) -> None:
        """The one button of that name."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QAbstractButton

        self.settle()
        (found,) = (
            each
            for each in self.window.findChildren(QAbstractButton)
            if each.isVisible() and each.text().strip() == text
        )
        assert found.isEnabled(), text
        self.clicks += 1
        QTest.mouseClick(found, Qt.MouseButton.LeftButton, pos=found.rect().center())
        self.settle()

    def type(self, field: object, text: str) -> None:
        """Into a field, which is clicked first."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QLineEdit

        assert isinstance(field, QLineEdit)
        if not field.hasFocus():
            self.keys += 1  # the Tab key
            field.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClicks(field, text)
        self.keys += len(text)

    def shows(self, text: str) -> bool:
        """Whether it can be read."""
        from PySide6.QtWidgets import QLabel

        return any(each.isVisible() and text in each.text() for each in self.window.findChildren(QLabel))

    def until(self, text: str) -> None:
        """Waits until it can be read."""
        from PySide6.QtTest import QTest

        end = time.monotonic() + _PATIENCE
        while not self.shows(text):
            assert time.monotonic() < end, text
            QTest.qWait(5)

    def settle(self) -> None:
        """Until what was asked is answered."""
        from PySide6.QtTest import QTest

        QTest.qWait(5)
        while self.window.bridge.waits:
            QTest.qWait(5)


if __name__ == "__main__":
    main()
