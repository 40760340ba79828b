"""Questions at a terminal. Without one, nothing is asked: each answer is None."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

import click

from ..core.errors import CyberlibError, UsageError
from .language import say
from .output import error_text


class TerminalPrompt:
    """Asks on standard error, so that standard output stays data."""

    def __init__(self, *, before: Callable[[], None], asking: Callable[[bool], None]) -> None:
        self._before = before
        self._asking = asking

    @property
    def possible(self) -> bool:
        """Whether somebody is there to answer."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def passphrase(self, *, refused: CyberlibError | None, proof: bool) -> str | None:
        """See app.workplace.Prompt."""
        if not self.possible:
            return None
        if refused is not None and refused.code != "wrong_secret":
            click.echo(error_text(refused), err=True)
        elif refused is not None:
            click.echo(say("Ce n’est pas cela.", "That is not it."), err=True)
        elif proof:
            click.echo(
                say(
                    "Changer les accès au coffre, ou en accepter une table plus ancienne, demande l’un"
                    " d’eux : ce poste ouvert ne suffit pas.",
                    "Changing the ways into the vault, or accepting an older table of them, takes one of"
                    " them: this open machine is not enough.",
                ),
                err=True,
            )
        return self._hidden(
            say(
                "Phrase secrète du coffre (ou les 24 mots, sur une ligne)",
                "Passphrase of the vault (or the 24 words, on one line)",
            )
        )

    def new_passphrase(self, weakness: Callable[[str], UsageError | None]) -> str | None:
        """See app.workplace.Prompt."""
        while True:
            first = self._hidden(say("Nouvelle phrase secrète", "New passphrase"))
            if first is None:
                return None
            weak = weakness(first)
            if weak is not None:
                click.echo(error_text(weak), err=True)
                continue
            if self._hidden(say("La même, encore une fois", "The same once more")) == first:
                return first
            click.echo(say("Les deux diffèrent.", "The two differ."), err=True)

    def recovery_words(self) -> str | None:
        """See app.workplace.Prompt."""
        if not self.possible:
            return None
        words: list[str] = []
        click.echo(
            say(
                "Tapez les 24 mots de la clé de secours, sur une ou plusieurs lignes :",
                "Type the 24 words of the recovery key, on one line or several:",
            ),
            err=True,
        )
        while len(words) < 24:
            with self._question():
                line = click.prompt(f"{len(words) + 1:2}", err=True, prompt_suffix="> ")
            words += [word for word in line.replace(",", " ").split() if not word.strip(".:").isdigit()]
        return " ".join(words)

    def choice(self, question: str, answers: dict[str, str]) -> str | None:
        """One of the keys of `answers`, whose values say what each means."""
        if not self.possible:
            return None
        self._before()
        click.echo(question, err=True)
        for key, meaning in answers.items():
            click.echo(f"  {key}  {meaning}", err=True)
        with self._question():
            return str(
                click.prompt(say("Votre choix", "Your choice"), type=click.Choice(list(answers)), err=True)
            )

    def _hidden(self, label: str) -> str | None:
        if not self.possible:
            return None
        with self._question():
            return str(click.prompt(label, hide_input=True, err=True, prompt_suffix=say(" : ", ": ")))

    @contextlib.contextmanager
    def _question(self) -> Iterator[None]:
        """Around a question: no bar in its way. Raises UsageError("answer_not_text")."""
        self._before()
        self._asking(True)
        try:
            yield
        except UnicodeDecodeError:
            raise UsageError("answer_not_text") from None
        finally:
            self._asking(False)
