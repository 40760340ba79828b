"""Errors, names, tokens: small things that every room relies on."""

from __future__ import annotations

import threading

import pytest

from cyberlib_client.core import errors
from cyberlib_client.core.errors import CyberlibError, Failed, Stopped
from cyberlib_client.core.events import Incident, Progress, ignore
from cyberlib_client.core.ids import digest_of, object_name
from cyberlib_client.core.ports import CancelToken

EXIT_CODES = {
    "Failed": 1, "UsageError": 2, "NeedsUnlock": 5, "Refused": 5, "Unreachable": 6, "IntegrityError": 7,
    "Busy": 8, "Stopped": 130,
}  # fmt: skip


@pytest.mark.parametrize(("name", "code"), EXIT_CODES.items())
def test_exit_codes_are_a_contract(name: str, code: int) -> None:
    kind = getattr(errors, name)
    assert issubclass(kind, CyberlibError)
    assert kind("x").exit_code == code


def test_every_error_has_an_exit_code() -> None:
    kinds = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, CyberlibError)]
    assert {k.__name__ for k in kinds} - {"CyberlibError"} == set(EXIT_CODES)


def test_what_goes_into_a_log_leaves_file_names_out() -> None:
    error = Failed("target_full", path="/srv/Dossier Martin.pdf", reason="No space left")
    assert str(error) == "target_full (reason=No space left)"
    assert "Martin" not in f"{error} {error!r}"
    assert error.facts["path"] == "/srv/Dossier Martin.pdf"
    assert str(Failed("busy")) == "busy"


def test_stopping() -> None:
    cancel = CancelToken()
    cancel.check()
    assert not cancel.cancelled
    threading.Thread(target=cancel.cancel, args=("battery",)).start()
    while not cancel.cancelled:
        pass
    with pytest.raises(Stopped) as stopped:
        cancel.check()
    assert (stopped.value.code, stopped.value.facts) == ("stopped", {"by": "battery"})


def test_names_of_objects() -> None:
    digest = bytes(range(32))
    name = object_name("packs", digest)
    assert name == "packs/" + digest.hex()
    assert digest_of(name) == digest
    for wrong in ("", "packs/", "packs/00", name + "00", "packs/" + "zz" * 32, "packs/" + "é" * 64):
        with pytest.raises(ValueError, match=r"."):
            digest_of(wrong)


def test_events_cannot_be_changed() -> None:
    progress, incident = Progress("backup"), Incident("vanished", "/x")
    with pytest.raises(AttributeError):
        progress.current = "y"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        incident.path = "y"  # type: ignore[misc]
    ignore(progress)
