"""Pictures of the first run, which ends in a real vault in a folder, a real backup and a real restore."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtTest import QTest

from cyberlib_client.app.demo import make_practice
from cyberlib_client.app.hosts import TermsShown
from cyberlib_client.gui.bridge import Bridge
from cyberlib_client.gui.screens.first_run.first_run import FirstRun
from cyberlib_client.gui.screens.first_run.key import Key
from cyberlib_client.gui.screens.first_run.proving import Backup, Proof
from cyberlib_client.gui.screens.first_run.terms import Terms
from cyberlib_client.gui.screens.first_run.welcome import Welcome
from cyberlib_client.gui.window import Window

_FOLDERS = {
    "DOCUMENTS": "Documents",
    "DESKTOP": "Bureau",
    "DOWNLOAD": "Téléchargements",
    "PICTURES": "Images",
}
_TERMS = "Conditions d’utilisation (texte fictif)\n\n" + "\n\n".join(
    f"Article {number}. " + "Le présent texte n’engage personne. " * 9 for number in range(1, 5)
)


def draw_first_run(out: Path, variant: str, size: tuple[int, int], settle: Callable[[Bridge], None]) -> None:
    """One picture for each screen."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "Cabinet"
        for name, called in _FOLDERS.items():
            (home / called).mkdir(parents=True)
            os.environ[f"XDG_{name}_DIR"] = str(home / called)
        make_practice(home / "Documents" / "Patients", size="tiny")
        (home / "Bureau" / "~$lettre.docx").write_bytes(bytes(162))
        (home / "Téléchargements" / "mode d’emploi.pdf").write_bytes(bytes(90_000))
        bridge = Bridge(os.path.join(folder, "profile"))
        window = Window(bridge)
        window.resize(*size)
        bridge.start()
        window.show()
        settle(bridge)
        assert window.first is not None
        _Drawing(window, window.first, out, variant, settle).all_of_it(os.path.join(folder, "coffre"))
        bridge.order(lambda agent: agent.end())
        QTest.qWait(1000)
        bridge.close()


class _Drawing:
    """Goes through it as a practice does."""

    def __init__(
        self, window: Window, first: FirstRun, out: Path, variant: str, settle: Callable[[Bridge], None]
    ) -> None:
        self._window, self._first, self._out, self._variant = window, first, out, variant
        self._settle: Callable[[], None] = lambda: settle(window.bridge)

    def _draw(self, name: str) -> None:
        self._window.grab().save(str(self._out / f"first-{name}-{self._variant}.png"))

    def _press(self) -> None:
        self._first.press()
        self._settle()

    def all_of_it(self, vault: str) -> None:
        """Every screen."""
        first = self._first
        welcome = first.steps["welcome"]
        assert isinstance(welcome, Welcome)
        self._draw("1-welcome")
        self._press()
        self._draw("1-wrong")
        first.show_step("terms")
        self._settle()
        terms = first.steps["terms"]
        assert isinstance(terms, Terms)
        terms.quiet()
        terms.show_terms(TermsShown(2, "2026-09-01T00:00:00Z", _TERMS, False, []))
        QTest.qWait(100)
        self._draw("2-terms")
        first.show_step("welcome")
        welcome.folder.radio.setChecked(True)
        welcome.folder.at.setText(vault)
        self._press()
        if first.here == "welcome":  # said to be on the same disk
            self._press()
        self._settle()
        self._draw("3-protect")
        self._press()
        key = first.steps["key"]
        assert isinstance(key, Key)
        key.secret.propose()
        QTest.qWait(100)
        self._draw("4-key")
        self._press()
        self._draw("4-words")
        self._press()
        for number, field in key.back.typed.items() if key.back is not None else ():
            field.setText(key.words[number])
        self._draw("4-typed")
        self._press()
        for name, kind in (("backup", Backup), ("proof", Proof)):
            step = first.steps[name]
            assert isinstance(step, kind)
            for _ in range(600):
                QTest.qWait(100)
                if step.done:
                    break
            self._settle()
            self._draw("5-backup" if name == "backup" else "6-proof")
            if name == "backup":
                self._press()
