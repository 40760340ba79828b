"""When backups run, under which conditions, and how much of the line they use: chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ....app.clerk import questions_settings as q
from ....app.network_told import NetworkShown, rates_of
from ....app.rates_wanted import RateHours, RatesWanted
from ....app.scheduling import ScheduleChange, ScheduleShown, change_to
from ....app.wording.language import Both, say
from ....app.wording.units import moment, span
from ....app.wording.weekdays import weekdays
from ....core.errors import CyberlibError
from ...bridge import Bridge
from ...widgets.basics import Card, button, clear, column, label, row
from ...widgets.form import Field, Form
from ...words import error
from . import sentences

_PAUSE: Final = 250
_DAYS: Final = (
    Both("lun", "Mon"), Both("mar", "Tue"), Both("mer", "Wed"), Both("jeu", "Thu"), Both("ven", "Fri"),
    Both("sam", "Sat"), Both("dim", "Sun"),
)  # fmt: skip
_KEYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EVERY: Final = (1800, 3600, 7200, 14_400, 28_800)
_BATTERY: Final[tuple[tuple[str, Both], ...]] = (
    ("yes", Both("Oui, toujours", "Yes, always")),
    ("20%", Both("À partir de 20 % de charge", "From 20% of charge")),
    ("50%", Both("À partir de 50 % de charge", "From 50% of charge")),
    ("no", Both("Non, attendre le secteur", "No, wait for the mains")),
)
Then = Callable[[ScheduleShown, q.ScheduleTold], object]
"""Takes what was before and what is now."""


class _Tried(Form):
    """What a change means is said while it is made."""

    def __init__(
        self, parent: QWidget, bridge: Bridge, shown: ScheduleShown, then: Then, title: str, lead: str
    ) -> None:
        super().__init__(parent, title, lead, say("Enregistrer", "Save"), self._save)
        self._bridge, self._shown, self._then = bridge, shown, then
        self._asked: int | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE)
        self._soon.timeout.connect(self._try)
        self.meaning = label(kind="small-ink", wrap=True)
        self.fields: dict[str, Field] = {}

    def _finish(self) -> None:
        """Below the fields: what they mean."""
        card = Card(kind="note", margin=14)
        card.body.addWidget(label(say("Ce que cela veut dire", "What it means"), "strong"))
        card.body.addWidget(self.meaning)
        self.body.addWidget(card)
        self.body.addStretch(1)
        self.finished.connect(lambda _how: self._stop())
        self._try()

    def change(self) -> ScheduleChange:
        """What is chosen."""
        raise NotImplementedError

    def told(self, told: q.ScheduleTold) -> str:
        """What it means."""
        raise NotImplementedError

    def _stop(self) -> None:
        self._soon.stop()
        if self._asked is not None:
            self._bridge.cancel(self._asked)
            self._asked = None

    def _try(self) -> None:
        self._stop()
        self._asked = self._bridge.ask(
            q.ScheduleTriedAsked, q.ScheduleTold, self._mean, failed=self._failed, change=self.change()
        )

    def _mean(self, told: q.ScheduleTold) -> None:
        self._asked = None
        self._clear_problems()
        self.meaning.setText(self.told(told))

    def _clear_problems(self) -> None:
        self.refuse("")
        for field in self.fields.values():
            field.refuse("")

    def _failed(self, raised: CyberlibError) -> None:
        self._asked = None
        self._clear_problems()
        field = self.fields.get(raised.code)
        if field is not None:
            field.refuse(str(error(raised)))
            self.meaning.setText(say("Ce n’est pas encore clair.", "This is not clear yet."))
        else:
            self.refuse(str(error(raised)))

    def _save(self) -> None:
        self._stop()
        self.wait()
        self._bridge.ask(
            q.ScheduleWanted, q.ScheduleTold, self._saved, failed=self._failed, change=self.change()
        )

    def _saved(self, told: q.ScheduleTold) -> None:
        self.accept()
        self._then(self._shown, told)


class Timing(_Tried):
    """When backups run."""

    def __init__(self, parent: QWidget, bridge: Bridge, shown: ScheduleShown, then: Then) -> None:
        title = say("Quand sauvegarder", "When to back up")
        super().__init__(parent, bridge, shown, then, title, "")
        self.watch = QCheckBox(say("Peu après chaque changement", "Soon after each change"))
        self.watch.setChecked(shown.watch)
        self.times = QLineEdit(", ".join(shown.times))
        self.times.setPlaceholderText("12:30, 19:00")
        self.days = [QCheckBox(str(each)) for each in _DAYS]
        for number, each in enumerate(self.days):
            each.setChecked(number in shown.days)
            each.toggled.connect(lambda _on: self._soon.start())
        self.every = QComboBox()
        self.every.addItem(say("Non", "No"), 0)
        for seconds in sorted({*_EVERY, shown.every or _EVERY[0]}):
            self.every.addItem(say(f"Toutes les {span(seconds)}", f"Every {span(seconds)}"), seconds)
        self.every.setCurrentIndex(max(0, self.every.findData(shown.every or 0)))
        self.scan = QCheckBox(say("Tout revoir une fois par jour", "Look at everything once a day"))
        self.scan.setChecked(shown.scan)
        self.body.addWidget(self.watch)
        self.fields["bad_times"] = Field(
            say("À heure fixe", "At fixed times"),
            self.times,
            say("Vide : à aucune heure. Plusieurs heures : une virgule entre elles.",
                "Empty: at no time. Several times: a comma between them."),
        )  # fmt: skip
        self.fields["bad_days"] = Field(
            say("Ces jours-là", "On these days"), row(*self.days, None, gap=10), named=self.days[0]
        )
        for number, each in enumerate(self.days):
            each.setAccessibleName(str(_DAYS[number]))
        self.fields["bad_every"] = Field(say("À intervalle régulier", "At regular intervals"), self.every)
        for field in self.fields.values():
            self.body.addLayout(field)
        self.body.addWidget(self.scan)
        self.watch.toggled.connect(lambda _on: self._soon.start())
        self.scan.toggled.connect(lambda _on: self._soon.start())
        self.times.textChanged.connect(lambda _text: self._soon.start())
        self.every.currentIndexChanged.connect(lambda _index: self._soon.start())
        self.fit(640, 640)
        self._finish()

    def change(self) -> ScheduleChange:
        """See _Tried."""
        days = ",".join(key for key, box in zip(_KEYS, self.days, strict=True) if box.isChecked())
        seconds = self.every.currentData()
        times = self.times.text().strip()
        return ScheduleChange(
            times=times or "none",
            days=days or (None if not times else "-"),
            every=f"{seconds // 60} min"
            if seconds and seconds % 60 == 0
            else f"{seconds} s"
            if seconds
            else "none",
            watch=self.watch.isChecked(),
            scan=self.scan.isChecked(),
        )

    def told(self, told: q.ScheduleTold) -> str:
        """See _Tried."""
        return " ".join(filter(None, (sentences.when(told.shown), next_words(told.next))))


class Conditions(_Tried):
    """What is waited for."""

    def __init__(self, parent: QWidget, bridge: Bridge, shown: ScheduleShown, then: Then) -> None:
        super().__init__(
            parent,
            bridge,
            shown,
            then,
            say("À quelles conditions", "Under which conditions"),
            say(
                "Une sauvegarde que vous demandez vous-même se fait toujours, sauf batterie presque vide.",
                "A backup that you ask for yourself is always made, but on an almost empty battery.",
            ),
        )
        own = change_to(shown)
        self.battery = QComboBox()
        known = dict(_BATTERY)
        for value in dict.fromkeys([*known, own.battery or "20%"]):
            self.battery.addItem(str(known.get(value, value)), value)
        self.battery.setCurrentIndex(max(0, self.battery.findData(own.battery)))
        self.metered = QCheckBox(
            say("Aussi par un partage de connexion ou un forfait compté", "Over metered connections too")
        )
        self.metered.setChecked(shown.metered)
        self.hours = QLineEdit("; ".join(f"{weekdays(e.days)} {e.start}-{e.end}" for e in shown.hours))
        self.hours.setPlaceholderText(say("lun-ven 08:00-20:00", "mon-fri 08:00-20:00"))
        self.fields["bad_battery"] = Field(say("Sur batterie", "On battery"), self.battery)
        self.fields["bad_run_hours"] = Field(
            say("Commencer seulement à ces heures", "Begin only in these hours"),
            self.hours,
            say("Vide : à toute heure. Plusieurs plages : un point-virgule entre elles.",
                "Empty: at all hours. Several spans: a semicolon between them."),
        )  # fmt: skip
        self.body.addLayout(self.fields["bad_battery"])
        self.body.addWidget(self.metered)
        self.body.addLayout(self.fields["bad_run_hours"])
        self.battery.currentIndexChanged.connect(lambda _index: self._soon.start())
        self.metered.toggled.connect(lambda _on: self._soon.start())
        self.hours.textChanged.connect(lambda _text: self._soon.start())
        self.fit(640, 560)
        self._finish()

    def change(self) -> ScheduleChange:
        """See _Tried."""
        hours = tuple(each.strip() for each in self.hours.text().split(";") if each.strip())
        return ScheduleChange(
            hours=hours or ("none",), battery=self.battery.currentData(), metered=self.metered.isChecked()
        )

    def told(self, told: q.ScheduleTold) -> str:
        """See _Tried."""
        return " ".join(sentences.conditions(told.shown))


def next_words(iso: str | None) -> str:
    """When the next one is."""
    if iso is None:
        return ""
    return say(f"La prochaine à heure dite : {moment(iso)}.", f"The next by the clock: {moment(iso)}.")


class Rates(Form):
    """How much of the line is used; `then` takes what was before and what is now."""

    def __init__(
        self,
        parent: QWidget,
        bridge: Bridge,
        shown: NetworkShown,
        then: Callable[[NetworkShown, NetworkShown], object],
    ) -> None:
        super().__init__(
            parent,
            say("Part de la ligne", "Share of the line"),
            say(
                "Pour que téléphone et logiciels en ligne restent rapides pendant les consultations.",
                "So that telephone and online software stay fast during consultations.",
            ),
            say("Enregistrer", "Save"),
            self._save,
        )
        self._bridge, self._shown, self._then = bridge, shown, then
        before = rates_of(shown)
        hint = say("Par exemple 2 Mbit/s. Vide : sans limite.", "Such as 2 Mbit/s. Empty: no limit.")
        self.upload, self.download = QLineEdit(before.upload), QLineEdit(before.download)
        for each in (self.upload, self.download):
            each.setPlaceholderText(say("sans limite", "no limit"))
        self._fields = [
            Field(say("Envoi", "Upload"), self.upload, hint),
            Field(say("Réception", "Download"), self.download),
        ]
        for field in self._fields:
            self.body.addLayout(field)
        self._spans: list[tuple[QLineEdit, QLineEdit, QLineEdit, RateHours | None, QHBoxLayout]] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        add = button(say("Ajouter des heures", "Add hours"), self._add, sign="plus")
        add.setAutoDefault(False)
        self.hours = Field(
            say("Autrement à ces heures", "Otherwise in these hours"),
            column(self._rows, row(add, None), gap=8),
        )
        self.body.addLayout(self.hours)
        self.body.addStretch(1)
        for span_ in before.hours:
            self._add(span_)
        self.fit(640, 560)

    def _add(self, given: RateHours | None = None) -> None:
        day, hour = QLineEdit(given.days if given else ""), QLineEdit(given.times if given else "")
        rate = QLineEdit(given.rates.get("upload", "") if given else "")
        for typed, name, example in (
            (day, say("Jours", "Days"), say("lun-ven", "mon-fri")),
            (hour, say("Heures", "Hours"), "08:00-19:00"),
            (rate, say("Débit d’envoi", "Upload rate"), "1 Mbit/s"),
        ):
            typed.setAccessibleName(name)
            typed.setPlaceholderText(example)
        drop = button(say("Ôter", "Remove"), lambda: self._drop(made), link=True)
        drop.setAutoDefault(False)
        made = row(day, hour, rate, drop, gap=8)
        self._spans.append((day, hour, rate, given, made))
        self._rows.addLayout(made)
        if given is None:
            day.setFocus()

    def _drop(self, gone: QHBoxLayout) -> None:
        self._spans = [each for each in self._spans if each[4] is not gone]
        clear(gone)
        self._rows.removeItem(gone)

    def wanted(self) -> RatesWanted:
        """What is typed."""
        hours = []
        for day, hour, rate, given, _ in self._spans:
            rates = {k: v for k, v in (given.rates if given else {}).items() if k != "upload"}
            hours.append(RateHours(day.text().strip(), hour.text().strip(), {**rates, "upload": rate.text()}))
        return RatesWanted(self.upload.text(), self.download.text(), hours)

    def _save(self) -> None:
        for field in (*self._fields, self.hours):
            field.refuse("")
        self.wait()
        self._bridge.ask(q.RatesChanged, NetworkShown, self._saved, failed=self._failed, rates=self.wanted())

    def _failed(self, raised: CyberlibError) -> None:
        words, text = str(error(raised)), raised.facts.get("text")
        self.refuse("")
        if raised.code == "bad_rate" and text == self.upload.text():
            self._fields[0].refuse(words)
        elif raised.code == "bad_rate" and text == self.download.text():
            self._fields[1].refuse(words)
        elif raised.code in ("bad_rate", "bad_hours"):
            self.hours.refuse(words)
        else:
            self.refuse(words)

    def _saved(self, told: NetworkShown) -> None:
        self.accept()
        self._then(self._shown, told)
