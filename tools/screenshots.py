"""Pictures of every screen of the window, from a fictitious practice: `python3 dev.py screenshots --out DIR`.

A practice is made, backed up over some days, restored from and copied, by the real program; then each
screen is drawn in both languages, light and dark, at 100 and 150 %; in French also in a small and a wide
window, in high contrast and with text at 200 %; with a sheet of all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton

from cyberlib_client.app.demo import make_practice, simulate_day
from cyberlib_client.app.wording import language
from cyberlib_client.app.wording.language import say
from cyberlib_client.gui.bridge import Bridge
from cyberlib_client.gui.main import application
from cyberlib_client.gui.screens.copies.choosing import Adding
from cyberlib_client.gui.screens.copies.copies import Copies
from cyberlib_client.gui.screens.folders.excluding import Excluding
from cyberlib_client.gui.screens.help.archive import Archiving
from cyberlib_client.gui.screens.help.explaining import Explaining
from cyberlib_client.gui.screens.restore.restore import Restore
from cyberlib_client.gui.screens.restore.told import Told
from cyberlib_client.gui.screens.settings.absence import Absence
from cyberlib_client.gui.screens.settings.keeping import Keeping
from cyberlib_client.gui.screens.settings.settings import Settings
from cyberlib_client.gui.screens.settings.timing import Conditions, Rates, Timing
from cyberlib_client.gui.window import Window
from tools import pictures
from tools.first_run_pictures import draw_first_run
from tools.state_pictures import LOOKS, SIZES, draw_absent, draw_empty, draw_states, dress, enlarge

PASSPHRASE = "cheval agrafe batterie correct lune"
SIZE = (1280, 800)
ROOMS = ("home", "folders", "activity", "restore", "copies", "keys", "settings", "help")


def main() -> int:
    """Makes the practice and has each variant drawn by a process of its own: Qt's scale is set once."""
    options = argparse.ArgumentParser("screenshots")
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--only", default="", help="variants whose name holds this, such as fr-light-100")
    options.add_argument("--approve", action="store_true", help="they are what is wanted from now on")
    options.add_argument("--guide", action="store_true", help="those of the user guides are drawn anew")
    options.add_argument("--compare", action="store_true", help="with those approved; 1 when they differ")
    options.add_argument("--draw", help=argparse.SUPPRESS)
    options.add_argument("--profile", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.draw:
        return _draw(given.out, given.draw, given.profile)
    given.out.mkdir(parents=True, exist_ok=True)
    differ: list[pictures.Difference] = []
    with tempfile.TemporaryDirectory() as folder, _practice(Path(folder)) as profile:
        for variant in _variants():
            if given.only in variant:
                scale = str(int(variant.rsplit("-", 1)[1]) / 100)
                command = [sys.executable, "-m", "tools.screenshots", "--out", given.out]
                command += ["--draw", variant, "--profile", profile]
                platform = f"offscreen:configfile={_screen(Path(folder), float(scale))}"
                environment = {**os.environ, "QT_QPA_PLATFORM": platform, "QT_SCALE_FACTOR": scale}
                subprocess.run([os.fspath(each) for each in command], check=True, env=environment)
                print(pictures.sheet(given.out, variant))
                if given.approve:
                    pictures.approve(given.out, variant)
                if given.compare:
                    differ += pictures.compare(given.out, variant)
    if given.guide:
        pictures.for_guide(given.out)
    for difference in differ:
        print(f"{difference.picture}: {difference.share:.0%} of it is not as approved")
    return 1 if differ else 0


def _variants() -> Iterator[str]:
    for spoken in ("fr", "en"):
        for look in ("light", "dark"):
            for scale in (100, 150):
                yield f"{spoken}-{look}-{scale}"
    for look in LOOKS:
        yield f"fr-{look}-100"


def _screen(folder: Path, scale: float) -> Path:
    """A screen on which the window has its room: Qt's own is of 800 × 800, and cuts dialogs off at 150 %."""
    width, height = (round(each * scale) for each in SIZE)
    screen = {"name": "screen", "x": 0, "y": 0, "width": width, "height": height, "dpr": 1.0}
    path = folder / f"screen-{scale}.json"
    path.write_text(json.dumps({"screens": [{**screen, "logicalDpi": 96, "logicalBaseDpi": 96}]}))
    return path


@contextmanager
def _practice(folder: Path) -> Iterator[str]:
    practice, profile, vault, disk = (
        folder / "Cabinet du Dr Exemple",
        str(folder / "profile"),
        folder / "coffre",
        folder / "disque",
    )
    made = make_practice(practice, size="tiny")
    disk.mkdir()

    def run(*words: str | Path, exits: tuple[int, ...] = (0,)) -> None:
        command = [sys.executable, "-m", "cyberlib_client", "--profile", profile, *map(str, words)]
        environment = {**os.environ, "CYBERLIB_PASSPHRASE": PASSPHRASE}
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        if done.returncode not in exits:
            raise SystemExit(done.stderr.decode())

    run("vault", "create", "--at", vault, "--device-name", "Accueil-1", "--device-file",
        "--words-file", folder / "mots.txt")  # fmt: skip
    run("sources", "add", practice)
    run("backup", exits=(0, 3))
    for _day in range(3):
        simulate_day(practice)
        run("backup", exits=(0, 3))
    run("copy", "add", "Disque du lundi", disk, "--elsewhere")
    run("copy", "Disque du lundi")
    run("drill")
    assert made.files
    yield profile


def _draw(out: Path, variant: str, profile: str) -> int:
    chosen, look, _scale = variant.split("-")
    language.choose("en" if chosen == "en" else "fr")
    if look == "text":
        enlarge(QApplication(sys.argv[:1]))
    application()
    dress(look)
    bridge = Bridge(profile)
    window = Window(bridge)
    size = SIZES.get(look, SIZE)
    window.resize(*size)
    bridge.start()
    window.show()
    _settle(bridge)
    for room in ROOMS:
        window.go(room)
        _settle(bridge)
        if room == "restore":
            _choose_file(window)
        window.grab().save(str(out / f"{room}-{variant}.png"))
        for name, opened in DIALOGS.get(room, {}).items():
            dialog = opened(window)
            dialog.resize(dialog.size().boundedTo(QSize(*size)))
            _settle(bridge)
            dialog.grab().save(str(out / f"{room}-{name}-{variant}.png"))
            dialog.reject()
            _settle(bridge)
    draw_states(out, variant, window, _settle)
    bridge.close()
    Path(profile, "credentials", "locked").unlink()  # what was locked stays so for the next window
    draw_absent(out, variant, profile, Path(profile).with_name("coffre"), size, _settle)
    draw_empty(out, variant, size, _settle)
    draw_first_run(out, variant, size, _settle)
    return 0


def _settle(bridge: Bridge) -> None:
    """Until all that was asked is answered and drawn."""
    _until(lambda: not bridge.waits)


def _until(true: Callable[[], bool]) -> None:
    for _ in range(300):
        QTest.qWait(100)
        if true():
            break
    QTest.qWait(100)


def _choose_file(window: Window) -> None:
    """Opens folder after folder until there are letters, and chooses one that can be read."""
    room = window.rooms["restore"]
    assert isinstance(room, Restore)
    for _depth in range(12):
        rows = [room.listing.row_at(n) for n in range(room.listing.rowCount())]
        texts = [n for n, each in enumerate(rows) if each.name.endswith(".pdf")]
        folders = [each for each in rows if each.entry.kind == "directory"]
        if texts:
            room.table.selectRow(texts[-1])
            _until(lambda: bool(room.taking.look.pages.at.text()))
            break
        if not folders:
            break
        letters = [each for each in folders if each.name == "Courriers"]
        room.open_folder((letters or folders)[-1].entry.path)
        _settle(window.bridge)
    _settle(window.bridge)


def _excluding(window: Window) -> QDialog:
    """What a folder leaves out, while somebody types."""
    button = next(b for b in window.rooms["folders"].findChildren(QPushButton) if b.text() == "Exclusions…")
    button.click()
    (dialog,) = window.rooms["folders"].findChildren(Excluding)
    dialog.kind.setCurrentIndex(1)
    dialog.text.setText("pdf")
    QTest.qWait(400)
    return dialog


def _keeping(window: Window) -> QDialog:
    """A policy that is being chosen."""
    room = window.rooms["settings"]
    assert isinstance(room, Settings)
    room._keep()
    dialog = room.findChildren(Keeping)[-1]
    dialog.presets[None].setChecked(True)
    dialog.numbers["last"].setValue(1)
    QTest.qWait(500)
    return dialog


def _of_settings(kind: type[QDialog], method: str) -> Callable[[Window], QDialog]:
    def opened(window: Window) -> QDialog:
        room = window.rooms["settings"]
        getattr(room, method)()
        return room.findChildren(kind)[-1]

    return opened


def _adding(window: Window) -> QDialog:
    """A copy that is being added."""
    room = window.rooms["copies"]
    assert isinstance(room, Copies)
    room._add()
    return room.findChildren(Adding)[-1]


def _asking(window: Window) -> QDialog:
    """The help on a room, over it."""
    window.ask()
    return window.findChildren(Explaining)[-1]


def _explaining(window: Window) -> QDialog:
    """What an error means."""
    window.explain("store_full", say("Le disque du coffre est plein.", "The vault’s disk is full."))
    return window.findChildren(Explaining)[-1]


def _archiving(window: Window) -> QDialog:
    """What the archive for support holds."""
    archiving = Archiving(window, window)
    archiving.open()
    return archiving


def _told(window: Window) -> QDialog:
    """A restore, file by file."""
    room = window.rooms["restore"]
    assert isinstance(room, Restore)
    room.table.selectAll()
    with tempfile.TemporaryDirectory() as folder:
        for _again in range(2):
            room.taking.restore(folder)
            while room.taking.bringing.at_work:
                QTest.qWait(50)
            changed = sorted(path for path in Path(folder).rglob("*") if path.is_file())
            for path in changed[:2]:
                path.write_text("…", encoding="utf-8")
    room.taking.report.click()
    return room.findChildren(Told)[-1]


DIALOGS: dict[str, dict[str, Callable[[Window], QDialog]]] = {
    "folders": {"excluding": _excluding},
    "copies": {"adding": _adding},
    "settings": {
        "timing": _of_settings(Timing, "_timing"),
        "conditions": _of_settings(Conditions, "_condition"),
        "rates": _of_settings(Rates, "_rate"),
        "keeping": _keeping,
        "absence": _of_settings(Absence, "_absence"),
    },
    "restore": {"told": _told, "help": _asking},
    "help": {"archive": _archiving, "error": _explaining},
}
"""By room and name: opens each."""


if __name__ == "__main__":
    sys.exit(main())
