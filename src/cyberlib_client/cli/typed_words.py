"""The 24 words typed by somebody: each is looked up as its line is entered, and put right by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ..app.wording.language import say
from ..core.errors import UsageError
from ..core.words import WORD_COUNT, decode, guesses, is_doubtful, listed, written_words
from .slots import numbered

_NUMBER: Final = re.compile(r"(\d{1,4})")


def typed_words(ask: Callable[[str], str], tell: Callable[[str], None]) -> str:
    """Asks until there are 24 words that belong together, and returns them.

    `ask`: the line that is typed after a label. `tell`: shows a line.
    """
    tell(
        say(
            "Tapez les 24 mots de la clé de secours, un ou plusieurs par ligne. De chacun, quatre lettres"
            " suffisent.",
            "Type the 24 words of the recovery key, one or more a line. Four letters of each are enough.",
        )
    )
    return _Sheet(ask, tell).filled()


class _Sheet:
    """The words so far, as they were typed."""

    def __init__(self, ask: Callable[[str], str], tell: Callable[[str], None]) -> None:
        self._ask, self._tell = ask, tell
        self._words: list[str] = []

    def filled(self) -> str:
        while len(self._words) < WORD_COUNT:
            self._take(written_words(self._ask(f"{len(self._words) + 1:2}")))
        while not self._belong_together():
            self._change()
        return " ".join(self._words)

    def _take(self, line: list[str]) -> None:
        over = len(self._words) + len(line) - WORD_COUNT
        if over > 0:
            self._tell(
                say(
                    f"Il y en aurait {WORD_COUNT + over} : retapez cette ligne.",
                    f"That would make {WORD_COUNT + over}: type this line again.",
                )
            )
            return
        for word in line:
            self._words.append(self._known(len(self._words) + 1, word))

    def _known(self, number: int, word: str) -> str:
        """The word, or the one that is typed in its place, once the list has it."""
        while (ours := listed(word)) is None:
            near = ", ".join(guesses(word))
            perhaps = say(f" ; peut-être : {near}", f"; perhaps: {near}") if near else ""
            self._tell(
                say(
                    f"Mot {number} : « {word} » n’est pas dans la liste{perhaps}. Retapez-le seul.",
                    f"Word {number}: “{word}” is not in the list{perhaps}. Type it again, alone.",
                )
            )
            word = self._one(number)
        self._tell_if_doubtful(number, word, ours)
        return word

    def _one(self, number: int) -> str:
        while len(typed := written_words(self._ask(f"{number:2}"))) != 1:
            self._tell(say(f"Un seul mot ici, le n° {number}.", f"One word here, number {number}."))
        return typed[0]

    def _tell_if_doubtful(self, number: int, word: str, ours: str) -> None:
        if is_doubtful(word, ours):
            self._tell(
                say(
                    f"Mot {number} : « {word} » est pris pour « {ours} ».",
                    f"Word {number}: “{word}” is taken for “{ours}”.",
                )
            )

    def _belong_together(self) -> bool:
        try:
            decode(" ".join(self._words))
        except UsageError:
            return False
        return True

    def _change(self) -> None:
        self._tell(
            say(
                "Ces 24 mots ne vont pas ensemble : l’un d’eux est faux, ou deux sont échangés."
                " Comparez-les à la feuille.",
                "These 24 words do not belong together: one is wrong, or two are swapped. Compare them with"
                " the sheet.",
            )
        )
        ours = [listed(word) or word for word in self._words]
        for line in numbered(ours):
            self._tell(line)
        for number, (word, taken) in enumerate(zip(self._words, ours, strict=True), 1):
            self._tell_if_doubtful(number, word, taken)
        self._tell(
            say(
                "Tapez le numéro d’un mot et le mot juste, par exemple : 7 docile",
                "Type a word’s number and the right word, for example: 7 docile",
            )
        )
        for number, word in self._changes():
            self._words[number - 1] = self._known(number, word)

    def _changes(self) -> list[tuple[int, str]]:
        """(number, new word), one or more, of one line."""
        while True:
            _, *pieces = _NUMBER.split(self._ask(say("numéro et mot", "number and word")))
            numbers = [int(piece) for piece in pieces[::2]]
            if numbers and all(1 <= number <= WORD_COUNT for number in numbers):
                break
            self._tell(say("Il faut un numéro de 1 à 24.", "A number from 1 to 24 is needed."))
        found = []
        for number, text in zip(numbers, pieces[1::2], strict=True):
            written = written_words(text)
            found.append((number, written[0] if written else self._one(number)))
        return found
