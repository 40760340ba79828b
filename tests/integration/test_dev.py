"""dev.py itself: its usage, and pip for a Python that has none, from an index on this machine."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import sysconfig
import threading
import venv
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tools.dev import installer

ROOT = Path(__file__).resolve().parents[2]


def _dev(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "dev.py"), *arguments]
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8")


def test_dev_explains_itself() -> None:
    asked, unasked, wrong = _dev("--help"), _dev(), _dev("demonstration")
    assert (asked.returncode, unasked.returncode, wrong.returncode) == (0, 2, 2)
    assert asked.stderr == unasked.stderr == wrong.stderr
    for command in ("demo", "test", "lint", "run", "bench", "lock"):
        assert f"dev.py {command}" in asked.stderr


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: a request is not news."""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of an index that serves the pip that comes with Python, and that pip is told to use."""
    ensurepip = pytest.importorskip("ensurepip", reason="this Python has no pip to serve")
    kept = sysconfig.get_config_var("WHEEL_PKG_DIR") or Path(ensurepip.__file__).parent / "_bundled"
    wheel = max(Path(kept).glob("pip-*-py3-none-any.whl"))
    folder = tmp_path / "index"
    (folder / "pip").mkdir(parents=True)
    (folder / "files").mkdir()
    (folder / "files" / wheel.name).write_bytes(wheel.read_bytes())
    (folder / "pip" / "index.html").write_text(
        f'<a href="../files/pip-1.0.tar.gz">old</a> <a href="../files/{wheel.name}#sha256=0">new</a>'
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/")
    yield folder
    server.shutdown()
    thread.join()
    server.server_close()


def _bare_python(folder: Path) -> Path:
    venv.create(folder, with_pip=False, symlinks=sys.platform != "win32")
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _lock(folder: Path, wheel: Path, digest: str) -> Path:
    path = folder / "setup.txt"
    path.write_text(f"# made for a test\npip=={wheel.name.split('-')[1]} \\\n    --hash=sha256:{digest}\n")
    return path


def test_a_python_without_pip_gets_the_recorded_one(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (wheel,) = (index / "files").iterdir()
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    monkeypatch.setattr(installer, "LOCK", _lock(tmp_path, wheel, digest))
    python = _bare_python(tmp_path / "bare")
    assert subprocess.call([python, "-m", "pip", "--version"], stderr=subprocess.DEVNULL) != 0
    installer.put_pip_into(python)
    shown = subprocess.check_output([python, "-m", "pip", "--version"], encoding="utf-8")
    assert shown.startswith(f"pip {wheel.name.split('-')[1]} ")


def test_a_pip_with_another_hash_is_never_run(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (wheel,) = (index / "files").iterdir()
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    monkeypatch.setattr(installer, "LOCK", _lock(tmp_path, wheel, digest))
    python = _bare_python(tmp_path / "bare")
    with pytest.raises(SystemExit, match="recorded hash"):
        installer.put_pip_into(python)
    assert subprocess.call([python, "-m", "pip", "--version"], stderr=subprocess.DEVNULL) != 0


def test_without_an_index_the_way_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    monkeypatch.delenv("PIP_CERT", raising=False)
    (tmp_path / "pip.conf").write_text("[global]\ntimeout = 5\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    with pytest.raises(SystemExit, match="python3-venv"):
        installer.put_pip_into(Path("never-run"))


def test_settings_of_pip_come_from_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    monkeypatch.delenv("PIP_CERT", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://mirror.example/simple\ncert = a%20b.pem\n[install]\ncert = near.pem\n"
    )
    assert installer.setting("index-url") == "https://mirror.example/simple"
    assert installer.setting("cert") == "near.pem"
    monkeypatch.setenv("PIP_INDEX_URL", "https://other.example/simple")
    assert installer.setting("index-url") == "https://other.example/simple"
