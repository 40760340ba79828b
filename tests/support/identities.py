"""A real provider of identities for tests: oidc-provider of npm, pinned by package-lock.json."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from .servers import free_ports

_HERE = Path(__file__).parent / "oidc"
_SECONDS = 180


def modules(folder: Path) -> Path:
    """Installs them, each checked by its hash. Without npm there is no test, but in CI, where that fails."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs node and npm: the sign-in is tried with a real provider")
        pytest.skip("needs node and npm")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_HERE / name, folder)
    asked = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "node_modules"


@contextmanager
def provider(installed: Path, host: str) -> Iterator[str]:
    """Serves on loopback, for the host at this address, until the end of the block; its issuer."""
    (port,) = free_ports(1)
    back, done = f"{host}/v1/sign-in-return", f"{host}/v1/sign-in-done"
    words = ["node", str(_HERE / "provider.mjs"), str(installed), str(port), back, done]
    running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + _SECONDS
        while True:
            try:
                if httpx2.get(f"{issuer}/.well-known/openid-configuration").status_code == 200:
                    break
            except httpx2.HTTPError:
                pass
            assert running.poll() is None and time.monotonic() < until, "the provider does not answer"
            time.sleep(0.05)
        yield issuer
    finally:
        running.kill()
        running.wait()
