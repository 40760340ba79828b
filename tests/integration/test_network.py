"""The line to a host: its limits, a proxy, whom to trust, and a look at what is wrong with it."""

from __future__ import annotations

import os
import ssl
import tomllib
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from cyberlib_client.app import line as app_line
from cyberlib_client.core.bandwidth import Bucket, burst
from cyberlib_client.core.errors import CyberlibError, Stopped
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.transports import http
from cyberlib_client.transports.host.client import HostClient
from cyberlib_client.transports.host.store import HostStore
from cyberlib_client.transports.http import Line
from cyberlib_client.transports.proxy import Proxy
from cyberlib_client.transports.trouble import certificate_kind
from tests.support.command_line import PASSPHRASE, CommandLine, restored
from tests.support.hosts import NAME, TestHost
from tests.support.systems import WINE
from tests.support.trees import make_tree, told
from tests.support.way import PAGE, Authority, answering, page, proxy

pytestmark = pytest.mark.skipif(WINE, reason="a host that serves soon hangs in Wine")

SECRET = "mot-de-passe-fictif"
LOGIN = f"cabinet:{SECRET}"


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def _private(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def _away(host: TestHost) -> str:
    """Its address under a name that only a proxy can resolve."""
    return f"https://{NAME}:{urlsplit(host.url).port}"


def _station(host: TestHost, folder: Path, url: str, *more: str) -> CommandLine:
    """A declared workstation with a vault at the host."""
    line = CommandLine(folder / "station")
    _enrol(host, line, folder, url)
    with line.secret(PASSPHRASE):
        line("vault", "create", "--at", url, "--device-file", *more)
    return line


def _enrol(host: TestHost, line: CommandLine, folder: Path, url: str) -> None:
    key = _private(folder / "contract.key", host.organisation().contract_key)
    ca = _private(folder / "ca.pem", host.ca)
    given = ["--host", url, "--contract-key-file", key, "--ca", ca, "--device-file"]
    line("device", "enrol", *given, "--name", "A")


# ---- how much of the line ----------------------------------------------------------------------------


class _Clock:
    """Seconds that pass only while somebody waits for his turn."""

    def __init__(self) -> None:
        self.now = 0.0
        self.cancel: CancelToken | None = None

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.cancel is not None:
            self.cancel.cancel()


def test_all_that_is_sent_and_received_passes_the_limit(host: TestHost) -> None:
    store, identity = host.store()
    clock, rate = _Clock(), 10_000
    sent, got = (Bucket(lambda: rate, clock, clock.sleep, lowest=rate) for _ in range(2))
    line = Line(ca=host.ca, upload=sent, download=got)
    client = HostClient(host.url, line, identity=identity)
    limited = HostStore(client, store.vault)
    large, small = os.urandom(1_500_000), os.urandom(300_000)
    names = [f"packs/{digit * 64}" for digit in "ab"]
    for name, data in zip(names, (large, small), strict=True):
        before, begun = sent.passed, clock.now
        limited.put(name, data)
        assert len(data) <= sent.passed - before <= len(data) + 2_000
        assert sent.passed - before <= rate * (clock.now - begun) + burst(rate)
    for name, data in zip(names, (large, small), strict=True):
        before, begun = got.passed, clock.now
        assert limited.get(name) == data  # minutes of a slow line: nobody gave up
        assert len(data) <= got.passed - before <= len(data) + 2_000
        assert got.passed - before <= rate * (clock.now - begun) + burst(rate)
    client.close()
    assert store.get(names[0]) == large


def test_our_own_limit_is_not_taken_for_a_host_that_drips(
    host: TestHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, identity = host.store()
    data = os.urandom(300_000)
    store.put("packs/" + "d" * 64, data)
    clock = _Clock()
    monkeypatch.setattr(http, "time", SimpleNamespace(monotonic=clock))
    got = Bucket(lambda: 500, clock, clock.sleep)  # a share of a low rate
    client = HostClient(host.url, Line(ca=host.ca, patience=0.2, download=got), identity=identity)
    assert HostStore(client, store.vault).get("packs/" + "d" * 64) == data
    client.close()
    assert clock.now > 500


def test_a_stop_is_heard_while_the_line_is_full(host: TestHost) -> None:
    store, identity = host.store()
    clock, cancel = _Clock(), CancelToken()
    bucket = Bucket(lambda: 10_000, clock, clock.sleep)
    client = HostClient(host.url, Line(ca=host.ca, cancel=cancel, upload=bucket), identity=identity)
    client.sign_in()
    clock.cancel = cancel
    with pytest.raises(Stopped):
        HostStore(client, store.vault).put("packs/" + "c" * 64, bytes(3_000_000))
    client.close()
    assert store.size("packs/" + "c" * 64) is None
    assert clock.now < 1


def test_backups_and_restores_keep_to_the_settings(
    host: TestHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Bucket] = []

    class Noted(Bucket):
        def __init__(self, *given: object, **named: object) -> None:
            super().__init__(*given, **named)  # type: ignore[arg-type]
            made.append(self)

    monkeypatch.setattr(app_line, "Bucket", Noted)
    sources = make_tree(tmp_path / "Cabinet", {"scan.bin": os.urandom(2_500_000)})
    line = _station(host, tmp_path, host.url)
    assert not made, "without a limit nothing waits"
    line("network", "limit", "--download", "800 Mbit/s")
    line("backup", str(sources), "--limit-upload", "400 Mbit/s")
    sent, got = made
    assert sent.passed > 2_500_000 > got.passed > 0
    assert (sent.lowest, got.lowest) == (50_000_000, 100_000_000)
    made.clear()
    line("restore", "latest", "--to", str(tmp_path / "out"), "--limit-download", "400 Mbit/s")
    (got,) = made
    assert got.passed > 2_500_000 and got.lowest == 50_000_000
    assert told(restored(tmp_path / "out", sources)) == told(sources)
    assert line.error("backup", str(sources), "--limit-upload", "vite", code=2) == "bad_rate"


def test_limits_and_hours_are_set_and_shown(tmp_path: Path) -> None:
    line = CommandLine(tmp_path)
    shown = line.json("network", "show")["result"]
    assert (shown["upload"], shown["download"], shown["hours"]) == (None, None, [])
    assert (shown["proxy"], shown["proxy_user"], shown["trust"]) == ("system", False, "system")
    line("network", "limit", "--upload", "2 Mbit/s")
    line("network", "hours", "mon-fri", "08:00-19:00", "--upload", "500 kbit/s", "--download", "none")
    line("network", "hours", "fri", "22:00-06:00", "--upload", "none")
    shown = line.json("network", "hours", "lun-ven", "8h00-19:00", "--upload", "600 kbit/s")["result"]
    assert shown["upload"] == 2_000_000
    assert shown["hours"] == [
        {"days": [4], "start": "22:00", "end": "06:00", "upload": None},
        {"days": [0, 1, 2, 3, 4], "start": "08:00", "end": "19:00", "upload": 600_000},
    ]
    text = line("network", "show").out
    assert "2 Mbit/s" in text and "mon-fri 08:00-19:00: sending 600 kbit/s" in text
    settings = line.profile / "settings.toml"
    written = settings.read_text("utf-8")
    assert tomllib.loads(written)["network"]["hours"][1]["from"] == "08:00"
    settings.write_text("# mine\n" + written, encoding="utf-8")
    line("network", "hours", "fri", "22:00-06:00", "--remove")
    assert line.error("network", "hours", "fri", "22:00-06:00", "--remove", code=2) == "hours_unknown"
    line("network", "hours", "--remove")
    line("network", "limit", "--upload", "none")
    assert settings.read_text("utf-8").strip() == "# mine"
    assert line.error("network", "limit", "--upload", "3", code=2) == "bad_rate"
    assert line.error("network", "hours", "x", "08:00-19:00", "--upload", "none", code=2) == "bad_hours"
    assert line.error("network", "hours", "mon", "08:00", "--upload", "none", code=2) == "bad_hours"
    for wrong in (["limit"], ["hours"], ["hours", "mon"], ["hours", "mon", "8:00-9:00"], ["proxy"]):
        assert line.error("network", *wrong, code=2) == "usage"


@pytest.mark.parametrize(
    "text",
    [
        '[network]\nupload = "fast"\n',
        '[network]\nproxy = "http://cabinet:secret-fictif@proxy.example:3128"\n',
        '[[network.hours]]\nfrom = "08:00"\nto = "26:00"\n',
        "[network]\nspeed = 3\n",
    ],
)
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, text: str) -> None:
    line = CommandLine(tmp_path)
    line.profile.mkdir()
    (line.profile / "settings.toml").write_text(text, encoding="utf-8")
    told = line("network", "show", code=1)
    assert "settings_damaged" in told.err and "secret-fictif" not in told.err


# ---- a proxy ----------------------------------------------------------------------------------------


def test_everything_goes_through_the_proxy(host: TestHost, tmp_path: Path) -> None:
    sources = make_tree(tmp_path / "Cabinet", {"scan.bin": os.urandom(2_500_000), "a.txt": b"a"})
    url, line = _away(host), CommandLine(tmp_path / "station")
    key = _private(tmp_path / "word", SECRET)
    with proxy(NAME, login=LOGIN) as way:
        line.environment["HTTPS_PROXY"] = way.address
        asked = line("network", "check", "--host", url, code=6)
        assert "proxy_login_needed" in asked.err and way.address in asked.err
        shown = line.json(
            "network", "proxy", "system", "--user", "cabinet", "--password-file", key, "--device-file"
        )
        assert shown["result"]["proxy_user"] is True
        _enrol(host, line, tmp_path, url)
        with line.secret(PASSPHRASE):
            line("vault", "create", "--at", url, "--device-file")
        line("backup", str(sources))
        assert way.sent > 2_500_000
        line("restore", "latest", "--to", str(tmp_path / "out"))
        assert told(restored(tmp_path / "out", sources)) == told(sources)
        assert way.received > 2_500_000
        assert set(way.log) == {NAME}
        seen = line.json("network", "check")["result"]
        assert seen["proxy"] == way.address and seen["failed"] is None

        line("network", "proxy", way.address)  # without a name what was kept is forgotten
        assert line.error("snapshots", code=6) == "proxy_login_needed"
        wrong = _private(tmp_path / "wrong", "autre-mot")
        given = ["--user", "cabinet", "--device-file", "--password-file"]
        line("network", "proxy", way.address, *given, wrong)
        assert line.error("snapshots", code=6) == "proxy_login_refused"
        line("network", "proxy", way.address, *given, key)
        del line.environment["HTTPS_PROXY"]
        told_all = line("snapshots").out + line("network", "show").out + line("network", "check").out
        assert SECRET not in told_all
        line("network", "proxy", "none")
        assert line.json("network", "check", code=6)["error"]["code"] == "host_name_unknown"
    for file in line.profile.rglob("*"):
        if file.is_file():
            assert SECRET not in file.read_text("latin-1"), file


def test_a_name_is_told_to_its_own_proxy_alone(host: TestHost, tmp_path: Path) -> None:
    line = CommandLine(tmp_path)
    key = _private(tmp_path / "word", SECRET)
    with proxy(NAME, login=LOGIN) as one, proxy(NAME, login=LOGIN) as other:
        line("network", "proxy", one.address, "--user", "cabinet", "--password-file", key, "--device-file")
        settings = line.profile / "settings.toml"
        settings.write_text(settings.read_text().replace(str(one.port), str(other.port)))
        done = line.json("network", "check", "--host", _away(host), code=6)
        assert done["error"]["code"] == "proxy_login_needed" and other.log == [NAME]
        assert not done["result"]["settings"]["proxy_user"]


def test_loopback_and_no_proxy_go_straight(host: TestHost, tmp_path: Path) -> None:
    line = CommandLine(tmp_path)
    with proxy(NAME) as way:
        line.environment["HTTPS_PROXY"] = way.address
        _enrol(host, line, tmp_path, host.url)
        line("network", "proxy", way.address)
        line("device", "list")
        assert way.log == []
        line("network", "proxy", "system")
        line.environment["NO_PROXY"] = f"autre.example,{NAME}"
        done = line.json("network", "check", "--host", _away(host), code=6)
        assert (done["error"]["code"], done["result"]["proxy"]) == ("host_name_unknown", None)
        assert way.log == []


def test_what_is_no_proxy_is_refused_without_being_told(tmp_path: Path) -> None:
    line = CommandLine(tmp_path)
    for address in (
        "ftp://proxy.example",
        "http://",
        "http://a b",
        "http://proxy.example:99999",
        "socks5://p:1",
    ):
        assert line.error("network", "proxy", address, code=2) == "proxy_address"
    told = line("network", "proxy", f"http://{LOGIN}@proxy.example:3128", code=2)
    assert "proxy_password_here" in told.err and SECRET not in told.err
    line.environment["HTTPS_PROXY"] = f"socks5://{LOGIN}@proxy.example"
    told = line("network", "check", "--host", "https://hebergeur.example", code=2)
    assert "proxy_address" in told.err and SECRET not in told.err
    line.environment.clear()
    assert line.error("network", "proxy", "system", "--user", "a", code=2) == "proxy_for_whom"
    assert line.error("network", "proxy", "http://p:1", "--user", "a:b", code=2) == "proxy_user_unfit"
    assert line.error("network", "proxy", "http://p:1", "--user", "a", code=2) == "proxy_password_needed"
    assert not (line.profile / "settings.toml").exists()


def _through(host: TestHost, address: str) -> str:
    """How a request through a proxy fails."""
    line = Line(ca=host.ca, patience=0.2, proxy=lambda _host: Proxy(address))
    client = HostClient(_away(host), line)
    with pytest.raises(CyberlibError) as caught:
        client.ask("GET", "/v1/terms", dict, signed=False)
    client.close()
    assert caught.value.facts.get("proxy") == address
    return caught.value.code


def test_how_proxies_fail(host: TestHost) -> None:
    for status, code in ((403, "proxy_refuses"), (502, "proxy_cannot"), (503, "proxy_cannot")):
        with proxy(NAME, status=status) as way:
            assert _through(host, way.address) == code
    with proxy("autre.example") as way:
        assert _through(host, way.address) == "proxy_cannot"
    with answering(None, page(200)) as port:  # instead of leading anywhere
        assert _through(host, f"http://127.0.0.1:{port}") == "proxy_page"
    with proxy(NAME) as way:
        gone = way.address
    assert _through(host, gone) == "proxy_unreachable"
    assert _through(host, "http://proxy.test:3128") == "proxy_unreachable"


# ---- whom to trust ------------------------------------------------------------------------------------


def _meets(context: ssl.SSLContext | None, answer: bytes, ca: str | None) -> CyberlibError:
    """How a request to a server fails."""
    with answering(context, answer) as port:
        client = HostClient(f"https://localhost:{port}", Line(ca=ca, patience=0.2))
        with pytest.raises(CyberlibError) as caught:
            client.ask("GET", "/v1/terms", dict, signed=False)
        client.close()
    return caught.value


def test_certificates_that_are_not_trusted(tmp_path: Path) -> None:
    known, stranger = Authority("Connue"), Authority("Inconnue")
    kinds = {
        "host_certificate_expired": known.context(tmp_path, begun=-40, days=10),
        "host_certificate_early": known.context(tmp_path, begun=3),
        "host_certificate_name": known.context(tmp_path, "autre.example"),
        "host_certificate_unknown": stranger.context(tmp_path),
    }
    for code, context in kinds.items():
        error = _meets(context, page(200), known.pem)
        assert (error.code, error.exit_code) == (code, 6)
    own = known.context(tmp_path, own=True)
    assert _meets(own, page(200), known.pem).code == "host_certificate_unknown"
    assert _meets(known.context(tmp_path), page(200), None).code == "host_certificate_unknown"  # the system's
    assert _meets(known.context(tmp_path), page(200), known.pem).code == "host_page"


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (23, "revoked"),
        (0x800B0101, "expired"),
        (0x800B010F, "name"),
        (-67843, "unknown"),
        (-67819, "early"),
        (1, ""),
    ],
)
def test_each_systems_number_for_what_is_wrong(number: int, kind: str) -> None:
    error = ssl.SSLCertVerificationError("as Windows and macOS say it")
    error.verify_code = number
    assert certificate_kind(error) == kind


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1")
def test_old_encryption_and_none_are_refused(tmp_path: Path) -> None:
    known = Authority()
    old = known.context(tmp_path)
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    assert _meets(old, page(200), known.pem).code == "host_tls"
    assert _meets(None, page(200), known.pem).code == "host_tls"


