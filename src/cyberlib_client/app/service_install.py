"""The agent as a service of the system: begun with the machine or a session, and kept running."""

from __future__ import annotations

import hashlib
import os
import sys
from typing import Final

import msgspec

from ..core.errors import NeedsUnlock, UsageError
from ..core.platform import ServicePlan, ServiceScope, ServiceState
from ..state.bucket_access import read_bucket_access
from ..state.credentials import read_device_secret
from ..state.host_access import read_host_access
from ..state.private_file import remove_file
from ..state.profile import Profile
from . import bootstrap
from .paths import compared
from .program import in_virtual_environment, program
from .session import Session
from .stores import is_bucket, is_host, location_folder
from .workplace import Notice

_OTHER: Final[dict[ServiceScope, ServiceScope]] = {"system": "user", "user": "system"}


AS_SERVICE: Final = ("--as-service",) if bootstrap.is_windows() else ()
"""What `agent run` is told where a service has to speak to what began it: it then goes through
`Services.run_as_service`."""


class ServiceInstalled(msgspec.Struct, frozen=True):
    """`at`: the file, or the name, by which the system knows it. `state`: just after it was begun."""

    name: str
    scope: ServiceScope
    at: str
    state: ServiceState


class ServiceRemoved(msgspec.Struct, frozen=True):
    """The profile and the vault stay."""

    name: str
    scope: ServiceScope


def install(session: Session, scope: ServiceScope | None) -> ServiceInstalled:
    """Makes a service that runs `cyberlib agent run` for the session's profile, and begins it.

    `scope`: None for what this user may have. Raises UsageError("no_vault"), ("service_other_scope",
    name=…), ("service_virtual_environment", path=…), NeedsUnlock("service_locked", profile=…),
    ("service_keychain") and as core.platform.Services.
    """
    scope = scope or _usual_scope()
    plan = plan_of(session, scope)
    if bootstrap.is_windows() and in_virtual_environment():
        raise UsageError("service_virtual_environment", path=sys.prefix)
    _check_opens(session, scope)
    services = bootstrap.services()
    if _is_there(plan.name, _OTHER[scope]):
        raise UsageError("service_other_scope", name=plan.name)
    at = services.install(plan)
    services.stop(plan.name, scope)  # an earlier one goes on by what it was told
    services.start(plan.name, scope)
    if bootstrap.is_windows():
        session.notify(Notice("profile_of_system", {"path": session.profile.root}))
    return ServiceInstalled(plan.name, scope, at, services.state(plan.name, scope))


def uninstall(session: Session, scope: ServiceScope | None) -> ServiceRemoved:
    """Ends the service and takes it away; `scope`: None for the one that is there.

    Raises UsageError("service_absent", name=…) and as core.platform.Services.
    """
    name = name_of(session.profile)
    found = scope or _found(name) or _usual_scope()
    if not bootstrap.services().uninstall(name, found):
        raise UsageError("service_absent", name=name)
    remove_file(session.profile.timetable)  # nobody expects an agent any more
    return ServiceRemoved(name, found)


def state(profile: Profile, scope: ServiceScope) -> ServiceState:
    """Of the profile's service. Raises as core.platform.Services."""
    return bootstrap.services().state(name_of(profile), scope)


def name_of(profile: Profile) -> str:
    """The service of a profile: the same for each way to write its path."""
    return f"cyberlib-agent-{hashlib.sha256(compared(profile.root)).hexdigest()[:8]}"


_DISKS: Final = {"linux": ("/media", "/run/media", "/mnt")}
"""Where systems mount disks that come and go."""


def plan_of(session: Session, scope: ServiceScope) -> ServicePlan:
    """What the service is to run, and where it writes: its profile, a vault in a folder, second copies, and
    the folders that commands before and after a backup run in. UsageError("no_vault")."""
    root = session.profile.root
    vault = location_folder(session.place.at)
    writes = [] if vault is None else [vault]
    writes += [hook.folder for hook in session.settings.hooks if hook.folder]
    copies = [copy for copy in session.settings.copies if location_folder(copy.at) is not None]
    writes += [copy.at for copy in copies]
    if any(copy.disk for copy in copies):  # which is mounted elsewhere tomorrow
        writes += _DISKS.get(sys.platform, ())
    return ServicePlan(
        name_of(session.profile),
        scope,
        f"CyberLib agent ({root})",
        (*program(), "--profile", root, "agent", "run", *AS_SERVICE),
        root,
        tuple(dict.fromkeys(writes)),
    )


def _usual_scope() -> ServiceScope:
    return "system" if sys.platform == "win32" or os.geteuid() == 0 else "user"


def _found(name: str) -> ServiceScope | None:
    return next((each for each in _OTHER if _is_there(name, each)), None)


def _is_there(name: str, scope: ServiceScope) -> bool:
    if bootstrap.is_windows() and scope == "user":
        return False
    return bootstrap.services().state(name, scope) != "absent"


def _check_opens(session: Session, scope: ServiceScope) -> None:
    """Nobody sits at a service: what opens the vault has to be within its reach."""
    profile, place = session.profile, session.place
    device = read_device_secret(profile)
    if device is None or device.vault != place.id:
        raise NeedsUnlock("service_locked", profile=profile.root)
    keepers = {device.keeper}
    if is_host(place.at) and (access := read_host_access(profile)) is not None:
        keepers.add(access.keeper)
    if is_bucket(place.at) and (bucket := read_bucket_access(profile)).secret:
        keepers.add(bucket.keeper)
    if scope == "system" and "keychain" in keepers:
        raise NeedsUnlock("service_keychain")
