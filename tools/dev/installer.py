"""pip for a Python that comes without it: the wheel named in requirements/setup.txt, checked by its hash.

Debian leaves `ensurepip` out of `python3`; where nobody may install `python3-venv`, an index configured
for pip (a mirror inside the practice, say) gives the wheel.
"""

from __future__ import annotations

import configparser
import hashlib
import os
import re
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

from .process import give_up, note

LOCK = Path(__file__).resolve().parents[2] / "requirements" / "setup.txt"
_TIMEOUT = 60  # seconds without an answer
_HINT = "Install Python's venv module (on Debian: apt-get install python3-venv) and start again."


def put_pip_into(python: Path) -> None:
    """Fetch the pinned pip from the configured index and let it install itself into `python`."""
    version, hashes = pinned(LOCK.read_text(encoding="utf-8"))
    index = setting("index-url")
    if index is None:
        raise give_up(f"this Python comes without pip. {_HINT}")
    note(f"fetching pip {version}, which this Python lacks")
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder) / f"pip-{version}-py3-none-any.whl"
        try:
            wheel.write_bytes(fetch(index, wheel.name, hashes))
        except (OSError, LookupError) as error:
            raise give_up(f"pip could not be fetched: {error}. {_HINT}") from None
        # A wheel is a zip file, and Python runs a program inside one.
        run = [str(python), str(wheel / "pip"), "install", "-qq", "--no-index", "--no-deps"]
        if subprocess.call([*run, str(wheel)]) != 0:
            raise give_up(f"pip could not be installed. {_HINT}")


def pinned(lock: str) -> tuple[str, set[str]]:
    """Version and allowed SHA-256 (hex) of pip in the text of a lock."""
    version = re.search(r"^pip==([0-9][0-9.]*)", lock, re.MULTILINE)
    if version is None:
        raise give_up("requirements/setup.txt names no version of pip.")
    return version[1], set(re.findall(r"--hash=sha256:([0-9a-f]{64})", lock))


def setting(name: str) -> str | None:
    """A setting of pip: from the environment, else from its configuration files, the nearest first."""
    if value := os.environ.get("PIP_" + name.upper().replace("-", "_")):
        return value
    for path in _configuration_files():
        config = configparser.RawConfigParser()
        try:
            config.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue  # pip itself will complain about it
        for section in ("install", "global"):
            if value := config.get(section, name, fallback=None):
                return value
    return None


def _configuration_files() -> list[Path]:
    if only := os.environ.get("PIP_CONFIG_FILE"):
        return [Path(only)]
    home = Path.home()
    if os.name == "nt":
        places = [Path(os.environ.get("APPDATA", home)) / "pip", home / "pip"]
        places.append(Path(os.environ.get("PROGRAMDATA", "C:/ProgramData")) / "pip")
        return [place / "pip.ini" for place in places]
    config = Path(os.environ.get("XDG_CONFIG_HOME", home / ".config"))
    places = [config / "pip", home / "Library" / "Application Support" / "pip", home / ".pip"]
    return [place / "pip.conf" for place in (*places, Path("/etc/xdg/pip"), Path("/etc"))]


def fetch(index: str, filename: str, hashes: set[str]) -> bytes:
    """The file's bytes, through the index's list of links. Raises OSError, LookupError (wrong or absent)."""
    page = f"{index.rstrip('/')}/{filename.split('-')[0]}/"
    links = _Links()
    links.feed(_read(page).decode("utf-8", "replace"))
    for href in links.found:
        url = urllib.parse.urljoin(page, href)
        if urllib.parse.urlsplit(url).path.rpartition("/")[2] == filename:
            data = _read(url)
            if hashlib.sha256(data).hexdigest() not in hashes:
                raise LookupError(f"{filename} does not have the recorded hash and was not used")
            return data
    raise LookupError(f"the index has no {filename}")


def _read(url: str) -> bytes:
    context = ssl.create_default_context(cafile=setting("cert"))
    with urllib.request.urlopen(url, timeout=_TIMEOUT, context=context) as answer:
        data: bytes = answer.read()
    return data


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]
