"""What a workstation or a host may meet that is not as it should be: clocks, certificates, versions, bodies.

Each time: a stable code with a sentence in both languages and an exit code; nothing is stored, nothing lost.
"""

from __future__ import annotations

import glob
import hashlib
import json
import random
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cyberlib_client.app.messages import error_message
from cyberlib_client.transports import http
from cyberlib_client.transports.host import records
from cyberlib_client.transports.host import store as host_store
from cyberlib_host.api import routes
from cyberlib_host.tls import own_certificate
from tests.faults.test_hostile_host import Liar
from tests.support.command_line import CommandLine, restored
from tests.support.hosts import TestHost, serving
from tests.support.proxy import Line, line_to, relay_to
from tests.support.servers import free_ports
from tests.support.stations import books, patience, station
from tests.support.trees import make_tree, told

pytestmark = [
    pytest.mark.faults,
    pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning"),
]


class Scene:
    """A workstation with one snapshot, whose line to the host can be led elsewhere."""

    def __init__(self, host: TestHost, line: Line, folder: Path) -> None:
        self.host = host
        self.to = line
        self.folder = folder
        plan = {"lettre.txt": b"lettre fictive", "scan.bin": random.Random(2).randbytes(1_300_000)}
        self.sources = make_tree(folder / "Cabinet", plan)
        key = host.organisation().contract_key
        self.line: CommandLine = station(folder / "a", url=line.url, ca=host.ca, contract_key=key)
        self.line("backup", str(self.sources))
        self.books = books(host.context.database)

    def refused(self, code: str, exit_code: int) -> None:
        """A backup ends with this code, in two languages, and leaves the host as it was."""
        (self.sources / "neuf.txt").write_bytes(code.encode())
        assert self.line.error("backup", str(self.sources), code=exit_code) == code
        self.line.language = "fr"
        french = self.line.attempt("backup", str(self.sources))
        self.line.language = "en"
        assert french.code == exit_code and f"[{code}]" in french.err, french
        for language in ("fr", "en"):
            assert code not in error_message(code, {"at": self.host.url}, language)[0]  # type: ignore[arg-type]
        assert books(self.host.context.database) == self.books

    def well_again(self) -> None:
        """What was kept from the host arrives, and all of it comes back."""
        self.line("backup", str(self.sources))
        assert books(self.host.context.database)["snapshots"] == self.books["snapshots"] + 1
        to = self.folder / "out"
        self.line("restore", "latest", "--to", str(to))
        assert told(restored(to, self.sources)) == told(self.sources)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestHost]:
    with serving(tmp_path_factory.mktemp("host")) as host:
        yield host


