"""Second copies: which disks, when last there, and whether there are enough."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from ....app.agent.messages import CheckJob, CopyJob, Ended, Job
from ....app.clerk import questions as q
from ....app.clerk import questions_settings as s
from ....app.clerk.home import HomeTold
from ....app.copies_told import CopyInfo
from ....app.wording.language import Both, say
from ....app.wording.units import SNAPSHOT, many, moment, size
from ...room import House, Room
from ...widgets.basics import Card, IconLabel, Pill, Tone, button, clear, column, label, line, row
from ...widgets.form import Told
from .choosing import Adding, Changing

_COPY = (Both("exemplaire", "copy"), Both("exemplaires", "copies"))
_MEDIUM = (Both("support", "medium"), Both("supports", "media"))


class Copies(Room):
    """See the module."""

    def __init__(self, house: House) -> None:
        super().__init__(house, say("Copies", "Copies"))
        add = button(say("Ajouter une copie…", "Add a copy…"), self._add, main=True, sign="plus")
        self.column.addLayout(row(label(say("Copies", "Copies"), "title"), None, add))
        self.told = Told()
        self.column.addWidget(self.told)
        self._rule = Card(say("La règle 3-2-1", "The 3-2-1 rule"))
        self._pill, self._words = Pill(), label(kind="small", wrap=True)
        made = row(self._pill, self._words)
        made.setStretch(1, 1)
        self._rule.body.addLayout(made)
        self.column.addWidget(self._rule)
        self._card = Card(say("Secondes copies", "Second copies"))
        self._lines = QVBoxLayout()
        self._card.body.addLayout(self._lines)
        self.column.addWidget(self._card)
        self.column.addStretch(1)

    def enter(self) -> None:
        """See Room."""
        self.bridge.ask(q.CopiesAsked, list[CopyInfo], self._show, failed=self.house.say_error)
        self.bridge.ask(q.HomeAsked, HomeTold, self._show_rule, failed=self.house.say_error, days=1)

    def heard(self, job: int, event: object) -> None:
        """See Room."""
        if isinstance(event, Ended):
            self.enter()

    def _show_rule(self, told: HomeTold) -> None:
        spread = told.report.health.spread
        if spread is None:
            self._pill.say(say("Inconnu", "Unknown"), "")
            return
        self._pill.say(
            say("Tenue", "Kept") if spread.safe else say("Pas encore tenue", "Not kept yet"),
            "ok" if spread.safe else "todo",
        )
        copies, media = many(spread.copies, *_COPY), many(spread.media, *_MEDIUM)
        self._words.setText(
            say(
                f"Vos données existent en {copies}, sur {media}, dont {spread.elsewhere} hors du cabinet. Il"
                " en faut 3, sur 2 supports, dont 1 ailleurs.",
                f"Of your data there {'is' if spread.copies == 1 else 'are'} {copies}, on {media},"
                f" {spread.elsewhere} of them elsewhere. It takes 3, on 2 media, 1 elsewhere.",
            )
        )

    def _show(self, copies: list[CopyInfo]) -> None:
        clear(self._lines)
        for copy in copies:
            self._lines.addLayout(self._line(copy))
            if copy is not copies[-1]:
                self._lines.addWidget(line())
        if not copies:
            self._lines.addWidget(
                label(
                    say(
                        "Un disque USB que vous branchez de temps en temps garde une copie chiffrée du"
                        " coffre, qui se restaure même si l’hébergeur et la ligne sont en panne.",
                        "A USB disk that you plug in now and then keeps an encrypted copy of the vault, from"
                        " which to restore even when host and line are down.",
                    ),
                    "soft",
                    wrap=True,
                )
            )

    def _line(self, copy: CopyInfo) -> QVBoxLayout:
        text, tone = _state(copy)
        told = [copy.at]
        if copy.copied is not None:
            told.append(many(copy.snapshots, *SNAPSHOT))
            told.append(size(copy.bytes))
        name = row(label(copy.name, "strong"), Pill(text, tone), None)
        words = column(name, label(" · ".join(told), "small", wrap=True), gap=2)
        words.addWidget(label(" · ".join(_times(copy)), "small", wrap=True))
        words.addLayout(self._ways(copy))
        made = row(IconLabel("disk", "brand", 24), words, gap=14)
        made.setStretch(1, 1)
        if copy.here is not False:
            now = button(say("Copier maintenant", "Copy now"), lambda: self._begin(CopyJob(copy.name)))
            now.setAccessibleName(say(f"Copier maintenant sur {copy.name}", f"Copy to {copy.name} now"))
            made.addWidget(now)
        return column(made)

    def _ways(self, copy: CopyInfo) -> QHBoxLayout:
        """What else can be done with it."""
        change = button(say("Modifier…", "Change…"), self.once_open(partial(self._change, copy)), link=True)
        change.setAccessibleName(say(f"Modifier {copy.name}", f"Change {copy.name}"))
        remove = button(say("Retirer", "Remove"), self.once_open(partial(self._remove, copy)), link=True)
        remove.setAccessibleName(say(f"Retirer {copy.name}", f"Remove {copy.name}"))
        made = row(change, gap=14)
        if copy.here is not False and copy.copied is not None:
            check = button(
                say("Vérifier maintenant", "Check now"), lambda: self._begin(CheckJob(copy.name)), link=True
            )
            check.setAccessibleName(say(f"Vérifier {copy.name}", f"Check {copy.name}"))
            made.addWidget(check)
        made.addWidget(remove)
        made.addStretch(1)
        return made

    def _begin(self, job: Job) -> None:
        if self.bridge.agent is None:
            self.house.do("agent")
        self.bridge.begin(job)
        self.house.go("activity")

    # ---- changed

    def _add(self) -> None:
        Adding(self, self.bridge, self._added).open()

    def _added(self, made: CopyInfo) -> None:
        self.told.say(
            say(
                f"« {made.name} » est notée. La première copie prend le temps de tout écrire.",
                f"“{made.name}” is noted. The first copy takes the time to write everything.",
            ),
            lambda: self._remove(made),
        )
        self.enter()

    def _change(self, copy: CopyInfo) -> None:
        Changing(self, self.bridge, copy, self._changed).open()

    def _changed(self, before: CopyInfo, now: CopyInfo) -> None:
        self.told.say(
            say(f"Noté pour « {now.name} ».", f"Noted for “{now.name}”."),
            lambda: self._change_back(before, now.name),
        )
        self.enter()

    def _change_back(self, before: CopyInfo, name: str) -> None:
        self.bridge.ask(
            s.CopyChangeWanted,
            CopyInfo,
            self._as_before,
            failed=self.house.say_error,
            name=name,
            new=before.name,
            every=before.every,
            parity=before.parity,
            elsewhere=before.elsewhere,
        )

    def _as_before(self, _copy: CopyInfo) -> None:
        self.told.say(say("Comme avant.", "As before."))
        self.enter()

    def _remove(self, copy: CopyInfo) -> None:
        def gone(_gone: CopyInfo) -> None:
            words = say(
                f"« {copy.name} » ne se fait plus. Ce qu’elle contient reste sur son support.",
                f"“{copy.name}” is not made any more. What it holds stays on its medium.",
            )
            # The key to a bucket is forgotten with it: that one is added again by hand.
            again = None if copy.at.lower().startswith("s3:") else lambda: self._add_again(copy)
            self.told.say(words, again)
            self.enter()

        self.bridge.ask(s.CopyRemoved, CopyInfo, gone, failed=self.house.say_error, name=copy.name)

    def _add_again(self, copy: CopyInfo) -> None:
        self.bridge.ask(
            s.CopyWanted,
            CopyInfo,
            self._as_before,
            failed=self.house.say_error,
            name=copy.name,
            at=copy.at,
            every=copy.every,
            parity=copy.parity,
            elsewhere=copy.elsewhere,
        )


def _times(copy: CopyInfo) -> list[str]:
    """When it was there, made and read last."""
    told = []
    if copy.copied is not None:
        told.append(say(f"copiée le {moment(copy.copied)}", f"copied {moment(copy.copied)}"))
    if copy.checked is not None:
        told.append(say(f"relue le {moment(copy.checked)}", f"read {moment(copy.checked)}"))
    if copy.here:
        told.append(say("branchée", "plugged in"))
    elif copy.seen is not None:
        told.append(say(f"vue le {moment(copy.seen)}", f"last seen {moment(copy.seen)}"))
    return told or [say("jamais vue", "never seen")]


def _state(copy: CopyInfo) -> tuple[str, Tone]:
    if copy.copied is None:
        return say("Pas encore faite", "Not made yet"), "todo"
    if copy.lacks:
        return say(
            f"{many(copy.lacks, *SNAPSHOT)} à copier", f"{many(copy.lacks, *SNAPSHOT)} to copy"
        ), "todo"
    if copy.here is False:
        return say("Débranchée", "Not plugged in"), ""
    return say("À jour", "Up to date"), "ok"
