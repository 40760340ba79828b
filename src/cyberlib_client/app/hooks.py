"""The user's own commands before and after a backup: dumps of databases, mostly.

They come from the profile's settings alone, which only its owner may write, and run with the profile's
rights and without a shell. What they write is kept to its end, without what looks like a secret.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from ..core.errors import Failed, UsageError
from ..core.events import Progress
from ..core.format_v1.snapshot import HookRun
from ..files.names import compared, to_vault_path
from ..services.backup import Source
from ..state.settings import MOST_SECONDS, USUAL_SECONDS, HookSettings, write_settings
from . import bootstrap
from .paths import native_path
from .session import Session

_DETAIL: Final = 1000
"""Characters kept of what a command wrote."""


class HookInfo(msgspec.Struct, frozen=True):
    """A command to run with each backup, as `state.settings.HookSettings`."""

    name: str
    when: str
    command: list[str]
    seconds: int
    failure: str
    folder: str
    sources: list[str]


def list_hooks(session: Session) -> list[HookInfo]:
    """Those of the profile, in the order in which they run."""
    return [_info(hook) for hook in session.settings.hooks]


def add_hook(
    session: Session,
    name: str,
    when: Literal["before", "after"],
    command: Sequence[str],
    *,
    seconds: int | None = None,
    failure: Literal["amber", "stop"] = "amber",
    folder: str = "",
    sources: Sequence[str] = (),
) -> HookInfo:
    """Adds a command, after those that are there. Raises UsageError("hook_known", name=…), ("bad_hook",
    most=…), ("bad_path"), Busy("profile_busy")."""
    try:
        hook = HookSettings(
            name,
            when,
            list(command),
            seconds=USUAL_SECONDS if seconds is None else seconds,
            failure=failure,
            folder=os.path.abspath(folder) if folder else "",
            sources=[os.fsdecode(native_path(path)) for path in sources],
        )
    except ValueError:
        raise UsageError("bad_hook", most=MOST_SECONDS) from None
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        if any(known.name == name for known in settings.hooks):
            raise UsageError("hook_known", name=name)
        write_settings(session.profile, msgspec.structs.replace(settings, hooks=[*settings.hooks, hook]))
    return _info(hook)


def remove_hook(session: Session, name: str) -> HookInfo:
    """Takes a command off the list. Raises UsageError("hook_unknown", name=…), Busy("profile_busy")."""
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        found = [hook for hook in settings.hooks if hook.name == name]
        if not found:
            raise UsageError("hook_unknown", name=name)
        left = [hook for hook in settings.hooks if hook.name != name]
        write_settings(session.profile, msgspec.structs.replace(settings, hooks=left))
    return _info(found[0])


class HookRuns:
    """The commands of one backup. In a `with` block around it: those for afterwards run in any case.

    Raises Failed("hooks_exposed", at=…) when others may write what is to run.
    """

    def __init__(self, session: Session, sources: Sequence[Source]) -> None:
        chosen = {compared(source.path) for source in sources}
        self._session = session
        self._hooks = [hook for hook in session.settings.hooks if _concerns(hook, chosen)]
        self._ended: list[HookRun] = []
        self._walked = False
        if self._hooks:
            _refuse_exposed(session.profile.settings)

    def __enter__(self) -> HookRuns:
        try:
            self._before()
        except BaseException:
            self.walked()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if not self._walked:
            self.walked()

    def _before(self) -> None:
        """Failed("hook_stopped", name=…, reason=…)."""
        for hook in self._hooks:
            if hook.when == "before":
                ended = self._run(hook, self._session.cancel.check)
                if ended.failed and hook.failure == "stop":
                    reason = "hook_timed_out" if ended.timed_out else ended.detail
                    raise Failed("hook_stopped", name=hook.name, reason=reason)

    def walked(self) -> list[HookRun]:
        """Runs those for afterwards, once; how all of them ended."""
        if not self._walked:
            self._walked = True
            for hook in self._hooks:
                if hook.when == "after":
                    # What was begun before is ended, also when the run is stopped.
                    self._run(hook, self._session.cancel.look)
        return self._ended

    def _run(self, hook: HookSettings, check_cancel: Callable[[], None]) -> HookRun:
        self._session.listener(Progress("hook", current=hook.name))
        begun = time.monotonic()
        try:
            done = bootstrap.programs().run(hook.command, hook.folder or None, hook.seconds, check_cancel)
            exit_code, timed_out, last = done
        except OSError as error:
            exit_code, timed_out, last = None, False, (error.strerror or type(error).__name__).encode()
        detail = _without_secrets(last, hook.command)[-_DETAIL:] if exit_code != 0 else ""
        if exit_code and not detail:
            detail = f"code {exit_code}"
        milliseconds = int((time.monotonic() - begun) * 1000)
        ended = HookRun(hook.name, hook.when, exit_code, milliseconds, timed_out, detail)
        self._ended.append(ended)
        return ended


_SECRET_NAME: Final = re.compile(r"pass|pwd|secret|token|key|credential", re.IGNORECASE)
_ASSIGNED: Final = re.compile(
    r"((?:pass(?:word|wd|phrase)?|pwd|mot de passe|secret|token)\s*[=:]\s*)(\S+)", re.IGNORECASE
)
_IN_ADDRESS: Final = re.compile(r"(://[^/\s:@]*:)[^@\s/]+@")
_LEAST: Final = 4
"""Characters: a shorter value would take letters out of every word."""


def _without_secrets(said: bytes, command: Sequence[str]) -> str:
    """What a command wrote, as text. Values of variables and options whose names tell of a secret are left
    out, and passwords in addresses."""
    text = said.decode("utf-8", "replace")
    hidden = {value for name, value in os.environ.items() if _SECRET_NAME.search(name)}
    for before, argument in zip(("", *command), command, strict=False):
        name, sign, value = argument.partition("=")
        if sign and _SECRET_NAME.search(name):
            hidden.add(value)
        elif before in ("-P", "-p") or (before.startswith("-") and _SECRET_NAME.search(before)):
            hidden.add(argument)
        elif re.fullmatch(r"-[pP].+", argument):
            hidden.add(argument[2:])
    for value in sorted(hidden, key=len, reverse=True):
        if len(value) >= _LEAST:
            text = text.replace(value, "***")
    text = _IN_ADDRESS.sub(r"\1***@", _ASSIGNED.sub(r"\1***", text))
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text).strip()


def _refuse_exposed(settings: str) -> None:
    if sys.platform == "win32":
        return  # its folder is closed to others
    for path in (settings, os.path.dirname(settings)):  # who may write in the folder may exchange the file
        status = os.stat(path)
        if status.st_mode & 0o022 or status.st_uid not in (0, os.geteuid()):
            raise Failed("hooks_exposed", at=path)


def _concerns(hook: HookSettings, chosen: set[bytes]) -> bool:
    if not hook.sources:
        return True
    with contextlib.suppress(UsageError):
        return any(compared(to_vault_path(path)) in chosen for path in hook.sources)
    return False


def _info(hook: HookSettings) -> HookInfo:
    return HookInfo(hook.name, hook.when, hook.command, hook.seconds, hook.failure, hook.folder, hook.sources)
