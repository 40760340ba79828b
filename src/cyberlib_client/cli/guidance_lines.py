"""What is read of a meeting with support, on both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from ..app.guidance.told import GuidedLine
from ..app.guidance.words import ended_words, line_words, proposal_words, step_words
from ..app.messages import error_message
from ..app.paths import fit
from ..app.wording.language import language, say
from ..app.wording.units import FILE, count, many, moment, size

if TYPE_CHECKING:
    from ..app.guidance.log import LoggedLine
    from ..app.guidance.told import GuidedTold, ProposalTold
    from ..core.guidance.messages import Answer
    from .run import Run

T = TypeVar("T")


def show(run: Run, happens: Iterable[T], lines: Callable[[T], Iterator[str]]) -> None:
    """What happens, as it does: for people by lines, for programs as it is."""
    if run.output.mode == "text":
        run.output.items((line for each in happens for line in lines(each)), str, at_once=True)
    else:
        run.output.items(happens, str, at_once=True)


def guided_lines(told: GuidedTold) -> Iterator[str]:
    """What changed last, and what can be done now, at the customer's machine."""
    if told.log:
        yield line_words(told.log[-1])
    if not told.log or told.log[-1].done == "opened":
        yield say(
            "Lisez ces huit mots à l’assistance, au téléphone :",
            "Read these eight words to support, on the telephone:",
        )
        for number, word in enumerate(told.words, 1):
            yield f"  {number}. {word}"
        yield say(
            "Ne les lisez qu’à qui vous avez appelé vous-même. « stop » arrête tout, à tout moment.",
            "Read them to nobody but whom you called yourself. “stop” stops everything, at any time.",
        )
    if told.log and told.log[-1].done == "joined":
        if told.known_as:
            yield say(
                f"L’hébergeur connaît cette personne sous le nom de {told.known_as}.",
                f"The host knows them as {told.known_as}.",
            )
        yield say(
            "Rien n’est montré avant que vous l’accordiez : « allow » accorde l’étape suivante.",
            "Nothing is shown before you grant it: “allow” grants the next step.",
        )
    if told.wanted:
        yield say(
            f"L’assistance demande à {step_words(told.wanted)} : « allow » ou « deny ».",
            f"Support asks to {step_words(told.wanted)}: “allow” or “deny”.",
        )
    if told.proposal is not None:
        yield from proposal_lines(told.proposal)


def proposal_lines(proposal: ProposalTold) -> Iterator[str]:
    """A selection to confirm."""
    when = moment(proposal.time)
    yield say(
        f"L’assistance propose de restaurer, de la version du {when} ({many(proposal.files, *FILE)},"
        f" {size(proposal.bytes)}) :",
        f"Support proposes to restore, from the snapshot of {when} ({many(proposal.files, *FILE)},"
        f" {size(proposal.bytes)}):",
    )
    for path in proposal.shown:
        yield f"  {path}"
    yield say(
        "« yes » restaure à côté de ce qui existe, sans rien remplacer ; « yes DOSSIER » ailleurs ; « no »"
        " refuse.",
        "“yes” restores beside what exists, replacing nothing; “yes FOLDER” elsewhere; “no” declines.",
    )


def answer_lines(answer: Answer) -> Iterator[str]:
    """What support reads of an answer."""
    from ..core.guidance import messages as m

    if isinstance(answer, m.Lines):
        yield from map(fit, answer.lines)
    elif isinstance(answer, m.Snapshots):
        for place, row in enumerate(answer.rows, 1):
            yield f"{place:>4}  {row.id[:8]}  {moment(row.time)}  {count(row.files)}"
    elif isinstance(answer, m.Names):
        for place, each in enumerate(answer.rows, 1):
            slash = "/" if each.kind == "folder" else ""
            yield f"{place:>4}  {fit(each.path)}{slash}  {size(each.size)}  {moment(each.time)}"
        if answer.more:
            yield say("Il y en a d’autres : « more ».", "There are others: “more”.")
    elif isinstance(answer, m.Proposal):
        yield proposal_words(answer)
    elif isinstance(answer, m.No):
        told = error_message(answer.code, {}, language())
        yield f"{told.title} {told.advice} [{answer.code}]"
    elif isinstance(answer, m.Steps):
        granted = ", ".join(answer.granted) or say("rien encore", "nothing yet")
        minutes = answer.seconds // 60
        yield say(f"Accordé : {granted} ; encore {minutes} min.", f"Granted: {granted}; {minutes} min left.")
    elif isinstance(answer, m.Over):
        yield say(
            f"Séance terminée : {ended_words(answer.reason)}.", f"Session over: {ended_words(answer.reason)}."
        )


def logged_line(record: LoggedLine) -> str:
    """A line of the log that is kept, of either side."""
    begin = f"{moment(record.time)}  {record.meeting[:8]}  "
    if record.side == "support":
        return f"{begin}> {record.done} {record.what}".rstrip()
    line = GuidedLine(record.time, record.done, record.what, record.count)  # type: ignore[arg-type]
    who = f"{record.helper}{say(' :', ':')} " if record.helper else ""
    return begin + who + line_words(line)
