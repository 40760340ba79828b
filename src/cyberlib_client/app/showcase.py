"""The whole way, shown on a fictitious practice: saved, searched, restored, compared."""

from __future__ import annotations

import os
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from ..core.errors import Failed
from ..core.words_fr import WORDS
from ..state.private_file import write_new
from . import backups, bootstrap, browsing, drills, hosts, restoring, sources, vault_info, vaults, verifying
from .agent.start import agent_of_its_own
from .comparison import Comparison, compare
from .demo import make_practice, simulate_day
from .demo.embedded_host import EmbeddedHost, embedded_host, is_installed, markers_found
from .demo.practice import DATABASE, LETTERS, SizeName
from .demo.stage import stage
from .paths import own_vault_path, shown, shown_native
from .session import Session
from .sources import Choice
from .unlock import PASSPHRASE_VARIABLE

_MORE_DAYS: Final = 2
"""Further days of the practice before the window is shown."""


class Step(msgspec.Struct, frozen=True):
    """One step as it ended. `step` is stable; `facts` are what there is to tell about it."""

    step: str
    facts: dict[str, str | int | float | list[str]]


def run_showcase(
    session: Session,
    folder: str | None,
    *,
    keep: bool = False,
    size: SizeName = "small",
    window: Callable[[str], object] | None = None,
) -> Iterator[Step]:
    """Plays it all in `folder`, or in a temporary one; leaves nothing behind unless `keep`.

    With a host of its own, but for `keep`: what is kept can be looked into without one. `window`: shows the
    profile in a folder until it is closed; some days of the practice are then all that is played. The session
    lends its listener and its cancel token; profile, vault and keychain of the user are not touched. Raises
    UsageError("demo_folder_not_empty", at=…), ("bad_path"), Failed("demo_failed", what=…),
    ("demo_folder_unusable", at=…, reason=…), Stopped.
    """
    begun = time.monotonic()
    with stage(folder, keep) as at:
        yield from _Show(session, at, size, hosted=not keep and is_installed(), window=window).play()
        yield Step(
            "done",
            {
                "seconds": time.monotonic() - begun,
                "folder": shown_native(at) if keep else "",
                "kept": int(keep),
            },
        )