@pytest.fixture(scope="module")
def made(host: TestHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with line_to(host.url) as line:
        yield Scene(host, line, tmp_path_factory.mktemp("station"))


@pytest.fixture
def scene(made: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    patience(monkeypatch, 0.5)
    made.folder, made.books = tmp_path, books(made.host.context.database)
    return made


# ---- clocks ------------------------------------------------------------------------------------------


def _at(scene: Scene, clock: str, *args: str) -> tuple[int, str]:
    """A command under another clock: its exit code, and what it said."""
    libraries = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    assert libraries, "the package faketime is not installed"
    scene.line.environment |= {
        "LD_PRELOAD": libraries[0],
        "FAKETIME": clock,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    try:
        process = scene.line.start(*args)
    finally:
        scene.line.environment.clear()
    out, err = process.communicate(timeout=180)
    return process.returncode, (out + err).decode()


@pytest.mark.skipif(sys.platform != "linux", reason="the clock of one process is changed on Linux")
@pytest.mark.parametrize("clock", ["+1d", "+10y", "-10y"])
def test_the_workstations_clock_is_off(scene: Scene, clock: str) -> None:
    (scene.sources / "neuf.txt").write_bytes(b"neuf")
    code, said = _at(scene, clock, "backup", str(scene.sources))
    if clock == "+1d":
        assert code == 0, said
        assert books(scene.host.context.database)["snapshots"] == scene.books["snapshots"] + 1
        scene.books = books(scene.host.context.database)
    else:  # the host's certificate is none of that time
        kind = "early" if clock == "-10y" else "expired"
        assert code == 6 and f"[host_certificate_{kind}]" in said and "clock" in said, said
        assert books(scene.host.context.database) == scene.books
    scene.well_again()


# ---- whom to trust -----------------------------------------------------------------------------------


def test_somebody_elses_certificate(scene: Scene, tmp_path: Path) -> None:
    """Between the two, with a certificate of an authority of its own: it learns nothing."""
    certificate = own_certificate(tmp_path / "tls", ["127.0.0.1"])
    with relay_to(scene.host.url, scene.host.ca, certificate) as relay:
        target, scene.to.target = scene.to.target, relay.url
        scene.refused("host_certificate_unknown", 6)
        assert relay.asked == []
        scene.to.target = target
    scene.well_again()


def test_a_certificate_for_another_name(scene: Scene, tmp_path: Path) -> None:
    certificate = own_certificate(tmp_path / "tls", ["ailleurs.example"])
    with relay_to(scene.host.url, scene.host.ca, certificate) as relay:
        poste = CommandLine(tmp_path / "b")
        key = tmp_path / "key"
        key.write_text("abcd-efgh")
        key.chmod(0o600)
        given = ["--host", relay.url, "--contract-key-file", str(key), "--ca", str(certificate.authority)]
        assert poste.error("device", "enrol", *given, "--device-file", code=6) == "host_certificate_name"
        assert relay.asked == []


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2])
def test_old_tls_is_refused_by_the_host(host: TestHost, tmp_path: Path, version: ssl.TLSVersion) -> None:
    def shake_hands(url: str) -> str | None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = version
        at = urlsplit(url)
        with closing(socket.create_connection((at.hostname, at.port), timeout=180)) as plain:
            try:
                with context.wrap_socket(plain) as wrapped:
                    return wrapped.version()
            except (ssl.SSLError, ConnectionResetError):
                return None

    old = version == ssl.TLSVersion.TLSv1_1
    assert shake_hands(host.url) == (None if old else "TLSv1.2")
    certificate = own_certificate(tmp_path / "tls", ["127.0.0.1"])
    with relay_to(host.url, host.ca, certificate, newest=version) as relay:
        assert shake_hands(relay.url) == ("TLSv1.1" if old else "TLSv1.2"), "it was not the host that refused"


def test_old_tls_is_refused_by_the_workstation(scene: Scene, tmp_path: Path) -> None:
    certificate = own_certificate(scene.host.tls_folder, ["127.0.0.1"])  # nothing else is amiss
    with relay_to(scene.host.url, scene.host.ca, certificate, newest=ssl.TLSVersion.TLSv1_1) as relay:
        target, scene.to.target = scene.to.target, relay.url
        scene.refused("host_tls", 6)
        assert relay.asked == []
        scene.to.target = target
    scene.well_again()


# ---- hosts that are away, older, newer, or play for time ---------------------------------------------


def test_a_host_that_is_down(scene: Scene) -> None:
    target, scene.to.target = scene.to.target, f"https://127.0.0.1:{free_ports(1)[0]}"
    scene.refused("host_unreachable", 6)
    scene.to.target = target
    scene.well_again()


class _Lies:
    """A host's application with a `Liar` before it, until the end of the block."""

    def __init__(self, host: TestHost, liar: Liar) -> None:
        self._config = host.server._server.config
        self._honest = self._config.loaded_app
        self._liar = liar

    def __enter__(self) -> Liar:
        self._config.loaded_app = self._liar(self._honest)
        return self._liar

    def __exit__(self, *_: object) -> None:
        self._config.loaded_app = self._honest


def test_a_host_older_than_the_workstation(scene: Scene) -> None:
    problem = {"code": "unknown_path", "status": 404, "facts": {}, "request": "", "type": "", "title": ""}
    answer = (404, {"content-type": "application/problem+json"}, json.dumps(problem).encode())
    with _Lies(scene.host, Liar(lambda path: answer if path.endswith("/log") else None)) as liar:
        scene.refused("host_unknown_path", 1)
        assert any(path.endswith("/log") for path, _ in liar.asked)
    scene.well_again()


def test_a_host_newer_than_the_workstation(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "LEAST_CLIENT", "99.0.0")
    config = scene.host.server._server.config
    honest, config.loaded_app = config.loaded_app, routes.application(scene.host.context)
    scene.refused("host_client_too_old", 1)
    config.loaded_app = honest
    scene.well_again()


@pytest.mark.parametrize("empty", [False, True])
def test_a_list_without_end(scene: Scene, monkeypatch: pytest.MonkeyPatch, empty: bool) -> None:
    """Always a next page: of other names, or of none."""
    monkeypatch.setattr(host_store, "_MOST_PAGES", 20)
    count = iter(range(10**9))

    def answer(path: str) -> tuple[int, dict[str, str], bytes] | None:
        if not path.endswith("/changes"):
            return None
        names = [f"packs/{next(count):064x}" for _ in range(1000)]
        listed = [] if empty else [{"name": name, "size": 20_000_000} for name in names]
        body = json.dumps({"objects": listed, "mark": names[-1], "more": True, "whole": False})
        return 200, {"content-type": "application/json"}, body.encode()

    with _Lies(scene.host, Liar(answer)):
        assert scene.line.error("verify", code=7) == "host_list_endless"
    assert next(count) <= 100_000
    scene.well_again()


def test_a_log_without_end(scene: Scene) -> None:
    count = iter(range(1, 10**9))

    def answer(path: str) -> tuple[int, dict[str, str], bytes] | None:
        if not path.endswith("/log"):
            return None
        body = json.dumps({"receipts": [], "next": next(count)})
        return 200, {"content-type": "application/json"}, body.encode()

    with _Lies(scene.host, Liar(answer)):
        scene.refused("host_list_endless", 7)
    scene.well_again()


def test_an_answer_that_drips(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never silent, and never done."""
    monkeypatch.setattr(http, "_SILENCE_SECONDS", 0.5)
    over, served = threading.Event(), []
    certificate = own_certificate(scene.host.tls_folder, ["127.0.0.1"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)

    def drip(plain: socket.socket) -> None:
        try:
            with context.wrap_socket(plain, server_side=True) as wrapped:
                wrapped.recv(65_536)
                head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
                wrapped.sendall(head.encode())
                served.append(1)
                while not over.wait(0.05):
                    wrapped.sendall(b" ")
        except OSError:
            pass

    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def accept() -> None:
            while True:
                try:
                    plain, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=drip, args=(plain,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        target = scene.to.target
        scene.to.target = f"https://127.0.0.1:{listening.getsockname()[1]}"
        try:
            scene.refused("host_unreachable", 6)
        finally:
            over.set()
            scene.to.target = target
            listening.shutdown(socket.SHUT_RDWR)
    assert served
    scene.well_again()


# ---- bodies that are not as long as they say ---------------------------------------------------------


@pytest.mark.parametrize("way", ["small", "content"])
@pytest.mark.parametrize("said", ["more", "less"])
def test_a_body_of_another_length_than_declared(host: TestHost, way: str, said: str) -> None:
    """In the request's own head, which no well-behaved client writes."""
    store, _ = host.store()
    data = random.Random(8).randbytes(300_000)
    digest = hashlib.sha256(data).hexdigest()
    name = f"packs/{digest}"
    store.client.sign_in()
    path = f"/v1/vaults/{store.vault}/objects/{name}"
    if way == "content":
        wanted = {"objects": [{"name": name, "size": len(data), "sha256": digest}]}
        found = store.client.ask("POST", f"/v1/vaults/{store.vault}/uploads", records.PreparedList, wanted)
        link = found.objects[0].put
        assert link is not None
        path = link.url
    before = books(host.context.database)
    length = len(data) + (1000 if said == "more" else -1000)
    answer = _put(host, path, store.client._token, length, data)
    if said == "less" and way == "small":
        # As declared, it is an object of its own; what came after it is no request, and ends the connection.
        assert b"HTTP/1.1 400" in answer
        assert store.size(name) is None or store.get(name) == data[:length]
        return
    assert not answer.startswith(b"HTTP/1.1 200"), answer
    assert store.size(name) is None
    assert books(host.context.database) == before
    storage = host.context.storage
    assert store.vault not in {p.parent.parent.name for p in Path(storage._root).rglob("?" * 64)}  # type: ignore[attr-defined]
    store.put(name, data)
    assert store.get(name) == data


def _put(host: TestHost, path: str, token: str, length: int, body: bytes) -> bytes:
    """All that comes back for a body under a declared length, after which nothing more is sent."""
    at = urlsplit(host.url)
    context = ssl.create_default_context(cadata=host.ca)
    head = (
        f"PUT {path} HTTP/1.1\r\nHost: {at.netloc}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    )
    plain = socket.create_connection((at.hostname, at.port), timeout=5)
    with context.wrap_socket(plain, server_hostname=at.hostname) as wrapped:
        wrapped.sendall(head.encode() + body)
        wrapped.settimeout(1.0)
        answer = b""
        with suppress(OSError):
            while piece := wrapped.recv(65_536):
                answer += piece
        return answer
