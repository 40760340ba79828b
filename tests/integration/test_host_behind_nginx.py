"""A host behind a real nginx, set up as installers/linux/nginx-cyberlib-host.conf shows."""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPSConnection
from pathlib import Path

import httpx2
import pytest

from cyberlib_host.api.limits import Limits
from cyberlib_host.tls import own_certificate
from tests.support.command_line import PASSPHRASE, CommandLine, restored
from tests.support.host_process import HostProcess
from tests.support.hosts import serving
from tests.support.servers import free_ports, postgresql
from tests.support.trees import make_tree, told

EXAMPLE = Path(__file__).parents[2] / "installers" / "linux" / "nginx-cyberlib-host.conf"


@contextmanager
def _nginx(folder: Path, changes: Mapping[str, str]) -> Iterator[Path]:
    """nginx with the example, of which these texts stand for others; its access log."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "the package nginx-light is not installed"
    folder.mkdir()
    log = folder / "access.log"
    text = EXAMPLE.read_text(encoding="utf-8")
    for before, after in {**changes, "/var/log/nginx/cyberlib-host.log": str(log)}.items():
        assert before in text, before
        text = text.replace(before, after)
    (folder / "site.conf").write_text(text, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {folder / kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\npid {folder}/pid;\nevents {{}}\nhttp {{\n{temporary}include site.conf;\n}}\n",
        encoding="utf-8",
    )
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    subprocess.run([*command, "-t", "-q"], check=True)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        yield log
    finally:
        process.terminate()
        process.wait(180)


def _wait_for(url: str, ca: str) -> httpx2.Client:
    client = httpx2.Client(base_url=url, verify=ssl.create_default_context(cadata=ca), http2=True)
    for _ in range(100):
        try:
            client.get("/v1/host")
        except httpx2.TransportError:
            time.sleep(0.1)
            continue
        return client
    raise AssertionError("nginx does not answer")


def _announced(port: int, authority: Path, size: int) -> int:
    """The answer to a body that is announced and does not come."""
    trust = ssl.create_default_context(cafile=authority)
    with closing(HTTPSConnection("127.0.0.1", port, context=trust, timeout=180)) as connection:
        link = f"/v1/storage/{'0' * 32}/{'0' * 64}?size={size}&expires=1&seal=none"
        connection.putrequest("PUT", link)
        connection.putheader("Content-Length", str(size))
        connection.endheaders()
        return connection.getresponse().status


@pytest.mark.skipif(sys.platform != "linux", reason="nginx and PostgreSQL from Debian's packages")
def test_two_processes_behind_nginx(tmp_path: Path) -> None:
    """Enrol, back up and restore over HTTP/2, through two processes on one PostgreSQL."""
    sources = make_tree(tmp_path / "Cabinet", {"scan.bin": os.urandom(9_000_000), "a.txt": b"fictif"})
    with ExitStack() as stack:
        url = stack.enter_context(postgresql(tmp_path / "postgresql"))
        host = HostProcess(tmp_path / "host", f'database = "{url}"\nproxies = ["127.0.0.1"]\n')
        stack.callback(host.kill)
        (front,), other = free_ports(1), host.also()
        tls = own_certificate(tmp_path / "front", ["127.0.0.1"])
        log = stack.enter_context(
            _nginx(
                tmp_path / "nginx",
                {
                    "listen 443 ssl http2;": f"listen 127.0.0.1:{front} ssl http2;",
                    "listen [::]:443 ssl http2;": "",
                    "sauvegarde.cabinet.example": "127.0.0.1",
                    "server 127.0.0.1:8443;": f"server 127.0.0.1:{host.port};",
                    "# server 127.0.0.1:8444;": f"server 127.0.0.1:{other};",
                    "/etc/ssl/cyberlib/fullchain.pem": str(tls.certificate),
                    "/etc/ssl/cyberlib/key.pem": str(tls.key),
                    "/var/lib/cyberlib-host/tls/ca.crt": host.ca,
                },
            )
        )
        at = f"https://127.0.0.1:{front}"
        with closing(_wait_for(at, tls.authority.read_text("utf-8"))) as client:
            for path in ("/health", "/ready", "/metrics"):
                assert client.get(path).status_code == 404, path
        for size, status in ((64 << 20, 403), (66 << 20, 413)):
            assert _announced(front, tls.authority, size) == status
        asked = len(log.read_text("utf-8").splitlines())

        line = CommandLine(tmp_path / "A")
        key = tmp_path / "contract.key"
        key.write_text(host.contract_key)
        key.chmod(0o600)
        given = ["--host", at, "--contract-key-file", str(key), "--ca", str(tls.authority), "--name", "A"]
        line("device", "enrol", *given, "--device-file")
        with line.secret(PASSPHRASE):
            line("vault", "create", "--at", at, "--device-file")
        line("backup", str(sources))
        line("restore", "latest", "--to", str(tmp_path / "out"))
        assert told(restored(tmp_path / "out", sources)) == told(sources)
        line("device", "audit")

        lines = log.read_text("utf-8").splitlines()[asked:]
        spoken = {match[1] for each in lines if (match := re.search(r" (HTTP/[\d.]+) 2\d\d ", each))}
        assert "HTTP/2.0" in spoken, lines
        for port in (host.port, other):
            assert any(f"127.0.0.1:{port} " in each for each in lines), "a process that served nothing"
        assert not any("/v1/" in each or "seal" in each for each in lines)
        assert all("TLSv1.3" in each for each in lines)
        assert host.json("check")["lost"] == []


def test_where_a_request_comes_from_is_the_proxys_word_alone(tmp_path: Path) -> None:
    def late(folder: Path, *proxies: str) -> int:
        """How many of ten requests, each said to come from another address, are too many."""
        with serving(folder, Limits(signed=5, unsigned=5), proxies=proxies) as host:
            with httpx2.Client(base_url=host.url, verify=ssl.create_default_context(cadata=host.ca)) as http:
                answers = [
                    http.get("/v1/host", headers={"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(10)
                ]
            return [answer.status_code for answer in answers].count(429)

    assert late(tmp_path / "alone") == 5
    assert late(tmp_path / "behind", "127.0.0.1") == 0
    assert late(tmp_path / "another", "192.0.2.250") == 5
