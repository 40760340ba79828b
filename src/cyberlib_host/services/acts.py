"""What happens in a vault, unseen by the host, and takes a person all the same: noted, with a proof."""

from __future__ import annotations

from ..core.people import Acted, Acting
from ..core.times import rfc3339
from . import audit, proving
from . import vaults as vault_service
from .access import Caller, concerning
from .context import Context


def act(context: Context, caller: Caller, given: Acting) -> Acted:
    """A member of a vault is about to do it. The host can prevent nothing of it: a machine that does not ask
    is not hindered, and one that does leaves a line.

    Raises what `vaults.for_reading` and `proving.require` raise.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        vault_service.for_reading(context, connection, caller, given.vault)
        proving.require(context, connection, caller, given.action, given.vault)
        organisation = str(caller.organisation.id)
        audit.note(context, connection, organisation, caller.actor, given.action, vault=given.vault)
        return Acted(rfc3339(context.clock()))
