"""`cyberlib support`: helping a customer who reads eight words."""

from __future__ import annotations

import queue
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from ...app.wording.language import Both, language, say
from ..guidance_lines import answer_lines, show
from ..run import Run, pass_run
from ..typed_lines import TypedLines
from ..words import argument, command, group, option

if TYPE_CHECKING:
    from ...app.guidance.helping import Helping
    from ...core.guidance.messages import Answer

support = group(
    "support",
    Both("Aider un client à distance.", "Help a customer from afar."),
)

_LOOK: Final = 0.2


@command(
    "join",
    Both(
        "Rejoindre la séance d’un client par ses huit mots. Ensuite se tapent : state, incidents, snapshots,"
        " ls VERSION [DOSSIER], find VERSION TEXTE, more, propose VERSION CHEMIN…, status, leave. Un numéro"
        " d’une liste (#3) vaut pour ce qu’il montre.",
        "Join a customer’s session by their eight words. Then type: state, incidents, snapshots, ls SNAPSHOT"
        " [FOLDER], find SNAPSHOT TEXT, more, propose SNAPSHOT PATH…, status, leave. A number of a list (#3)"
        " stands for what it shows.",
    ),
    support,
)
@argument(
    "words",
    nargs=-1,
    required=True,
    metavar=Both("MOT…", "WORD…"),
    help=Both(
        "Les huit mots, ou leurs quatre premières lettres.", "The eight words, or their first four letters."
    ),
)
@option(
    "--credential",
    required=True,
    metavar=Both("FICHIER", "FILE"),
    help=Both(
        "L’accréditation reçue de l’exploitant de l’hébergeur.",
        "The credential that the host’s operator gave.",
    ),
)
@option(
    "--ca",
    metavar=Both("FICHIER", "FILE"),
    help=Both(
        "Certificats (PEM) auxquels se fier au lieu de ceux du système.",
        "Certificates (PEM) to trust instead of the system’s.",
    ),
)
@pass_run
def join(run: Run, words: tuple[str, ...], credential: str, ca: str | None) -> None:
    """See its help."""
    from ...app.certificates import read_ca
    from ...app.guidance import helping
    from ...core.guidance import cards

    typed = cards.typed_words(" ".join(words))
    given = helping.read_credential(credential)
    client = helping.client_with(run.session, given, read_ca(ca) if ca else "")
    changed: queue.SimpleQueue[None] = queue.SimpleQueue()
    joined = helping.join(run.session, client, typed, lambda: changed.put(None))
    try:
        with run.stoppable():
            show(run, _Talk(run, joined, changed), answer_lines)
    finally:
        joined.leave()


@command(
    "window",
    Both("Aider un client par une fenêtre.", "Help a customer by a window."),
    support,
)
@option(
    "--credential",
    default="",
    metavar=Both("FICHIER", "FILE"),
    help=Both(
        "L’accréditation ; la fenêtre la demande sinon.", "The credential; else the window asks for it."
    ),
)
@option(
    "--ca",
    default="",
    metavar=Both("FICHIER", "FILE"),
    help=Both(
        "Certificats (PEM) auxquels se fier au lieu de ceux du système.",
        "Certificates (PEM) to trust instead of the system’s.",
    ),
)
@pass_run
def window(run: Run, credential: str, ca: str) -> int:
    """See its help."""
    from ...app.window import open_window

    more = ["--support", "--credential", credential, "--ca", ca]
    return open_window(run.profile, language(), cancel=run.cancel, more=more)


