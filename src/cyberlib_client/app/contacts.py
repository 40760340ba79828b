"""Whom to ask for help: the practice's technician as the settings name one, or the host's support."""

from __future__ import annotations

import re
from typing import Final

from ..core.errors import CyberlibError
from ..transports.host import records
from . import stores
from .hosts_told import Contact as Contact
from .session import Session

_MAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63})+")
_PHONE: Final = re.compile(r"\+?\d[\d .()-]{5,18}\d")


def contact(session: Session) -> Contact:
    """Asks the host where the settings name nobody. Raises Failed("settings_damaged") alone."""
    given = session.settings.support
    if given.mail or given.phone:
        return Contact("settings", given.name, given.mail, given.phone)
    vault = session.settings.vault
    if vault is None or not stores.is_host(vault.at):
        return Contact("")
    try:
        from .host_link import client_of

        told = client_of(session).ask("GET", "/v1/host", records.HostInfo, signed=False)
    except CyberlibError:
        return Contact("")
    mail, phone = _MAIL.search(told.support), _PHONE.search(told.support)
    if mail is None and phone is None:
        return Contact("")
    name = told.card.host if told.card is not None else ""
    return Contact("host", name, mail[0] if mail else "", phone[0] if phone else "")
