"""The systems' own commands for services, as Linux and macOS share them."""

from __future__ import annotations

import os
import subprocess
import tempfile
from typing import Final

from ..core.errors import Failed

_PATIENCE: Final = 120  # seconds: a service may take a while to end
_DENIED: Final = (
    "Access denied",
    "Permission denied",
    "authentication required",
    "not privileged",
)


def called(name: str, *words: str, allowed: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
    """Runs a command for the service `name`. Raises Failed("service_no_manager", …), ("service_no_rights"),
    ("service_refused", …) when it ends with another code than those allowed."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            env=environment,
            check=False,
        )
    except FileNotFoundError:
        raise Failed("service_no_manager", manager=words[0]) from None
    except subprocess.TimeoutExpired:
        raise Failed("service_refused", name=name, reason="Connection timed out") from None
    if done.returncode not in allowed:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        if any(word in done.stderr for word in _DENIED):
            raise Failed("service_no_rights")
        raise Failed("service_refused", name=name, reason=said[0] if said else f"exit {done.returncode}")
    return done


def put_file(path: str, content: bytes) -> None:
    """A service's file, readable by all, whole or not at all. Failed("service_no_rights"), or
    ("service_refused", name=…, reason=…)."""
    folder, name = os.path.split(path)
    try:
        os.makedirs(folder, exist_ok=True)
        number, new = tempfile.mkstemp(prefix=".", suffix=".new", dir=folder)
        try:
            with open(number, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                os.chmod(new, 0o644)
            os.replace(new, path)
        except BaseException:
            os.unlink(new)
            raise
    except PermissionError:
        raise Failed("service_no_rights") from None
    except OSError as error:
        raise Failed("service_refused", name=name, reason=error.strerror) from None


def remove_file(path: str) -> bool:
    """False when there is none. Failed("service_no_rights")."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    except PermissionError:
        raise Failed("service_no_rights") from None
    return True