@pytest.mark.parametrize("status", [200, 403, 502])
def test_a_web_page_in_the_hosts_place(tmp_path: Path, status: int) -> None:
    known = Authority()
    error = _meets(known.context(tmp_path), page(status), known.pem)
    assert (error.code, error.facts["status"]) == ("host_page", status)
    assert PAGE.decode()[:20] not in str(error)


def test_a_filter_is_trusted_afterwards(host: TestHost, tmp_path: Path) -> None:
    """A declared workstation whose network begins to show certificates of its own."""
    line = _station(host, tmp_path, host.url)
    stranger = _private(tmp_path / "filter.pem", Authority().pem)
    assert line.json("network", "ca", stranger)["result"]["trust"] == "file"
    assert line.error("snapshots", code=6) == "host_certificate_unknown"
    line("network", "ca", "system")
    assert line.error("snapshots", code=6) == "host_certificate_unknown"
    with_words = "Délivré à Poitiers\n" + Path(stranger).read_text() + "\nl’hôte :\n" + host.ca
    line("network", "ca", _private(tmp_path / "both.pem", with_words))
    line("snapshots")
    der = tmp_path / "ca.cer"
    der.write_bytes(ssl.PEM_cert_to_DER_cert(host.ca))
    line("network", "ca", str(der))
    line("snapshots")
    for bad in ("", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        file = _private(tmp_path / "bad.pem", bad)
        assert line.error("network", "ca", file, code=2) == "ca_file_unreadable"
    line("snapshots")
    nobody = CommandLine(tmp_path / "nobody")
    assert nobody.error("network", "ca", stranger, code=2) == "not_enrolled"


# ---- a look at the way --------------------------------------------------------------------------------


def test_a_look_at_a_way_that_is_well(host: TestHost, tmp_path: Path) -> None:
    line = CommandLine(tmp_path)
    assert line.error("network", "check", code=2) == "not_enrolled"
    _enrol(host, line, tmp_path, host.url)
    seen = line.json("network", "check")["result"]
    assert (seen["host"], seen["failed"], seen["proxy"]) == (host.url, None, None)
    assert seen["addresses"] == ["127.0.0.1"] and seen["tls"] in ("TLSv1.2", "TLSv1.3")
    assert seen["certificate"]["trusted"] and NAME in seen["certificate"]["names"]
    assert seen["round_trip_ms"] > 0 and abs(seen["clock_seconds"]) < 60
    for language, word in (("en", "All is well."), ("fr", "Tout va bien.")):
        assert word in line("network", "check", "--lang", language).out


def test_a_look_says_where_the_way_ends(host: TestHost, tmp_path: Path) -> None:
    line = CommandLine(tmp_path)
    _enrol(host, line, tmp_path, host.url)

    def ends(code: str, *more: str, exit_code: int = 6) -> dict[str, object]:
        done = line.json("network", "check", *more, code=exit_code)
        assert done["error"]["code"] == code
        result: dict[str, object] = done["result"]
        return result

    assert ends("host_name_unknown", "--host", "https://hebergeur.test")["failed"] == "name"
    assert ends("host_unreachable", "--host", "https://127.0.0.1:9")["failed"] == "connection"
    authority = Authority("Antivirus fictif")
    with answering(authority.context(tmp_path), page(200)) as port:
        url = f"https://localhost:{port}"
        found = ends("host_certificate_unknown", "--host", url)
        shown = found["certificate"]
        assert isinstance(shown, dict) and found["failed"] == "encryption"
        assert shown["issuer"] == "CN=Antivirus fictif" and shown["trusted"] is False
        with proxy(NAME) as way:  # who inspects, seen through a proxy
            line("network", "proxy", way.address)
            found = ends("host_certificate_unknown", "--host", f"https://{NAME}:{port}")
            assert isinstance(found["certificate"], dict)
            assert found["certificate"]["issuer"] == "CN=Antivirus fictif"
        line("network", "proxy", "system")
    host.clock.advance(days=1)
    found = ends("clock_wrong", exit_code=1)
    assert found["failed"] == "clock"
    assert -86_500 < float(str(found["clock_seconds"])) < -86_300
    host.clock.ahead = 0
    assert "Antivirus" not in line("network", "check").out
