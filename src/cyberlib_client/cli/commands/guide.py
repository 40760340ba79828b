"""`cyberlib guide`: being helped by support, step by step, and never further than what is granted."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ...app.wording.language import Both, say
from ..guidance_lines import guided_lines, logged_line, show
from ..run import Run, pass_run
from ..typed_lines import TypedLines
from ..words import Between, command, group, option

if TYPE_CHECKING:
    from ...app.guidance.customer import Guided
    from ...app.guidance.told import GuidedTold

guide = group(
    "guide",
    Both("Être aidé à distance, étape par étape.", "Be helped from afar, step by step."),
)

_LOOK: Final = 0.2
_WORDS: Final = {
    "accorder": "allow", "oui": "yes", "non": "no", "refuser": "deny", "retirer": "back",
    "arreter": "stop", "arrêter": "stop", "aide": "help",
}  # fmt: skip


@command(
    "start",
    Both(
        "Ouvrir une séance : huit mots sont montrés, à lire à l’assistance au téléphone. Ensuite se tapent :"
        " allow (accorder l’étape suivante), deny, back (retirer la dernière), yes [DOSSIER] ou no (à une"
        " proposition), stop.",
        "Open a session: eight words are shown, to be read to support on the telephone. Then type: allow"
        " (grant the next step), deny, back (take the last one back), yes [FOLDER] or no (to a proposal),"
        " stop.",
    ),
    guide,
)
@option(
    "--minutes",
    type=Between(1, 120),
    default=60,
    show_default=True,
    help=Both("Durée au plus.", "How long at most."),
)
@pass_run
def start(run: Run, minutes: int) -> None:
    """See its help."""
    from ...app.guidance.customer import Guided
    from ...app.host_link import client_of
    from ...app.prompts import Nobody
    from ...app.session import Session
    from ...core.errors import CyberlibError
    from ...core.ports import CancelToken
    from ..output import error_text

    session = run.session
    client = client_of(session)

    def opens(token: CancelToken) -> Session:
        made = Session(
            session.profile,
            Nobody(),
            cancel=token,
            environ=session.environ,
            passphrase_file=run.passphrase_file,
            recovery_file=run.recovery_file,
        )
        if session.settings.vault is not None and "_opened" in session.__dict__:
            made.share(session)
        return made

    if session.settings.vault is not None:
        try:
            session.unlock()  # whoever is there may be asked for the passphrase: later nobody is
        except CyberlibError as error:
            run.output.remark(
                error_text(error)
            )  # what is wrong may be why somebody is to help: state is shown
    told: queue.SimpleQueue[GuidedTold] = queue.SimpleQueue()
    guided = Guided(session.profile, client, opens, told.put, minutes * 60)
    with run.stoppable():
        show(run, _happening(run, guided, told), guided_lines)


def _happening(run: Run, guided: Guided, told: queue.SimpleQueue[GuidedTold]) -> Iterator[GuidedTold]:
    """Each change, while what is typed is done."""
    failed: list[BaseException] = []

    def work() -> None:
        try:
            guided.run()
        except BaseException as error:  # noqa: BLE001 (raised where the command hears it)
            failed.append(error)

    thread = threading.Thread(target=work, name="guided")
    thread.start()
    typed = TypedLines()
    try:
        while thread.is_alive() or not told.empty():
            if run.cancel.cancelled:
                guided.stop()
            try:
                yield _short(told.get(timeout=_LOOK))
            except queue.Empty:
                pass
            try:
                _do(run, guided, typed.get(0.01))
            except queue.Empty:
                pass
            except EOFError:
                guided.stop()  # nobody is there to say yes, or to stop
    finally:
        guided.stop()
        thread.join()
    if failed:
        raise failed[0]


def _short(told: GuidedTold) -> GuidedTold:
    """With the last line of the log alone: the others were told before."""
    import msgspec

    return msgspec.structs.replace(told, log=told.log[-1:])


def _do(run: Run, guided: Guided, line: str) -> None:
    """What was typed. What cannot be done is said."""
    from ...core.errors import CyberlibError
    from ..output import error_text

    word, _, rest = line.partition(" ")
    word = _WORDS.get(word.lower(), word.lower())
    proposal = guided.told.proposal
    try:
        if word in ("allow", "deny", "back", "yes", "no", "stop"):
            guided.decide(word, proposal.number if proposal is not None else -1, rest.strip() or None)  # type: ignore[arg-type]
        elif word:
            run.output.remark(
                say(
                    "À taper : allow, deny, back, yes [DOSSIER], no, stop.",
                    "To be typed: allow, deny, back, yes [FOLDER], no, stop.",
                )
            )
    except CyberlibError as error:
        run.output.remark(error_text(error))


@command(
    "log",
    Both(
        "Relire ce qui s’est passé dans les séances de ce poste, aidé ou aidant.",
        "Read what happened in sessions of this machine, helped or helping.",
    ),
    guide,
)
@pass_run
def log(run: Run) -> None:
    """See its help."""
    from ...app.guidance.log import logged

    run.output.items(logged(run.session), logged_line)
