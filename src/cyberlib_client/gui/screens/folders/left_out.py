"""Rules and what each leaves out, as lines."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout

from ....app.sources_told import LeftOutInfo, PreviewInfo
from ....app.wording.language import say
from ....app.wording.rule_words import NAMES, ORIGINS
from ....app.wording.units import FILE, ITEM, many, size
from ...widgets.basics import Pill, clear, column, label, line, row, tip

_MOST = 12
_NAMED = 3


def taken(found: PreviewInfo) -> str:
    """How much a backup takes."""
    return f"{many(found.files, *FILE)} · {size(found.bytes)}"


def left(found: PreviewInfo) -> str:
    """How much it leaves out."""
    if not found.left_out:
        return say("Rien n’est laissé de côté.", "Nothing is left out.")
    files, total = sum(each.files for each in found.left_out), sum(each.bytes for each in found.left_out)
    least = "" if all(each.complete for each in found.left_out) else say("au moins ", "at least ")
    return say(
        f"Laissé de côté : {least}{many(files, *FILE)}, {size(total)}.",
        f"Left out: {least}{many(files, *FILE)}, {size(total)}.",
    )


def show_rules(into: QVBoxLayout, rules: Sequence[LeftOutInfo], typed: str = "") -> None:
    """A line for each, the largest first. `typed`: the pattern that is being typed, which comes before."""
    clear(into)
    own = [each for each in rules if typed and each.pattern == typed and each.origin == "source"]
    rest = sorted((each for each in rules if each not in own), key=lambda each: -each.bytes)
    for each in [*own, *rest][:_MOST]:
        into.addLayout(_rule(each, new=each in own))
        into.addWidget(line())
    more = len(rules) - _MOST
    if more > 0:
        into.addWidget(label(say(f"et {more} autres règles", f"and {more} more rules"), "small"))


def _rule(each: LeftOutInfo, *, new: bool) -> QVBoxLayout:
    what = many(each.items, *ITEM)
    if not each.complete:
        what = say(f"au moins {what}", f"at least {what}")
    told = row(label(str(NAMES.get(each.origin, each.pattern)), "strong"), gap=8)
    if new:
        told.addWidget(Pill(say("ce que vous tapez", "what you type"), "todo"))
    told.addStretch(1)
    origin = ORIGINS.get(each.origin)
    parts = [f"{what} · {size(each.bytes)}", *([str(origin)] if origin is not None else [])]
    names = ", ".join(dict.fromkeys(path.rstrip("/").rpartition("/")[2] for path in each.examples[:_NAMED]))
    words = label(" · ".join(parts), "small", wrap=True)
    examples = label(names, "small", wrap=True)
    for one in (words, examples):
        one.setMinimumWidth(1)  # a long name is cut rather than the window
        one.setToolTip(tip("\n".join(each.examples)))
    return column(told, words, examples, gap=2)
