"""Units of systemd: understood, tight, and the same words whatever a path is called."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cyberlib_client.core.errors import Failed
from cyberlib_client.core.platform import ServicePlan, ServiceScope

if sys.platform != "linux":
    pytest.skip("systemd is Linux's", allow_module_level=True)

from cyberlib_client.system.linux.unit import unit

ODD = [
    "/srv/plain",
    "/srv/two words  and tab less",
    "/srv/l'été “cité”",
    "/srv/\"quoted\" and 'both'",
    "/srv/100%h of $HOME ${HOME} $$ %%",
    "/srv/back\\slash \\n \\x41",
    "/srv/a;b ; c # d",
    "/srv/-@!:+é",
]


def plan(
    path: str = "/srv/profil", scope: ServiceScope = "system", *, writes: str = "/srv/coffre"
) -> ServicePlan:
    command = ("/usr/bin/env", "cyberlib", "--profile", path, "agent", "run")
    return ServicePlan("cyberlib-agent-0a1b2c3d", scope, f"CyberLib: {path}", command, path, (writes,))


def _analyze(*words: str) -> subprocess.CompletedProcess[str]:
    assert shutil.which("systemd-analyze"), "the package systemd is not installed"
    return subprocess.run(
        ["systemd-analyze", *words], capture_output=True, text=True, encoding="utf-8", check=False
    )


@pytest.mark.parametrize("scope", ["system", "user"])
def test_systemd_understands_all_of_it(
    tmp_path: Path, scope: ServiceScope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    paths = []
    for number, path in enumerate(ODD):
        paths.append(tmp_path / f"cyberlib-agent-{number}.service")
        paths[-1].write_text(unit(plan(path, scope, writes=path), "root"), encoding="utf-8")
    done = _analyze("verify", "--man=no", f"--{scope}", *map(str, paths))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_system_unit_has_the_least_rights(tmp_path: Path) -> None:
    path = tmp_path / "agent.service"
    path.write_text(unit(plan(), "daemon"), encoding="utf-8")
    done = _analyze("security", "--offline=true", "--threshold=20", str(path))  # 2.0 of 10
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", ["/srv/two\nlines", "/srv/nul\0", "/srv/\udce9"])
def test_what_a_unit_cannot_name_is_refused(path: str) -> None:
    with pytest.raises(Failed) as caught:
        unit(plan(path), "root")
    assert caught.value.code == "service_bad_path"
    with pytest.raises(Failed):
        unit(plan(writes=path), "root")