class _Show:
    """One showing. Paths are folders of the stage. `hosted`: the vault is at a host of the show's own."""

    def __init__(
        self,
        session: Session,
        stage: str,
        size: SizeName,
        *,
        hosted: bool,
        window: Callable[[str], object] | None,
    ) -> None:
        self._window = window
        self._hosted = hosted
        self._practice = Path(stage, "Cabinet fictif")
        self._stage = stage
        self._size: SizeName = size
        self._host: EmbeddedHost | None = None
        self._words: list[str] = []
        passphrase = "-".join(WORDS[int.from_bytes(bootstrap.random(2)) % len(WORDS)] for _ in range(5))
        self._lender = session
        self._session = self._workstation("Profil", {PASSPHRASE_VARIABLE: passphrase})

    def _workstation(self, profile: str, environ: dict[str, str], words: str | None = None) -> Session:
        """One with a profile of its own on the stage."""
        lender = self._lender
        return Session(
            bootstrap.profile_at(os.path.join(self._stage, profile)),
            lender.prompt,
            listener=lender.listener,
            notify=lender.notify,
            cancel=lender.cancel,
            environ=environ,
            recovery_file=words,
            watched=lender.watched,
            closing=lender.closing,
        )

    def play(self) -> Iterator[Step]:
        """Each step, once it is done."""
        made = make_practice(self._practice, size=self._size)
        yield Step(
            "practice",
            {"folder": shown_native(str(self._practice)), "files": made.files, "bytes": made.bytes},
        )
        self._session.cancel.check()
        if not self._hosted:
            yield self._make_vault(os.path.join(self._stage, "Coffre"))
            yield from self._in_window() if self._window else self._use()
            return
        with embedded_host(Path(self._stage, "Hébergeur"), "Cabinet fictif") as self._host:
            yield self._enrol(self._session, "POSTE 1")
            yield self._make_vault(self._host.url)
            if self._window:
                yield from self._in_window()
                return
            yield from self._use()
            yield self._seen()
            yield from self._elsewhere()

    def _enrol(self, session: Session, name: str) -> Step:
        assert self._host is not None
        key = os.path.join(self._stage, "Clé de contrat.txt")
        if not os.path.exists(key):
            write_new(bootstrap.private_files(), key, self._host.contract_key.encode("ascii"))
        enrolled = hosts.enrol(
            session, self._host.url, key, name=name, ca_file=self._host.authority, keeping="file"
        )
        facts: dict[str, str | int | float | list[str]] = {"host": enrolled.host, "name": enrolled.name}
        return Step("host", facts | {"state": enrolled.state})

    def _make_vault(self, at: str) -> Step:
        vault = vaults.create(self._session, at, keeping="file", device="DÉMONSTRATION")
        self._words = vault.words or []
        self._session.fresh_settings()
        return Step("vault", {"at": vault.at, "words": len(self._words)})

    def _seen(self) -> Step:
        """What the host holds, and how much of the practice stands in it in clear."""
        assert self._host is not None
        info = vault_info.info(self._session)
        names = [path.name for path in self._practice.rglob("*.pdf")]
        markers = [name.encode("utf-8") for name in names] + [b"%PDF-"]
        found = markers_found(self._host, markers)
        if found:
            raise Failed("demo_failed", what="clear", path=None)
        return Step(
            "seen",
            {
                "objects": sum(info.objects.values()),
                "bytes": sum(info.bytes.values()),
                "looked_for": len(markers),
                "found": found,
            },
        )

    def _elsewhere(self) -> Iterator[Step]:
        """The workstation is lost: another takes its licence over, opens the vault by the words, restores."""
        assert self._host is not None
        self._backup()  # its last one
        words = os.path.join(self._stage, "Mots de secours.txt")
        write_new(bootstrap.private_files(), words, " ".join(self._words).encode("utf-8"))
        new = self._workstation("Profil du nouveau poste", {}, words)
        yield self._enrol(new, "POSTE 2")
        hosts.reassign(new, "POSTE 1", os.path.join(self._stage, "Clé de contrat.txt"))
        vaults.connect(new, self._host.url, keeping="file")
        new.fresh_settings()
        to = os.path.join(self._stage, "Nouveau poste")
        done = restoring.run_restore(new, restoring.Wanted(["latest"], to))
        same = self._compare(to)
        yield Step(
            "elsewhere",
            {"files": done.files, "bytes": done.bytes, "seconds": done.seconds, "compared": same.files},
        )

    def _use(self) -> Iterator[Step]:
        """Saved, worked in, saved again, searched, restored, compared, verified."""
        session = self._session
        yield _backup_step("first_backup", self._backup())
        day = simulate_day(self._practice)
        yield Step(
            "day",
            {
                "visits": day.visits,
                "acts": day.acts,
                "corrections": day.corrections,
                "new_files": len(day.new_files),
                "renamed": f"{day.renamed[0]} → {day.renamed[1]}",
            },
        )
        session.cancel.check()
        yield _backup_step("second_backup", self._backup())
        letter = next(p for p in day.new_files if p.suffix == ".pdf" and LETTERS in p.parents)
        yield from self._look(letter)
        yield from self._restore_all()
        yield self._lose_and_find(letter)
        yield self._verify()

    def _in_window(self) -> Iterator[Step]:
        """Some days of backups and a proven restore; then the window, for as long as it is open."""
        session = self._session
        sources.add_source(session, str(self._practice), Choice())
        session.fresh_settings()
        yield _backup_step("first_backup", self._backup(Choice()))
        simulate_day(self._practice)
        yield _backup_step("second_backup", self._backup(Choice()))
        for _day in range(_MORE_DAYS):
            simulate_day(self._practice)
            self._backup(Choice())
        session.forget_snapshots()
        proven = drills.run_drill(session)
        yield Step("drill", {"files": proven.files, "bytes": proven.bytes})
        assert self._window is not None
        with agent_of_its_own(session.profile):
            yield Step("window", {})
            self._window(session.profile.root)

    def _backup(self, choice: Choice | None = None) -> backups.BackupDone:
        self._session.forget_snapshots()
        return backups.run_backup(self._session, choice or Choice([str(self._practice)]))

    def _look(self, letter: Path) -> Iterator[Step]:
        self._session.forget_snapshots()
        patient = _plain(letter.name.split(" - ")[1])
        found = list(browsing.find(self._session, patient))
        below = shown(own_vault_path(str(self._practice)))
        yield Step("search", {"word": patient, "below": below, "found": [f.entry.path for f in found]})
        wanted = shown(own_vault_path(str(self._practice / letter)))
        if wanted not in [f.entry.path for f in found]:
            raise Failed("demo_failed", what="find")
        states = browsing.versions(self._session, str(self._practice / DATABASE))
        yield Step(
            "versions",
            {"path": DATABASE.name, "states": [f"{s.first_time} {s.entry.size}" for s in states]},
        )

    def _restore_all(self) -> Iterator[Step]:
        to = os.path.join(self._stage, "Restauration")
        done = restoring.run_restore(self._session, restoring.Wanted(["latest"], to))
        yield Step(
            "restore",
            {"to": shown_native(to), "files": done.files, "bytes": done.bytes, "seconds": done.seconds},
        )
        same = self._compare(to)
        yield Step(
            "compare",
            {
                "files": same.files,
                "directories": same.directories,
                "others": same.others,
                "bytes": same.bytes,
                "differences": len(same.differences),
            },
        )

    def _compare(self, to: str) -> Comparison:
        result = compare(
            str(self._practice),
            _below(to, str(self._practice)),
            bootstrap.metadata(),
            self._session.cancel,
        )
        if result.differences:
            path, what = result.differences[0]
            raise Failed("demo_failed", what=what, path=path)
        return result

    def _lose_and_find(self, letter: Path) -> Step:
        lost = self._practice / letter
        before = lost.read_bytes()
        lost.unlink()
        to = os.path.join(self._stage, "Courrier retrouvé")
        item = f"latest:{shown(own_vault_path(str(lost)))}"
        restoring.run_restore(self._session, restoring.Wanted([item], to))
        shutil.move(_below(to, str(lost)), lost)
        if lost.read_bytes() != before:
            raise Failed("demo_failed", what="content")
        return Step("recovered", {"path": letter.name, "bytes": len(before)})

    def _verify(self) -> Step:
        done = verifying.run_verify(self._session, percent=100)
        if not done.ok:
            raise Failed("demo_failed", what="verify")
        return Step("verify", {"packs": done.packs_read, "bytes": done.bytes_read})


def _backup_step(step: str, done: backups.BackupDone) -> Step:
    if done.unread:
        raise Failed("demo_failed", what=step)
    s = done.snapshot
    return Step(
        step,
        {
            "files": s.files,
            "bytes": s.bytes,
            "new_files": s.new_files,
            "changed_files": s.changed_files,
            "stored": s.stored,
            "seconds": done.seconds,
        },
    )


def _plain(name: str) -> str:
    """A patient's name as it is typed in a hurry."""
    apart = unicodedata.normalize("NFD", name.lower())
    return "".join(c for c in apart if not unicodedata.combining(c))


def _below(to: str, path: str) -> str:
    """Where a restore to `to` puts the path."""
    names = own_vault_path(path).decode("utf-8", "surrogateescape").split("/")
    return os.path.join(to, *names[1:])


__all__ = ["SizeName", "Step", "run_showcase"]
