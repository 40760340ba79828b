"""Pictures of what is seldom met: each dialog about keys and hosts, the window without an agent, without its
vault, with a host that does not answer; and of other sizes, high contrast and large text."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtGui import QColor, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from cyberlib_client.app import escrow_text
from cyberlib_client.app.alarms import AlarmShown, ReasonInfo
from cyberlib_client.app.escrow_told import EscrowOffer, EscrowOfficer, EscrowTold, ReleaseShown
from cyberlib_client.app.host_told import Card, SubProcessor
from cyberlib_client.app.hosts import TermsShown
from cyberlib_client.core.errors import Failed
from cyberlib_client.gui.agreeing import Alarm, Terms
from cyberlib_client.gui.bridge import Bridge
from cyberlib_client.gui.look.theme import begin, theme
from cyberlib_client.gui.screens.home.hosting import HostingCard
from cyberlib_client.gui.screens.keys.escrow_forms import JoinEscrow
from cyberlib_client.gui.screens.keys.forms import CheckKit, NewKit, NewPassphrase
from cyberlib_client.gui.screens.keys.keys import Keys
from cyberlib_client.gui.unlocking import Unlocking
from cyberlib_client.gui.window import Window
from cyberlib_client.transports.host.records import Place

Settle = Callable[[Bridge], None]

USUAL: Final = (1280, 800)
SIZES: Final = {"small": (800, 600), "wide": (1920, 1080)}
"""Looks that are another size of the window; the smallest one that a practice may still have."""
LOOKS: Final = (*SIZES, "contrast", "text")
"""Beside light and dark: drawn in French at 100 %."""


def dress(look: str) -> None:
    """How the window looks from now on."""
    running = QApplication.instance()
    assert isinstance(running, QApplication)
    begin(running, "dark" if look == "dark" else "light")
    if look == "contrast":
        theme().contrast(night_sky())


def enlarge(running: QApplication) -> None:
    """The system's text at 200 %. Before anything is drawn."""
    font = running.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    running.setFont(font)


def night_sky() -> QPalette:
    """The colours of Windows' high contrast theme of that name."""
    made = QPalette()
    role = QPalette.ColorRole
    for each, colour in {
        role.Window: "#000000", role.Base: "#000000", role.Button: "#000000", role.WindowText: "#FFFFFF",
        role.Text: "#FFFFFF", role.ButtonText: "#FFEE32", role.Highlight: "#D6B4FD",
        role.HighlightedText: "#2B2B2B", role.Link: "#8080FF",
    }.items():  # fmt: skip
        made.setColor(each, QColor(colour))
    return made


_CARD: Final = Card(
    "Hébergeur fictif", "FICTIF-0000", [1, 2, 3, 4, 5, 6], "2026-01-05", "2029-01-04",
    [Place("Lyon", 45.76, 4.84), Place("Lille", 50.63, 3.06)],
    [SubProcessor("Centre de données fictif", "hébergement physique", 90)],
)  # fmt: skip
_TERMS: Final = "Conditions d’utilisation (texte fictif)\n\n" + "\n\n".join(
    f"Article {number}. " + "Le présent texte n’engage personne. " * 9 for number in range(1, 5)
)
_ALARM: Final = AlarmShown(
    "critical", "2026-11-20T08:12:00Z", "2026-11-20T07:30:00Z", "2026-11-20T06:00:00Z", 212, 14,
    [ReasonInfo("broken", 180, 0, 9), ReasonInfo("notes", 3, 0, 5)], 0, True,
)  # fmt: skip


_OFFICERS: Final = [
    EscrowOfficer("anne", "Anne Fictive", "Éditeur fictif"),
    EscrowOfficer("bruno", "Bruno Inventé", "Étude fictive"),
    EscrowOfficer("claire", "Claire Exemple", "Ordre fictif"),
]
_RELEASE: Final = ReleaseShown(
    "ab" * 32, "waiting", "POSTE-7", False, "2026-11-20T08:00:00Z", "2026-11-21T08:00:00Z", 0, []
)
_ESCROW: Final = EscrowTold(
    "on", 1, "hebergeur.example", "9e49 eb73 468b 8573 5378 0f90", 2, _OFFICERS,
    "Dr Exemple", "2026-11-02T09:30:00Z", False, True, [_RELEASE],
)  # fmt: skip


def _hosting(window: Window, _settle: Settle) -> QDialog:
    return HostingCard(_CARD, window)


def _terms(window: Window, settle: Settle) -> QDialog:
    dialog = Terms(window, window)
    dialog.open()
    settle(window.bridge)  # there is no host to ask
    dialog.problem.hide()
    dialog.words.show()
    dialog._show(TermsShown(2, "2026-09-01T00:00:00Z", _TERMS, False, []))
    return dialog


