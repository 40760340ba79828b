"""Where the agent of a profile can be reached, and that there is one alone."""

from __future__ import annotations

import os

import msgspec

from ...core.errors import CyberlibError
from ...core.format_v1.malformed import MALFORMED
from ...state.private_file import read_file, remove_file
from ...state.profile import Profile


class Place(msgspec.Struct, frozen=True):
    """The file `agent.json` of a profile, which only its owner can write."""

    address: str
    pid: int


def write_address(profile: Profile, address: str) -> None:
    """Notes where this process listens. Raises Failed("profile_full"), ("profile_denied")."""
    profile.write(profile.agent, msgspec.json.encode(Place(address, os.getpid())))


def read_address(profile: Profile) -> str | None:
    """Where an agent listens or listened, if there ever was one."""
    place = _read(profile)
    return place.address if place is not None else None


def read_pid(profile: Profile) -> int | None:
    """The process that wrote it."""
    place = _read(profile)
    return place.pid if place is not None else None


def _read(profile: Profile) -> Place | None:
    try:
        data = read_file(profile.agent)
        return msgspec.json.decode(data, type=Place) if data is not None else None
    except (CyberlibError, *MALFORMED):
        return None  # written anew by the next agent


def forget_address(profile: Profile) -> None:
    """At the end. Never raises."""
    try:
        remove_file(profile.agent)
    except CyberlibError:
        return
