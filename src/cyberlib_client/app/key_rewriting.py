"""What former keys of a vault still open, written anew under its key."""

from __future__ import annotations

from ..core.errors import UsageError
from ..state.drill_settings import read_size
from .history import remembered
from .key_rotation import vault_key
from .keys_told import KeyRewritten
from .policies import in_force
from .retention import alone, check_clock, note, refuse_frozen, run_sweep, until
from .session import Session


def rewrite(session: Session, wanted: str) -> KeyRewritten:
    """Writes packs of former keys anew under the vault's key, about `wanted` of them ("5 GB"); those they
    replace go after the usual quarantine. Stopped anywhere it loses nothing; the next call goes on.

    Raises UsageError("bad_size", text=…), Failed("retention_frozen", device=…), ("clock_doubtful", …),
    Busy("retention_busy"), and as `services.sweep.sweep`.
    """
    try:
        most = read_size(wanted)
    except ValueError:
        raise UsageError("bad_size", text=wanted) from None
    refuse_frozen(session)
    check_clock(session, clock_is_right=False)
    session.unlock()
    if not session.vault.keys.former:
        return KeyRewritten(vault_key(session.vault), 0, "")
    with alone(session), remembered(session, "retention") as ended:
        quarantine = in_force(session).quarantine
        freed = run_sweep(session, [], quarantine, "policy", dry=False, renew=most)
        note(session, freed)
        ended(0, bytes=freed.purged)
    return KeyRewritten(vault_key(session.vault), freed.rewritten, until(session, quarantine))
