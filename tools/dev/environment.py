"""The virtual environment in `.venv`: made once, made again when the locks or the Python change."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from . import debian, installer
from .process import give_up, note

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements"
# Each file holds all of those before it, same versions.
_BUILDS_ON = {
    "run": ("run",),
    "host": ("run", "host"),
    "desktop": ("run", "host", "desktop"),
    "test": ("run", "host", "desktop", "test"),
}


def ensure(profile: str) -> Path:
    """The Python that has what `profile` needs: "run" (the command line alone), "host" (and its host),
    "desktop" (and its window) or "test" (all tools)."""
    have = _installed()
    if not any(_fingerprint(p) in have for p in _BUILDS_ON if profile in _BUILDS_ON[p]):
        _refuse_what_cannot_work()
        if not (have and _fingerprint("run") in have):
            _create()
        note(f"installing the dependencies in requirements/{profile}.txt")
        _install(REQUIREMENTS / f"{profile}.txt")
        _link_sources()
        _marker().write_text("\n".join(sorted({*_installed(), _fingerprint(profile)})), encoding="ascii")
    return _python()


def _python() -> Path:
    return VENV / "Scripts" / "python.exe" if os.name == "nt" else VENV / "bin" / "python"


def _marker() -> Path:
    return VENV / "installed.txt"


def _installed() -> set[str]:
    """Fingerprints of what a finished set-up left; empty when there was none."""
    if not _python().exists() or not _marker().exists():
        return set()
    return set(_marker().read_text(encoding="ascii").split())


def _fingerprint(profile: str) -> str:
    digest = hashlib.sha256(f"{sys.version}\n{sys.base_prefix}\n{VENV}\n".encode())
    digest.update((REQUIREMENTS / f"{profile}.txt").read_bytes())
    return digest.hexdigest()


def _refuse_what_cannot_work() -> None:
    if sysconfig.get_platform() == "win-arm64":  # what this Python was built for
        raise give_up(
            "cryptography has no ready build for Python on Windows ARM64. "
            "Install the 64-bit Intel (x64) Python, which runs there too, and start again."
        )


def _create() -> None:
    note(f"making {VENV.name} (once; again when the dependencies change)")
    if VENV.exists():
        if Path(sys.prefix).resolve() == VENV.resolve():
            raise give_up("the environment is out of date: run dev.py with a Python outside .venv.")
        if not (VENV / "pyvenv.cfg").exists() and any(VENV.iterdir()):
            raise give_up(f"{VENV} is not an environment of Python; move it away and start again.")
        shutil.rmtree(VENV)
    if not _has_ensurepip():
        debian.install([f"python3.{sys.version_info.minor}-venv"])
        importlib.invalidate_caches()
    with_pip = _has_ensurepip()
    venv.create(VENV, with_pip=with_pip, symlinks=os.name != "nt")
    if not with_pip:
        installer.put_pip_into(_python())


def _has_ensurepip() -> bool:
    return importlib.util.find_spec("ensurepip") is not None


def _install(lock: Path) -> None:
    """Exactly what the lock names, as ready-made wheels whose hashes it holds: no package's code runs."""
    command = [str(_python()), "-m", "pip", "install", "-qq", "--no-input", "--disable-pip-version-check"]
    command += ["--require-hashes", "--only-binary", ":all:", "--no-deps", "-r", str(lock)]
    if subprocess.call(command, stdout=sys.stderr) != 0:
        raise give_up("the dependencies could not be installed; the reason is above. Is the network up?")


def _link_sources() -> None:
    """Make `import cyberlib_client` find the checkout. A relative path: ASCII, whatever the folder's name."""
    ask = [str(_python()), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.check_output(ask, text=True).strip())
    relative = os.path.relpath(ROOT / "src", site)
    (site / "cyberlib-checkout.pth").write_text(f"{relative}\n", encoding="ascii")