def _alarm(window: Window, settle: Settle) -> QDialog:
    dialog = Alarm(window, window)
    dialog.open()
    settle(window.bridge)
    dialog._show(_ALARM)
    return dialog


def _kit(window: Window, settle: Settle) -> QDialog:
    dialog = NewKit(window, window.bridge, lambda _made: None)
    dialog.open()
    dialog.folder.setText(tempfile.gettempdir())
    dialog.secret.setText("une autre phrase")
    dialog.go.click()
    settle(window.bridge)
    return dialog


def _check(window: Window, settle: Settle) -> QDialog:
    dialog = CheckKit(window, window.bridge)
    dialog.open()
    dialog.typed.setPlainText("guignol hibou chiot xylofone question ")
    settle(window.bridge)
    return dialog


def _passphrase(window: Window, settle: Settle) -> QDialog:
    dialog = NewPassphrase(window, window.bridge, lambda _added: None, further=True)
    dialog.open()
    dialog.new.setText("soleil")
    settle(window.bridge)
    return dialog


def _unlocking(window: Window, settle: Settle) -> QDialog:
    dialog = Unlocking(window.bridge, lambda _nothing: None, window)
    dialog.open()
    dialog.secret.setText("une autre phrase")
    dialog._open()
    settle(window.bridge)
    return dialog


def _joining(window: Window, settle: Settle) -> QDialog:
    dialog = JoinEscrow(window, window.bridge, lambda _joined: None)
    dialog.open()
    dialog.policy.setText("E:\\convention")
    dialog.fingerprint.setText(_ESCROW.fingerprint)
    dialog.who.setText("Dr Exemple")
    dialog._show(EscrowOffer(_ESCROW, escrow_text.text()))
    settle(window.bridge)
    return dialog


STATES: Final[dict[str, Callable[[Window, Settle], QDialog]]] = {
    "keys-kit": _kit,
    "keys-check": _check,
    "keys-passphrase": _passphrase,
    "keys-joining": _joining,
    "home-hosting": _hosting,
    "home-terms": _terms,
    "home-alarm": _alarm,
}


def draw_states(out: Path, variant: str, window: Window, settle: Settle) -> None:
    """Of a window with a practice behind it."""
    for name, opened in STATES.items():
        window.go(name.partition("-")[0])
        settle(window.bridge)
        dialog = opened(window, settle)
        dialog.open()
        QTest.qWait(100)
        dialog.grab().save(str(out / f"{name}-{variant}.png"))
        dialog.reject()
    window.go("home")
    window.say_error(Failed("host_unreachable", at="https://coffre.hebergeur.example"))
    settle(window.bridge)
    window.grab().save(str(out / f"home-down-{variant}.png"))
    window.banner.hide()
    window.go("keys")
    settle(window.bridge)
    keys = window.rooms["keys"]
    assert isinstance(keys, Keys)
    keys.escrow._show(_ESCROW)
    inside = keys.escrow.layout()
    assert inside is not None
    for _ in range(100):  # lines that wrap are laid out in several rounds
        QTest.qWait(100)
        if keys.escrow.height() >= inside.totalHeightForWidth(keys.escrow.width()):
            break
    QTest.qWait(100)
    keys.escrow.grab().save(str(out / f"keys-escrow-{variant}.png"))
    window.lock()
    settle(window.bridge)
    dialog = _unlocking(window, settle)
    dialog.grab().save(str(out / f"keys-unlocking-{variant}.png"))
    dialog.reject()
    for room in ("keys", "restore"):
        window.go(room)
        settle(window.bridge)
        window.grab().save(str(out / f"{room}-locked-{variant}.png"))


def draw_absent(
    out: Path, variant: str, profile: str, vault: Path, size: tuple[int, int], settle: Settle
) -> None:
    """The disk with the vault is not plugged in."""
    aside = vault.with_name("débranché")
    vault.rename(aside)
    try:
        _draw(out, variant, profile, size, settle, "absent", ("home", "restore", "copies"))
    finally:
        aside.rename(vault)


def draw_empty(out: Path, variant: str, size: tuple[int, int], settle: Settle) -> None:
    """Nothing is set up, and somebody said “later”."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        _draw(out, variant, folder, size, settle, "empty", ("home", "folders", "activity", "restore",
              "copies", "keys", "settings"))  # fmt: skip


def _draw(
    out: Path, variant: str, profile: str, size: tuple[int, int], settle: Settle, name: str,
    rooms: tuple[str, ...],
) -> None:  # fmt: skip
    bridge = Bridge(profile)
    window = Window(bridge)
    window.resize(*size)
    bridge.start()
    window.show()
    settle(bridge)
    for room in rooms:
        window.go(room)
        settle(bridge)
        window.grab().save(str(out / f"{room}-{name}-{variant}.png"))
    bridge.close()
