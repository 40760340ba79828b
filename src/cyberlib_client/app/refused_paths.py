"""What a patient refused, as rules of a source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..files.filters import Rule
from ..files.names import parse_display, to_vault_path
from ..state.refusal_settings import RefusalSettings
from .bootstrap import is_windows
from .paths import compared, lies_in, shown
from .session import Session
from .workplace import Notice

_SPECIAL = re.compile(r"([\\*?\[\]!#]| $)")


def refused_native(refusal: RefusalSettings) -> str | bytes:
    """Its path as this system takes it."""
    if refusal.escaped:
        return parse_display(refusal.escaped)
    return refusal.path if is_windows() else refusal.path.encode("utf-8", "surrogateescape")


def unrefused(session: Session, natives: Iterable[str | bytes]) -> list[str | bytes]:
    """Without those that a patient refused altogether; a notice for each."""
    left = []
    for native in natives:
        if any(lies_in(compared(native), compared(refused_native(r))) for r in session.settings.refusals):
            session.notify(Notice("source_refused", {"path": shown(to_vault_path(native))}))
        else:
            left.append(native)
    return left


def refused_rules(source: bytes, refusals: Sequence[RefusalSettings]) -> list[Rule]:
    """The rules for the source at this vault path. They come last, and win."""
    found = []
    for each in refusals:
        path = to_vault_path(refused_native(each))
        root = source.rstrip(b"/") + b"/"
        if path.lower().startswith(root.lower()) if is_windows() else path.startswith(root):
            errors = "surrogatepass" if is_windows() else "surrogateescape"
            below = path[len(root) :].decode("utf-8", errors)
            found.append(Rule("/" + _SPECIAL.sub(r"\\\1", below), "refusal"))
    return found
