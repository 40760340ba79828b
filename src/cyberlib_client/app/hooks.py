"""The user's own commands before and after a backup: dumps of databases, mostly.

They come from the profile's settings alone, which only its owner may write, and run with the profile's
rights and without a shell. What they write is kept to its end, without what looks like a secret.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from ..core.errors import Failed, UsageError
from ..core.events import Progress
from ..core.format_v1.snapshot import HookRun
from ..files import names
from ..files.names import display, to_vault_path
from ..services.backup import Source
from ..state.settings import MOST_SECONDS, USUAL_SECONDS, HookSettings, Settings, write_settings
from . import bootstrap
from .paths import compared, lies_in, native_of, native_path
from .session import Session
from .workplace import Notice

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
    """Adds a command, after those that are there; a notice where it cannot work as it stands. Raises
    UsageError("hook_known", name=…), ("bad_hook", most=…), ("bad_path"), ("source_unknown", path=…),
    ("hook_folder", at=…), Busy("profile_busy")."""
    given = {
        "name": name,
        "when": when,
        "command": list(command),
        "seconds": USUAL_SECONDS if seconds is None else seconds,
        "failure": failure,
    }
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        if any(known.name == name for known in settings.hooks):
            raise UsageError("hook_known", name=name)
        hook = _hook(settings, given, folder, sources)
        write_settings(session.profile, msgspec.structs.replace(settings, hooks=[*settings.hooks, hook]))
    _tell(session, settings, hook)
    return _info(hook)


class HookChange(NamedTuple):
    """What is to change of a command; None for what stays. `folder`, `sources`: empty for none."""

    when: Literal["before", "after"] | None = None
    command: Sequence[str] | None = None
    seconds: int | None = None
    failure: Literal["amber", "stop"] | None = None
    folder: str | None = None
    sources: Sequence[str] | None = None


def change_hook(session: Session, name: str, change: HookChange) -> HookInfo:
    """Changes a command in its place. Raises as `add_hook`, but UsageError("hook_unknown", name=…)."""
    plain = {"when": change.when, "seconds": change.seconds, "failure": change.failure}
    given: dict[str, Any] = {field: value for field, value in plain.items() if value is not None}
    if change.command is not None:
        given["command"] = list(change.command)
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        before = next((hook for hook in settings.hooks if hook.name == name), None)
        if before is None:
            raise UsageError("hook_unknown", name=name)
        hook = _hook(settings, msgspec.to_builtins(before) | given, change.folder, change.sources)
        hooks = [hook if each is before else each for each in settings.hooks]
        write_settings(session.profile, msgspec.structs.replace(settings, hooks=hooks))
    _tell(session, settings, hook)
    return _info(hook)


def _hook(
    settings: Settings, given: dict[str, Any], folder: str | None, sources: Sequence[str] | None
) -> HookSettings:
    """None for what stays. Raises as `add_hook`."""
    if folder is not None:
        given["folder"] = os.path.abspath(folder) if folder else ""
        if folder and not os.path.isdir(folder):
            raise UsageError("hook_folder", at=given["folder"])
    if sources is not None:
        known = {compared(native_of(source)) for source in settings.sources}
        natives = [native_path(path) for path in sources]
        for native in natives:
            if compared(native) not in known:
                raise UsageError("source_unknown", path=display(to_vault_path(native)))
        given["sources"] = [os.fsdecode(native) for native in natives]
    try:
        return HookSettings(**given)
    except ValueError:
        raise UsageError("bad_hook", most=MOST_SECONDS) from None


def _tell(session: Session, settings: Settings, hook: HookSettings) -> None:
    """What of a command will not do as it stands."""
    program = hook.command[0]
    found = os.path.join(hook.folder, program) if os.path.dirname(program) else program
    if shutil.which(found) is None:
        session.notify(Notice("hook_no_program", {"name": hook.name, "program": program}))
    if hook.folder and hook.when == "before":
        folder = compared(native_path(hook.folder))
        if any(lies_in(folder, compared(native_of(source))) for source in settings.sources):
            return
        session.notify(Notice("hook_folder_apart", {"name": hook.name, "at": hook.folder}))


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
        chosen = {names.compared(source.path) for source in sources}
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
            # What ends before the backup is to be done then; after it a program may be started again.
            done = bootstrap.programs().run(
                hook.command, hook.folder or None, hook.seconds, check_cancel, alone=hook.when == "after"
            )
            exit_code, timed_out, last, left = done
        except OSError as error:
            last = (error.strerror or type(error).__name__).encode()
            exit_code, timed_out, left = None, False, False
        detail = _without_secrets(last, hook.command)[-_DETAIL:] if exit_code != 0 else ""
        if exit_code and not detail:
            detail = f"code {exit_code}"
        if left and not exit_code:
            exit_code, detail = None, "hook_left"
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
        return any(names.compared(to_vault_path(path)) in chosen for path in hook.sources)
    return False


def _info(hook: HookSettings) -> HookInfo:
    return HookInfo(hook.name, hook.when, hook.command, hook.seconds, hook.failure, hook.folder, hook.sources)
