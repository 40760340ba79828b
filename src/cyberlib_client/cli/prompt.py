"""Questions at a terminal. Without one, nothing is asked: each answer is None."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Set
from typing import TYPE_CHECKING, Final

import click

from ..app.wording.language import Both, say
from ..core.errors import CyberlibError, UsageError
from .output import error_record, error_text
from .person_lines import proof_asked

if TYPE_CHECKING:
    from ..app.workplace import PersonGiven, Question, Way

_PASSKEY: Final = ("clé", "cle", "key")
_QUESTIONS: Final[dict[Question, Both]] = {
    "file_for_keychain": Both(
        "Faut-il garder le secret de ce poste dans un fichier que vous seul pouvez lire ? Sinon, chaque"
        " commande demandera la phrase secrète ou les 24 mots.",
        "Is this machine’s secret to be kept in a file that only you can read? If not, each command will ask"
        " for the passphrase or the 24 words.",
    ),
    "no_words_left": Both(
        "C’est la dernière clé de secours. Sans elle, phrase secrète oubliée et poste perdu, tout ce que"
        " contient le coffre serait perdu. L’ôter quand même ?",
        "This is the last recovery key. Without it, with the passphrase forgotten and the machine lost, all"
        " that the vault holds would be lost. Remove it all the same?",
    ),
    "retention_apply": Both("Faut-il le faire ?", "Is it to be done?"),
    "versions_forget": Both("Faut-il retirer ces versions ?", "Are these snapshots to go?"),
    "erase": Both("Faut-il effacer tout cela ?", "Is all of this to be erased?"),
}


class TerminalPrompt:
    """Asks on standard error, so that standard output stays data."""

    def __init__(self, *, before: Callable[[], None], asking: Callable[[bool], None]) -> None:
        self._before = before
        self._asking = asking

    @property
    def possible(self) -> bool:
        """Whether somebody is there to answer."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def passphrase(self, *, refused: CyberlibError | None, left: int, proof: bool) -> str | None:
        """See app.workplace.Prompt. The words may be typed on the same line, unseen, or after it, seen."""
        if not self.possible:
            return None
        self._before()  # the line that says what is being done must not be the beginning of ours
        if refused is not None:
            click.echo(_refusal(refused, left), err=True)
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
        label = say(
            "Phrase secrète du coffre (Entrée, sans rien d’autre, pour taper les 24 mots)",
            "Passphrase of the vault (Enter alone to type the 24 words)",
        )
        typed = self._hidden(label, empty="")
        return self.recovery_words() if typed is not None and typed.strip() in ("", "24") else typed

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
        from .typed_words import typed_words  # with the list of words, which few commands need

        def ask(label: str) -> str:
            with self._question():
                return str(click.prompt(label, err=True, prompt_suffix="> "))

        return typed_words(ask, lambda text: click.echo(text, err=True))

    def proxy_password(self, user: str) -> str | None:
        """See app.workplace.Prompt."""
        return self._hidden(say(f"Mot de passe de {user} pour le proxy", f"Password of {user} for the proxy"))

    def person(
        self, action: str, *, ways: Set[Way], refused: CyberlibError | None, left: int
    ) -> PersonGiven | None:
        """See app.workplace.Prompt."""
        from ..app.workplace import PersonGiven

        if not self.possible:
            return None
        self._before()
        click.echo(error_text(refused) if refused is not None else proof_asked(action), err=True)
        if refused is not None and left == 1:
            click.echo(say("Dernier essai.", "Last try."), err=True)
        label = say("Votre adresse", "Your address")
        if "passkey" in ways:
            label += say(" (« clé » : clé d’identification)", " (“key”: a passkey)")
        if "provider" in ways:
            label += say(" (Entrée seule : Pro Santé Connect)", " (Enter alone: Pro Santé Connect)")
        mail = self._shown(label, "" if "provider" in ways else None)
        if not mail:
            return PersonGiven(way="provider")
        if "passkey" in ways and mail.casefold() in _PASSKEY:
            return PersonGiven(way="passkey")
        telephone = "telephone" in ways
        label = say("Votre mot de passe chez l’hébergeur", "Your password at the host")
        if telephone:
            label += say(" (Entrée seule : sur le téléphone)", " (Enter alone: on the telephone)")
        password = self._hidden(label, "" if telephone else None)
        if password == "" and telephone:
            return PersonGiven(mail, way="telephone")
        code = self.code_of_application()
        return None if password is None or code is None else PersonGiven(mail, password, code)

    def invitation(self) -> str | None:
        """As the host or a holder gave it."""
        return self._shown(say("L’invitation", "The invitation")) if self.possible else None

    def new_password(self) -> str | None:
        """For the host, typed twice."""
        while True:
            first = self._hidden(say("Nouveau mot de passe chez l’hébergeur", "New password at the host"))
            if first is None or self._hidden(say("Le même, encore une fois", "The same once more")) == first:
                return first
            click.echo(say("Les deux diffèrent.", "The two differ."), err=True)

    def code_of_application(self) -> str | None:
        """Six digits, or a recovery code."""
        label = say(
            "Code de votre application, ou code de secours", "Code of your application, or a recovery code"
        )
        return self._shown(label) if self.possible else None

    def _shown(self, label: str, empty: str | None = None) -> str:
        suffix = say(" : ", ": ")
        with self._question():
            typed = click.prompt(label, err=True, prompt_suffix=suffix, default=empty, show_default=False)
            return str(typed).strip()

    def officer_passphrase(self, name: str, *, refused: CyberlibError | None, left: int) -> str | None:
        """See app.officer.OfficerPrompt."""
        if refused is not None:
            click.echo(error_text(refused), err=True)
            if left == 1:
                click.echo(say("Dernier essai.", "Last try."), err=True)
        return self._hidden(say(f"Phrase secrète des clés de {name}", f"Passphrase of the keys of {name}"))

    def words_heard(self) -> str | None:
        """See app.officer.OfficerPrompt."""
        if not self.possible:
            return None
        with self._question():
            label = say("Les six mots que l’on vous lit", "The six words that are read to you")
            return str(click.prompt(label, err=True, prompt_suffix="> "))

    def words_shown(self) -> str | None:
        """The six words that a new machine shows."""
        if not self.possible:
            return None
        with self._question():
            label = say(
                "Les six mots que montre le nouveau poste", "The six words that the new machine shows"
            )
            return str(click.prompt(label, err=True, prompt_suffix="> "))

    def agreed_to_sign(self) -> bool | None:
        """See app.officer.OfficerPrompt."""
        yes, question = say("o", "y"), say("Faut-il la signer ?", "Is it to be signed?")
        answer = self.choice(question, {yes: say("oui", "yes"), "n": say("non", "no")})
        return None if answer is None else answer == yes

    def agreed_to_entrust(self) -> bool | None:
        """Whether a way into the vault is to be entrusted to the officers that were shown."""
        yes, question = say("o", "y"), say("Faut-il le leur confier ?", "Is it to be entrusted to them?")
        answer = self.choice(question, {yes: say("oui", "yes"), "n": say("non", "no")})
        return None if answer is None else answer == yes

    def agreed(self, question: Question, why: CyberlibError | None = None) -> bool | None:
        """See app.workplace.Prompt."""
        if not self.possible:
            return None
        self._before()
        if why is not None:
            click.echo(error_record(why)["title"], err=True)
        yes = say("o", "y")
        return self.choice(str(_QUESTIONS[question]), {yes: say("oui", "yes"), "n": say("non", "no")}) == yes

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

    def _hidden(self, label: str, empty: str | None = None) -> str | None:
        """`empty`: what an empty line stands for; without it the question comes again."""
        if not self.possible:
            return None
        suffix = say(" : ", ": ")
        with self._question():
            return str(
                click.prompt(
                    label, hide_input=True, err=True, prompt_suffix=suffix, default=empty, show_default=False
                )
            )

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


def _refusal(refused: CyberlibError, left: int) -> str:
    """Why what was given did not do, and what may be tried. `left`: tries."""
    if refused.code != "wrong_secret":
        told = error_text(refused)
    else:
        told = say(
            "Ce n’est pas cela. Vérifiez les majuscules et la langue du clavier ; ou appuyez sur Entrée, sans"
            " rien d’autre, pour taper les 24 mots à la place.",
            "That is not it. Check capitals and the keyboard’s language; or press Enter alone to type the 24"
            " words instead.",
        )
    if left == 1:
        return f"{told} {say('Dernier essai.', 'Last try.')}"
    return f"{told} {say(f'Encore {left} essais.', f'{left} tries left.')}"