class _Talk:
    """What is typed, and what is answered."""

    def __init__(self, run: Run, joined: Helping, changed: queue.SimpleQueue[None]) -> None:
        self._run, self._joined, self._changed = run, joined, changed
        self._rows: list[str] = []
        self._more: tuple[str, str, str] | None = None
        self._told: list[Any] = []

    def __iter__(self) -> Iterator[Answer]:
        typed = TypedLines()
        yield from self._steps()
        while not self._joined.told.over and not self._run.cancel.cancelled:
            try:
                self._changed.get(timeout=_LOOK)
                yield from self._steps()
            except queue.Empty:
                pass
            try:
                yield from self._do(typed.get(0.01))
            except queue.Empty:
                pass
            except EOFError:
                break
        yield from self._over()

    def _steps(self) -> Iterator[Answer]:
        """What the customer grants, and what became of proposals, where that changed."""
        from ...core.guidance.messages import Steps

        told = self._joined.told
        now: list[Any] = [list(told.granted), told.away, *told.proposals.values()]
        if now == self._told:
            return
        before, self._told = self._told, now
        if told.away and (not before or before[1] != told.away):
            self._run.output.remark(
                say("L’hébergeur n’est pas joint ; nouvel essai.", "The host is not reached; trying again.")
            )
        if not before or before[0] != now[0]:
            yield Steps(now[0], told.left)
        yield from (each for each in now[2:] if each not in before[2:])

    def _over(self) -> Iterator[Answer]:
        from ...app.guidance.words import ended_words

        if self._joined.told.over:
            reason = ended_words(self._joined.told.over)
            self._run.output.remark(say(f"Séance terminée : {reason}.", f"Session over: {reason}."))
        yield from ()

    def _do(self, line: str) -> Iterator[Answer]:
        from ...core.errors import CyberlibError
        from ..output import error_text

        try:
            words = shlex.split(line)
        except ValueError:
            return self._usage()
        if not words:
            return
        try:
            yield from self._asked(words[0].lower(), [self._meant(each) for each in words[1:]])
        except CyberlibError as error:
            self._run.output.remark(error_text(error))

    def _asked(self, word: str, given: list[str]) -> Iterator[Answer]:
        from ...core.guidance import messages as m

        ask = self._joined.ask
        if word in ("leave", "quit"):
            self._joined.leave()
        elif word == "state" and not given:
            yield ask(m.AskState)
        elif word == "incidents" and not given:
            yield ask(m.AskIncidents)
        elif word == "snapshots" and not given:
            yield self._listed(ask(m.AskSnapshots))
        elif word == "ls" and 1 <= len(given) <= 2:
            yield self._names(given[0], given[1] if len(given) == 2 else "")
        elif word == "more" and self._more is not None:
            yield self._names(*self._more)
        elif word == "find" and len(given) >= 2:
            yield self._listed(ask(lambda n: m.AskFind(n, given[0], " ".join(given[1:]))))
        elif word == "propose" and len(given) >= 2:
            yield ask(lambda n: m.Propose(n, given[0], given[1:]))
            self._told = []
        elif word == "status":
            yield m.Steps(self._joined.told.granted, self._joined.told.left)  # type: ignore[arg-type]
        else:
            self._usage()

    def _names(self, snapshot: str, path: str, after: str = "") -> Answer:
        from ...core.guidance import messages as m

        answer = self._listed(self._joined.ask(lambda n: m.AskNames(n, snapshot, path, after)))
        more = isinstance(answer, m.Names) and answer.more and answer.rows
        self._more = (snapshot, path, answer.rows[-1].path) if more else None  # type: ignore[union-attr]
        return answer

    def _listed(self, answer: Answer) -> Answer:
        """Its rows can be called by their numbers from now on."""
        from ...core.guidance import messages as m

        if isinstance(answer, m.Snapshots):
            self._rows = [each.id for each in answer.rows]
        elif isinstance(answer, m.Names):
            self._rows = [each.path for each in answer.rows]
        return answer

    def _meant(self, word: str) -> str:
        number = word[1:] if word.startswith("#") else ""
        if number.isascii() and number.isdigit() and 0 < int(number) <= len(self._rows):
            return self._rows[int(number) - 1]
        return word

    def _usage(self) -> None:
        self._run.output.remark(
            say(
                "À taper : state, incidents, snapshots, ls VERSION [DOSSIER], find VERSION TEXTE, more,"
                " propose VERSION CHEMIN…, status, leave.",
                "To be typed: state, incidents, snapshots, ls SNAPSHOT [FOLDER], find SNAPSHOT TEXT, more,"
                " propose SNAPSHOT PATH…, status, leave.",
            )
        )
