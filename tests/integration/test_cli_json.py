"""What --json and --jsonl print has the documented shape, for every command and for errors."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cyberlib_client.cli.records import ITEMS, RESULTS, AnyEvent, Document, EndEvent, ItemEvent
from cyberlib_client.cli.reference import EXIT_CODES
from cyberlib_client.core.errors import (
    Busy,
    CyberlibError,
    Failed,
    IntegrityError,
    NeedsUnlock,
    Stopped,
    Unreachable,
    UsageError,
)
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.hosts import TestHost, serving
from tests.support.trees import make_tree
from tools import schemas

ROOT = Path(__file__).parents[2]


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "Cabinet", {"a.txt": b"a", "cache": {"x.tmp": b"x"}, "é.txt": b"e"})


def _every_command(line: CommandLine, practice: Path, tmp_path: Path) -> Iterator[list[str]]:
    """Each once, in an order in which each can be done."""
    yield ["sources", "add", str(practice), "--exclude", "*.tmp"]
    yield ["sources", "change", str(practice), "--exclude", "*.bak"]
    yield ["sources", "list"]
    yield ["sources", "preview"]
    yield ["hooks", "add", "tri", "--when", "after", "--", sys.executable, "-c", ""]
    yield ["hooks", "change", "tri", "--seconds", "60"]
    yield ["hooks", "list"]
    yield ["backup"]
    (practice / "b.txt").write_bytes(b"b")
    yield ["backup", str(practice), "--label", "soir"]
    for name in ("snapshots", "vault info", "key list"):
        yield name.split()
    yield ["ls", "-R", "latest"]
    yield ["find", "txt"]
    yield ["versions", str(practice / "a.txt")]
    yield ["diff", *(s["id"] for s in line.json("snapshots")["items"])]
    yield ["restore", "latest", "--to", str(tmp_path / "out")]
    yield ["verify", "--read-data"]
    yield ["repair"]
    yield ["copy", "run", "--to", str(tmp_path / "copy")]
    yield ["copy", "add", "usb", str(tmp_path / "usb"), "--parity"]
    yield ["copy", "list"]
    yield ["copy", "check", "usb"]
    yield ["copy", "change", "usb", "--every", "2 d"]
    yield ["copy", "remove", "usb"]
    yield ["drill", "--sample", "2"]
    yield ["certificate", "list"]
    yield ["certificate", "show", "--to", str(tmp_path / "proof.pdf")]
    yield ["certificate", "verify", str(tmp_path / "proof.pdf")]
    yield ["retention", "set", "--last", "1"]
    yield ["retention", "show"]
    yield ["retention", "apply", "--yes"]
    yield ["undelete"]
    yield ["refuse", str(practice / "b.txt"), "--reason", "mistake", "--purge", "--yes"]
    yield ["refusals", "list"]
    yield ["refusals", "lift", str(practice / "b.txt")]
    yield ["forget", "latest", "--dry-run", "--force"]
    yield ["report", "--with-names"]
    words = str(tmp_path / "words")
    yield ["key", "add", "recovery", "--name", "second", "--words-file", words]
    yield ["kit", "check", "--recovery-file", words]
    yield ["key", "remove", "second"]
    again = tmp_path / "passphrase"
    again.write_text(PASSPHRASE, encoding="utf-8")
    again.chmod(0o600)
    yield ["key", "rotate", "--new-passphrase-file", str(again)]
    yield ["key", "rewrite", "--most", "1 GB"]
    yield ["kit", "create", "--to", str(tmp_path), "--name", "sheet"]
    yield ["completion", "bash"]
    yield ["diagnose", "--to", str(tmp_path / "support.zip")]
    yield ["sources", "remove", str(practice)]
    yield ["hooks", "remove", "tri"]
    yield ["demo", "--size", "tiny"]


def _exact(value: Any, shape: Any) -> Any:
    """The value as that shape; nothing is missing and nothing is left over."""
    converted = msgspec.convert(value, shape, strict=True)
    assert msgspec.to_builtins(converted) == value
    return converted


def test_every_command_has_the_documented_shape(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    met = set()
    for command in _every_command(line, practice, tmp_path):
        with line.secret(PASSPHRASE):
            document = line.json(*command)
        name = document["command"]
        assert command[: len(name.split())] == name.split()
        met.add(name)
        _exact(document, Document)
        if name in ITEMS:
            assert document["items"], name
            assert document["result"] is None
            for item in document["items"]:
                _exact(item, ITEMS[name])
        else:
            assert "items" not in document
            _exact(document["result"], RESULTS[name])
    with line.secret(PASSPHRASE):
        other = CommandLine(tmp_path / "other")
        other.environment = line.environment
        opened = other.json("vault", "open", "--at", str(line.vault), "--no-device")
        _exact(opened["result"], RESULTS["vault open"])
        third = CommandLine(tmp_path / "third")
        third.environment = line.environment
        made = third.json("vault", "create", "--at", str(third.vault), "--no-device")
        _exact(made["result"], RESULTS["vault create"])
    met |= {"vault open", "vault create"}
    with serving(tmp_path / "host") as host:
        for command in _every_command_of_a_host(host, tmp_path):
            document = third.json(*command)
            met.add(document["command"])
            _exact(document, Document)
            for item in document.get("items", []):
                _exact(item, ITEMS[document["command"]])
            if "items" not in document:
                _exact(document["result"], RESULTS[document["command"]])
    in_buckets = {"vault access"}  # tests/integration/test_cli_s3.py
    in_services = {"agent install", "agent uninstall"}  # tests/integration/test_agent_service.py
    in_alarms = {f"alarm {name}" for name in ("show", "dismiss", "canaries")}  # …/test_cli_alarm.py
    in_agents = {f"agent {name}" for name in ("run", "status", "pause", "resume", "stop")}  # …/test_agent.py
    in_mounts = {
        "mount",
        "export plain",
        "export vault",
        "export check",
    }  # …/test_mount.py, test_cli_export.py
    in_mounts |= {
        f"export {name}" for name in ("request", "status", "accept", "certificate")
    }  # test_leaving.py
    met |= in_mounts | {"refusals check"}  # tests/integration/test_cli_refusals.py
    met |= {name for name in RESULTS if name.startswith("officer ")}  # tests/unit/cli/test_officer.py
    met |= {name for name in RESULTS if name.startswith("escrow ")}  # tests/unit/cli/test_escrow.py
    met |= {name for name in RESULTS if name.startswith("approval ")}  # tests/integration/test_approval.py
    met |= {name for name in RESULTS if name.startswith("covered ")}  # tests/integration/test_covered.py
    met |= {"guide start", "guide log", "support join"}  # tests/integration/test_guided_cli.py
    met |= {"sources adopt", "device replace"}  # tests/integration/test_replacing.py
    met |= {name for name in RESULTS if name.startswith("person ")}  # tests/integration/test_people.py
    assert met | in_buckets | in_services | in_alarms | in_agents == set(ITEMS) | set(RESULTS)


def _every_command_of_a_host(host: TestHost, tmp_path: Path) -> Iterator[list[str]]:
    key, ca = tmp_path / "key", tmp_path / "ca"
    contract_key = host.organisation(seats=2).contract_key
    key.write_text(contract_key, encoding="utf-8")
    key.chmod(0o600)
    ca.write_text(host.ca, encoding="utf-8")
    host.enrol(contract_key, "OLD")
    given = ["--contract-key-file", str(key)]
    yield ["device", "enrol", "--host", host.url, *given, "--ca", str(ca), "--name", "NEW", "--device-file"]
    yield ["device", "list"]
    yield ["device", "terms"]
    yield ["device", "audit"]
    yield ["device", "reassign", "OLD", *given]
    yield ["device", "revoke", "OLD", *given]
    yield ["device", "audit"]
    yield ["schedule", "set", "--hours", "mon-fri 07:00-21:00"]
    yield ["schedule", "show"]
    yield ["upkeep", "set", "--drill-every", "90 d", "--verify-days", "14"]
    yield ["upkeep", "show"]
    yield ["network", "limit", "--upload", "800 Mbit/s"]
    yield ["network", "hours", "mon-fri", "19:00-08:00", "--upload", "none"]
    yield ["network", "proxy", "none"]
    yield ["network", "ca", str(ca)]
    yield ["network", "show"]
    yield ["network", "check"]


def test_every_line_has_the_documented_shape(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("backup", str(practice))
    with line.secret(PASSPHRASE):
        line("key", "add", "recovery", "--name", "second")
    (practice / "gone").mkdir()
    commands = [
        ["backup", str(practice), str(tmp_path / "nowhere")],  # an incident
        ["ls", "latest"],  # items
        ["key", "remove", "second"],  # a notice
        ["verify", "--read-data"],
    ]
    kinds = set()
    for command in commands:
        with line.secret(PASSPHRASE):
            *events, end = line.lines(*command, code=3 if command[0] == "backup" else 0)
        for event in events:
            kind = type(_exact(event, AnyEvent))
            kinds.add(kind.__name__)
            if kind is ItemEvent:
                _exact(event["item"], ITEMS["ls"])
        told = _exact(end, EndEvent)
        assert told.exit == (3 if command[0] == "backup" else 0)
        if told.command in RESULTS:
            _exact(end["result"], RESULTS[told.command])
    assert kinds == {"ProgressEvent", "IncidentEvent", "ItemEvent", "NoticeEvent"}


def test_errors_have_the_documented_shape(line: CommandLine, practice: Path) -> None:
    for command, code in ((["ls", "latest"], 2), (["frobnicate"], 2), (["backup", str(practice / "x")], 1)):
        document = _exact(line.json(*command, code=code), Document)
        assert document.exit == code
        assert document.error is not None
        (last,) = line.lines(*command, code=code)[-1:]
        assert _exact(last, EndEvent).error == document.error


def test_an_error_in_the_middle_of_a_list_leaves_a_whole_document(line: CommandLine, practice: Path) -> None:
    """Damage met after some items were printed: what was printed is JSON all the same."""
    for n in range(40):
        make_tree(practice / f"dossier {n:02d}", {f"{n}.txt": b"x" * n})
    line("backup", str(practice))
    whole = line.json("ls", "-R", "latest")["items"]
    packs = sorted(p for p in (line.vault / "packs").rglob("*") if p.is_file())
    hit = False
    for path in packs:
        good = path.read_bytes()
        for place in range(100, len(good), len(good) // 60):
            path.chmod(0o600)
            path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
            done = line.attempt("--json", "ls", "-R", "latest")
            document = _exact(json.loads(done.out), Document)
            assert (document.error is None and not document.notices) == (done.code == 0)
            hit = hit or done.code == 7
            assert done.code in (0, 7)
            path.write_bytes(good)
    assert hit
    assert line.json("ls", "-R", "latest")["items"] == whole


def test_the_schema_is_the_one_that_was_written() -> None:
    assert schemas.TARGET.read_text(encoding="utf-8") == schemas.text(), "run: python tools/schemas.py"


def test_exit_codes_are_those_of_the_errors_and_of_the_documents() -> None:
    kinds = (UsageError, NeedsUnlock, Unreachable, IntegrityError, Busy, Stopped, Failed, CyberlibError)
    assert {kind.exit_code for kind in kinds} | {0, 3} == set(EXIT_CODES)
    for document in ("docs/admin/exit-codes-and-json.md", "docs/user/command-line.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        rows = {int(n) for n in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
        assert rows >= set(EXIT_CODES), document
