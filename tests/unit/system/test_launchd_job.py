"""Jobs of launchd: the keys that launchd.plist(5) documents, and every path as it is."""

from __future__ import annotations

import plistlib
from typing import Final

import pytest

from cyberlib_client.core.errors import Failed
from cyberlib_client.core.platform import ServicePlan, ServiceScope
from cyberlib_client.system.macos.job import job, job_path

DOCUMENTED: Final = {
    "Label": str, "UserName": str, "ProgramArguments": list, "RunAtLoad": bool, "KeepAlive": dict,
    "ThrottleInterval": int, "ExitTimeOut": int, "ProcessType": str, "LowPriorityIO": bool, "Nice": int,
    "Umask": int, "HardResourceLimits": dict, "WorkingDirectory": str,
}  # fmt: skip
ODD: Final = "/Users/été/<Profil> & \"C°\" 'x' %h $HOME \\n"


def plan(path: str, scope: ServiceScope) -> ServicePlan:
    command = ("/usr/local/bin/cyberlib", "--profile", path, "agent", "run")
    return ServicePlan("cyberlib-agent-0a1b2c3d", scope, "CyberLib", command, path)


@pytest.mark.parametrize("scope", ["system", "user"])
def test_a_job_says_what_launchd_documents(scope: ServiceScope) -> None:
    said = plistlib.loads(job(plan(ODD, scope), "alice"), fmt=plistlib.FMT_XML)
    assert {key: type(value) for key, value in said.items()}.items() <= DOCUMENTED.items()
    assert said["Label"] == "org.cyberlib.cyberlib-agent-0a1b2c3d"
    assert said["ProgramArguments"][2] == ODD
    assert said.get("UserName") == ("alice" if scope == "system" else None)
    assert said["KeepAlive"] == {"SuccessfulExit": False}
    assert said["Umask"] == 0o077


def test_the_file_is_named_after_its_label() -> None:
    path = job_path("cyberlib-agent-0a1b2c3d", "system").replace("\\", "/")
    assert path == "/Library/LaunchDaemons/org.cyberlib.cyberlib-agent-0a1b2c3d.plist"


@pytest.mark.parametrize("path", ["/Users/a\nb", "/Users/\0", "/Users/\udce9"])
def test_what_xml_cannot_hold_is_refused(path: str) -> None:
    with pytest.raises(Failed) as caught:
        job(plan(path, "user"), "alice")
    assert caught.value.code == "service_bad_path"
