"""When backups run by themselves, under which conditions, how much of the line they use, how long they are
kept, and what can be brought back."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QVBoxLayout

from ....app.agent.status import StatusInfo
from ....app.clerk import questions_settings as q
from ....app.messages import translated
from ....app.network_told import NetworkShown, rates_of
from ....app.retention_told import Quarantined, RetentionChanged, RetentionDone, RetentionShown, Undeleted
from ....app.retention_told import change_to as policy_back
from ....app.scheduling import ScheduleShown, change_to
from ....app.times import iso_time
from ....app.wording.language import language, say
from ....app.wording.units import SNAPSHOT, many, moment, size
from ....core.errors import CyberlibError, NeedsUnlock
from ...room import House, Room
from ...widgets.basics import Card, IconLabel, Pill, button, clear, column, label, line, row
from ...widgets.form import Told
from ...words import error, no_vault_yet
from . import absence, sentences
from .keeping import Applying, Keeping
from .part import Part
from .timing import Conditions, Rates, Timing, next_words


class Settings(Room):
    """See the module."""

    def __init__(self, house: House) -> None:
        super().__init__(house, say("Réglages", "Settings"))
        self.column.addWidget(label(say("Réglages", "Settings"), "title"))
        self.told = Told()
        self.column.addWidget(self.told)
        self._shown: ScheduleShown | None = None
        self._network: NetworkShown | None = None
        self._policy: RetentionShown | None = None
        self._planned: str | None = None
        self._minutes: int | None = None
        change = say("Modifier…", "Change…")
        self._when = Part(
            say("Quand sauvegarder", "When to back up"),
            "clock",
            change,
            self.once_open(self._timing),
        )
        self._pause = button(say("Suspendre…", "Pause…"), lambda: self.house.go("activity"), link=True)
        self._when.words_below.addLayout(row(self._pause, None))
        self._conditions = Part(
            say("À quelles conditions", "Under which conditions"),
            "pause",
            change,
            self.once_open(self._condition),
        )
        self._rates = Part(
            say("Part de la ligne", "Share of the line"),
            "server",
            change,
            self.once_open(self._rate),
        )
        self._kept = Part(
            say("Durée de conservation", "How long snapshots are kept"),
            "history",
            change,
            self.once_open(self._keep),
        )
        self._apply = button(say("Appliquer maintenant…", "Apply now…"), self._apply_now, link=True)
        self._kept.words_below.addLayout(row(self._apply, None))
        self._alone = Part(absence.title(), "lock", change, self.once_open(self._absence))
        for part in (self._when, self._conditions, self._rates, self._kept, self._alone):
            self.column.addWidget(part)
        self._waiting = Card(say("Versions retirées", "Snapshots that were let go"))
        self._waiting_lines = QVBoxLayout()
        self._waiting_lines.setSpacing(8)
        self._waiting.body.addLayout(self._waiting_lines)
        self.column.addWidget(self._waiting)
        self.column.addStretch(1)
        self.bridge.status.connect(self._follow)

    def enter(self) -> None:
        """See Room."""
        failed = self.house.say_error
        self.bridge.ask(q.ScheduleAsked, q.ScheduleTold, self._show_schedule, failed=failed)
        self.bridge.ask(q.RatesAsked, NetworkShown, self._show_rates, failed=failed)
        self.bridge.ask(q.LeftAloneAsked, int, self._show_alone, failed=failed)
        self.bridge.ask(q.RetentionAsked, RetentionShown, self._show_policy, failed=self._no_policy)
        self.bridge.ask(q.QuarantineAsked, list[Quarantined], self._show_waiting, failed=self._not_seen)

    # ---- shown

    def _show_schedule(self, told: q.ScheduleTold) -> None:
        self._shown, self._planned = told.shown, told.next
        self._conditions.say(sentences.conditions(told.shown))
        self._follow(self.bridge.agent)

    def _follow(self, status: StatusInfo | None) -> None:
        if self._shown is None:
            return
        words = [sentences.when(self._shown)]
        self._pause.setVisible(status is not None)
        if status is None:
            words.append(
                say(
                    "La sauvegarde automatique est arrêtée : rien ne se fait seul.",
                    "Automatic backup is stopped: nothing runs by itself.",
                )
            )
        elif status.paused_until is not None:
            until = moment(iso_time(status.paused_until))
            words.append(say(f"Suspendues jusqu’au {until}.", f"Paused until {until}."))
        else:
            planned = iso_time(status.next_run) if status.next_run is not None else self._planned
            if planned is not None:
                words.append(next_words(planned))
        self._when.say(words)

    def _show_rates(self, told: NetworkShown) -> None:
        self._network = told
        self._rates.say(sentences.rates(told))

    def _show_policy(self, told: RetentionShown) -> None:
        self._policy = told
        words = [sentences.kept(told)]
        if told.chosen or told.shared:
            words.append(
                say(
                    f"Quarantaine de {told.quarantine} jours avant tout effacement.",
                    f"Quarantine of {told.quarantine} days before anything is deleted.",
                )
            )
        if told.shared:
            words.append(
                say(
                    "D’autres règles sont notées dans le coffre : ce qu’elles gardent est gardé.",
                    "Other policies stand in the vault: what they keep is kept.",
                )
            )
        if told.frozen:
            words.append(
                say(
                    "Une alarme dure sur ce poste : rien n’est effacé.",
                    "An alarm stands on this machine: nothing is deleted.",
                )
            )
        if told.applied is not None:
            when = moment(told.applied)
            words.append(say(f"Appliquée le {when}.", f"Applied {when}."))
        self._kept.say(words)
        self._apply.setVisible(told.chosen or bool(told.shared))

    def _no_policy(self, raised: CyberlibError) -> None:
        if raised.code == "no_vault":
            self._kept.say([no_vault_yet()])
            self._kept.change.setEnabled(False)
            self._apply.hide()
        else:
            self.house.say_error(raised)

    def _show_waiting(self, found: list[Quarantined]) -> None:
        clear(self._waiting_lines)
        for each in found:
            self._waiting_lines.addLayout(self._waiting_line(each))
            if each is not found[-1]:
                self._waiting_lines.addWidget(line())
        if not found:
            self._waiting_lines.addWidget(
                label(say("Aucune version n’est en quarantaine.", "No snapshot is in quarantine."), "soft")
            )

    def _waiting_line(self, each: Quarantined) -> QVBoxLayout:
        why = ", ".join(
            translated(f"retired_{reason}", language()).removeprefix("retired_")
            for reason in each.reason.split(", ")
        )
        told = [each.device, size(each.bytes), why]
        if each.returns:
            until = moment(each.until)
            told.append(say(f"se rétablit jusqu’au {until}", f"comes back until {until}"))
        words = column(label(moment(each.time), "strong"), label(" · ".join(told), "small", wrap=True), gap=2)
        made = row(IconLabel("history", "brand", 24), words, gap=14)
        made.setStretch(1, 1)
        if each.returns:
            back = button(say("Rétablir", "Bring back"), partial(self._bring_back, each))
            back.setAccessibleName(
                say(f"Rétablir celle du {moment(each.time)}", f"Bring {moment(each.time)} back")
            )
            made.addWidget(back)
        else:
            made.addWidget(Pill(say("Ne revient pas", "Does not come back"), ""))
        return column(made)

    def _not_seen(self, raised: CyberlibError) -> None:
        clear(self._waiting_lines)
        if raised.code == "no_vault":
            self._waiting_lines.addWidget(label(no_vault_yet(), "soft"))
            return
        self._waiting_lines.addWidget(label(str(error(raised)), "soft", wrap=True))
        if isinstance(raised, NeedsUnlock):
            unlock = button(
                say("Ouvrir le coffre…", "Open the vault…"),
                lambda: self.house.unlock(lambda _nothing: self.enter()),
            )
            self._waiting_lines.addLayout(row(unlock, None))

    # ---- changed

    def _timing(self) -> None:
        if self._shown is not None:
            Timing(self, self.bridge, self._shown, self._scheduled).open()

    def _condition(self) -> None:
        if self._shown is not None:
            Conditions(self, self.bridge, self._shown, self._scheduled).open()

    def _scheduled(self, before: ScheduleShown, now: q.ScheduleTold) -> None:
        self._show_schedule(now)
        if before != now.shown:
            self.told.say(_noted(), lambda: self._schedule_back(before))

    def _schedule_back(self, before: ScheduleShown) -> None:
        def done(told: q.ScheduleTold) -> None:
            self._show_schedule(told)
            self.told.say(_as_before())

        change = change_to(before)
        self.bridge.ask(q.ScheduleWanted, q.ScheduleTold, done, failed=self.house.say_error, change=change)

    def _rate(self) -> None:
        if self._network is not None:
            Rates(self, self.bridge, self._network, self._rated).open()

    def _rated(self, before: NetworkShown, now: NetworkShown) -> None:
        self._show_rates(now)
        if rates_of(before) != rates_of(now):
            self.told.say(_noted(), lambda: self._rates_back(before))

    def _rates_back(self, before: NetworkShown) -> None:
        def done(told: NetworkShown) -> None:
            self._show_rates(told)
            self.told.say(_as_before())

        rates = rates_of(before)
        self.bridge.ask(q.RatesChanged, NetworkShown, done, failed=self.house.say_error, rates=rates)

    def _show_alone(self, minutes: int) -> None:
        self._minutes = minutes
        self._alone.say([absence.sentence(minutes)])
        self.house.left_alone.wait_for(minutes)

    def _absence(self) -> None:
        if self._minutes is not None:
            absence.Absence(self, self.bridge, self._minutes, self._absent).open()

    def _absent(self, before: int, now: int) -> None:
        self._show_alone(now)
        self.told.say(_noted(), lambda: self._alone_back(before))

    def _alone_back(self, before: int) -> None:
        def done(minutes: int) -> None:
            self._show_alone(minutes)
            self.told.say(_as_before())

        self.bridge.ask(q.LeftAloneWanted, int, done, failed=self.house.say_error, minutes=before)

    def _keep(self) -> None:
        if self._policy is not None:
            Keeping(self, self.bridge, self._policy, self._chosen).open()

    def _chosen(self, told: RetentionChanged) -> None:
        self._show_policy(told.after)
        if policy_back(told.before) != policy_back(told.after):
            self.told.say(
                say(
                    "Noté. Rien n’est effacé maintenant : l’agent l’applique une fois par semaine.",
                    "Noted. Nothing is deleted now: the agent applies it once a week.",
                ),
                lambda: self._policy_back(told),
            )

    def _policy_back(self, told: RetentionChanged) -> None:
        def done(_changed: RetentionChanged) -> None:
            self.told.say(_as_before())
            self.enter()

        def failed(raised: CyberlibError) -> None:
            if isinstance(raised, NeedsUnlock):  # back to keeping less takes a proof too
                Keeping(self, self.bridge, told.after, self._chosen, told.before).open()
            else:
                self.house.say_error(raised)

        change = policy_back(told.before)
        self.bridge.ask(q.RetentionWanted, RetentionChanged, done, failed=failed, change=change)

    def _apply_now(self) -> None:
        if self._policy is not None:
            Applying(self, self.bridge, self._policy, self._applied).open()

    def _applied(self, told: RetentionDone) -> None:
        gone, until = many(told.retired, *SNAPSHOT), moment(told.until)
        self.told.say(
            say(
                f"{gone} en quarantaine jusqu’au {until} ; {size(told.purged)} effacés.",
                f"{gone} in quarantine until {until}; {size(told.purged)} deleted.",
            )
        )
        self.enter()

    def _bring_back(self, each: Quarantined) -> None:
        def done(_told: Undeleted) -> None:
            self.told.say(
                say(
                    f"La version du {moment(each.time)} est rétablie. Aucune règle ne la retire plus.",
                    f"The snapshot of {moment(each.time)} is back. No policy lets it go any more.",
                )
            )
            self.enter()

        failed = self.house.say_error
        self.bridge.ask(q.BringBackWanted, Undeleted, done, failed=failed, snapshots=[each.id])


def _noted() -> str:
    return say("Noté. C’est en vigueur dès maintenant.", "Noted. It is in force from now on.")


def _as_before() -> str:
    return say("Comme avant.", "As before.")
