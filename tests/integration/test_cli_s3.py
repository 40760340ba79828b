"""The whole way with a bucket of one's own: made, backed up, opened and restored elsewhere."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cyberlib_client.app import bootstrap, bucket_link
from cyberlib_client.cli.records import RESULTS
from cyberlib_host.core.ports import Content
from cyberlib_host.storage.s3 import S3Storage
from tests.support.command_line import PASSPHRASE, CommandLine, restored
from tests.support.servers import READER, Bucket, seaweedfs
from tests.support.trees import make_tree, told

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the server is installed on Linux")


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with seaweedfs(tmp_path_factory.mktemp("weed")) as made:
        yield made


@pytest.fixture
def at(bucket: Bucket) -> str:
    return f"s3://{bucket.bucket}/{secrets.token_hex(4)}/Cabinet d’été"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    plan = {f"lettre-{n}.txt": b"lettre fictive %d" % n for n in range(20)}
    return make_tree(tmp_path / "Cabinet", {"scan.bin": os.urandom(18_000_000), "é": plan})


def key_file(folder: Path, bucket: Bucket, access: str = "", secret: str = "") -> str:
    path = folder / f"{secrets.token_hex(4)}.key"
    path.write_text(f"{access or bucket.access_key}\n{secret or bucket.secret_key}\n", encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def vault(line: CommandLine, verb: str, at: str, bucket: Bucket, *more: str, key: str = "") -> Any:
    """`vault create` or `vault open`, with the passphrase and an access key in a file."""
    key = key or key_file(line.profile.parent, bucket)
    given = ["--at", at, "--endpoint", bucket.endpoint, "--access-key-file", key, "--device-file"]
    with line.secret(PASSPHRASE):
        return line.json("vault", verb, *given, *more)


def station(folder: Path) -> CommandLine:
    folder.mkdir(exist_ok=True)
    return CommandLine(folder)


def test_the_old_and_the_new_workstation(bucket: Bucket, at: str, tmp_path: Path, sources: Path) -> None:
    old = station(tmp_path / "old")
    vault(old, "create", at, bucket)
    old("backup", str(sources))
    new = station(tmp_path / "new")
    vault(new, "open", at, bucket)
    assert len(new.json("snapshots")["items"]) == 1
    new("restore", "latest", "--to", str(tmp_path / "out"))
    assert told(restored(tmp_path / "out", sources)) == told(sources)
    assert new.json("backup", str(sources))["result"]["snapshot"]["stored"] < 100_000, "sent again"
    new("verify", "--read-data")
    shutil.rmtree(old.profile / "state")
    old("restore", "latest", "--to", str(tmp_path / "again"))
    assert told(restored(tmp_path / "again", sources)) == told(sources)


def test_settings_say_where_it_is_and_never_the_secret(bucket: Bucket, at: str, tmp_path: Path) -> None:
    line = station(tmp_path / "a")
    made = vault(line, "create", at + "/", bucket, "--region", "eu-test-1")
    assert made["result"]["at"] == at
    settings = tomllib.loads((line.profile / "settings.toml").read_text(encoding="utf-8"))
    noted = {"at": at, "id": made["result"]["id"], "endpoint": bucket.endpoint, "region": "eu-test-1"}
    assert settings["vault"] == noted
    told_of = line.json("vault", "info")["result"]
    assert (told_of["at"], told_of["endpoint"], told_of["host"]) == (at, bucket.endpoint, None)
    assert f"Storage: {bucket.endpoint}" in line("vault", "info").out
    holding = [p for p in line.profile.rglob("*") if p.is_file() and bucket.secret_key in _text(p)]
    assert [p.parent.name for p in holding] == ["credentials"]
    assert all(p.stat().st_mode & 0o077 == 0 for p in holding)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def test_the_environment_gives_the_key_and_nothing_is_kept(bucket: Bucket, at: str, tmp_path: Path) -> None:
    line = station(tmp_path / "a")
    key = {"AWS_ACCESS_KEY_ID": bucket.access_key, "AWS_SECRET_ACCESS_KEY": bucket.secret_key}
    line.environment.update(key)
    with line.secret(PASSPHRASE):
        line("vault", "create", "--at", at, "--endpoint", bucket.endpoint, "--device-file")
    line("snapshots")
    borrowed = station(tmp_path / "b")
    given = ["--at", at, "--endpoint", bucket.endpoint, "--access-key-file", key_file(tmp_path, bucket)]
    with borrowed.secret(PASSPHRASE):
        opened = borrowed.json("vault", "open", *given, "--no-device")
    assert "bucket_key_not_kept" in {n["code"] for n in opened["notices"]}
    for name in key:
        del line.environment[name]
    for each in (line, borrowed):
        assert each.error("snapshots", code=5) == "bucket_key_missing"
    assert [p for p in tmp_path.rglob("profile/**/*") if p.is_file() and bucket.secret_key in _text(p)] == []


def test_an_access_key_is_exchanged(bucket: Bucket, at: str, tmp_path: Path) -> None:
    line = station(tmp_path / "a")
    vault(line, "create", at, bucket)
    before = {p.name for p in (line.profile / "credentials").iterdir()}
    wrong = key_file(tmp_path, bucket, secret="not-the-secret")
    assert line.error("vault", "access", "--access-key-file", wrong, code=5) == "bucket_key_refused"
    assert line.error("vault", "access", "--endpoint", "http://127.0.0.1:9", code=6) == "bucket_unreachable"
    assert line.error("vault", "access", code=2) == "nothing_to_change"
    assert {p.name for p in (line.profile / "credentials").iterdir()} == before
    credentials = tmp_path / "credentials"
    credentials.write_text(
        f"[default]\naws_access_key_id = {READER}\naws_secret_access_key = {bucket.secret_key}\n", "utf-8"
    )
    credentials.chmod(0o600)
    changed = line.json("vault", "access", "--access-key-file", str(credentials))["result"]
    assert (changed["key"], changed["keeper"]) == (READER, "file")
    assert msgspec.to_builtins(msgspec.convert(changed, RESULTS["vault access"], strict=True)) == changed
    assert len(list((line.profile / "credentials").iterdir())) == len(before), "the old key is still there"
    line("snapshots")


def test_two_workstations_at_once(bucket: Bucket, at: str, tmp_path: Path) -> None:
    stations = [station(tmp_path / name) for name in "ab"]
    folders = [make_tree(tmp_path / f"source-{n}", {"x": os.urandom(2_000_000)}) for n in range(2)]
    vault(stations[0], "create", at, bucket)
    vault(stations[1], "open", at, bucket)
    runs = [line.start("backup", str(f)) for line, f in zip(stations, folders, strict=True)]
    for run in runs:
        run.communicate(timeout=180)
    assert [run.returncode for run in runs] == [0, 0]
    assert len(stations[0].json("snapshots")["items"]) == 2
    stations[0]("verify", "--read-data")


def test_a_copy_of_the_bucket_is_a_vault_in_a_folder(
    bucket: Bucket, at: str, tmp_path: Path, sources: Path
) -> None:
    """Whoever downloads it, by whatever program, opens it without the storage."""
    import boto3

    line = station(tmp_path / "a")
    vault(line, "create", at, bucket)
    line("backup", str(sources))
    client = boto3.client(
        "s3", endpoint_url=bucket.endpoint, region_name="us-east-1",
        aws_access_key_id=bucket.access_key, aws_secret_access_key=bucket.secret_key,
    )  # fmt: skip
    prefix = at.split("/", 3)[3] + "/"
    for each in client.list_objects_v2(Bucket=bucket.bucket, Prefix=prefix)["Contents"]:
        copy = tmp_path / "copy" / each["Key"].removeprefix(prefix)
        copy.parent.mkdir(parents=True, exist_ok=True)
        client.download_file(bucket.bucket, each["Key"], str(copy))
    client.close()
    other = station(tmp_path / "b")
    with other.secret(PASSPHRASE):
        other("vault", "open", "--at", str(tmp_path / "copy"), "--device-file")
    other("restore", "latest", "--to", str(tmp_path / "out"))
    assert told(restored(tmp_path / "out", sources)) == told(sources)


# ---- bad input -------------------------------------------------------------------------------------


def test_what_a_place_must_be(bucket: Bucket, tmp_path: Path) -> None:
    line = station(tmp_path / "a")
    key = ["--access-key-file", key_file(tmp_path, bucket)]
    for at in ("s3:", "s3://", "s3:https://s3.example/x", "s3://b/x?endpoint=y", "s3://b/../x", "S3://a b/c"):
        given = ["--at", at, "--endpoint", bucket.endpoint, *key]
        assert line.error("vault", "create", *given, code=2) == "bucket_address"
    place = ["--at", f"s3://{bucket.bucket}/x", *key]
    for endpoint in (
        "s3.example",
        "http://s3.example",
        "http://10.0.0.1",
        "ftp://s3.example",
        "https://u:p@h",
    ):
        assert line.error("vault", "open", *place, "--endpoint", endpoint, code=2) == "bucket_endpoint"
    assert line.error("vault", "open", *place, code=2) == "bucket_endpoint_missing"
    assert line.error("vault", "open", *place, "--region", "a b", code=2) == "bucket_region_bad"
    folder = ["--at", str(tmp_path / "v"), "--endpoint", bucket.endpoint]
    assert line.error("vault", "create", *folder, code=2) == "bucket_options"
    garbage = tmp_path / "garbage"
    garbage.write_text("AKIA\n", encoding="utf-8")
    garbage.chmod(0o600)
    given = ["--at", f"s3://{bucket.bucket}/x", "--endpoint", bucket.endpoint]
    assert line.error("vault", "open", *given, "--access-key-file", str(garbage), code=2) == (
        "bucket_key_unclear"
    )
    assert line.error("vault", "open", *given, *key, "--ca", str(garbage), code=2) == "ca_file_unreadable"
    assert line.error("vault", "open", *given, code=5) == "bucket_key_missing"
    assert line.error("vault", "open", *given, *key, code=2) == "not_a_vault"
    assert not line.profile.exists()


def test_what_the_storage_refuses(
    bucket: Bucket, at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = station(tmp_path / "a")

    def refused(key: str, code: int, place: str = at, verb: str = "create") -> str:
        given = ["--at", place, "--endpoint", bucket.endpoint, "--access-key-file", key, "--device-file"]
        with line.secret(PASSPHRASE):
            return line.error("vault", verb, *given, code=code)

    right = key_file(tmp_path, bucket)
    assert refused(key_file(tmp_path, bucket, secret="wrong"), 5) == "bucket_key_refused"
    assert refused(key_file(tmp_path, bucket, access="AKNOBODY"), 5) == "bucket_key_refused"
    assert refused(right, 6, "s3://no-such-bucket/x") == "bucket_absent"
    assert refused(key_file(tmp_path, bucket, access=READER), 1) == "store_denied"
    assert refused(right, 2, f"s3://{bucket.bucket}") == "bucket_not_empty"
    with monkeypatch.context() as patch:
        now = bootstrap.clock
        patch.setattr(bootstrap, "clock", lambda: now() + 86_400 * 10**9)
        assert refused(right, 1) == "bucket_clock"
    vault(station(tmp_path / "b"), "create", at, bucket)
    assert refused(right, 2) == "vault_exists"
    reader = key_file(tmp_path, bucket, access=READER)
    assert refused(reader, 1, verb="open") == "store_denied"
    given = ["--at", at, "--endpoint", bucket.endpoint, "--access-key-file", reader, "--no-device"]
    with line.secret(PASSPHRASE):
        line("vault", "open", *given)  # reading is enough to restore


def test_a_second_copy_in_a_bucket(bucket: Bucket, at: str, tmp_path: Path) -> None:
    """By a key of its own, kept for the copy; parity lies there as in a folder."""
    practice = make_tree(tmp_path / "Cabinet", {f"{n}.bin": os.urandom(150_000) for n in range(4)})
    line = CommandLine(station(tmp_path / "a").profile.parent)
    line.make_vault()
    line("backup", str(practice))
    key = key_file(tmp_path, bucket)
    given = ["--endpoint", bucket.endpoint, "--access-key-file", key, "--device-file"]
    line("copy", "add", "bucket", at, "--parity", *given)
    os.unlink(key)
    assert bucket.secret_key not in (line.profile / "settings.toml").read_text(encoding="utf-8")
    done = line.json("copy")["result"]["copies"][0]
    assert (done["snapshots"], done["unplug"]) == (1, False)
    assert line.json("copy")["result"]["copies"][0]["objects"] == 0
    assert line.json("copy", "list")["items"][0]["here"] is None
    assert line.json("copy", "check", "bucket", "--alone")["result"]["faults"] == []
    line.vault.rename(tmp_path / "burnt")
    line("restore", "latest", "--to", str(tmp_path / "out"), "--from", "bucket")
    assert told(restored(tmp_path / "out", practice)) == told(practice)
    (tmp_path / "burnt").rename(line.vault)
    line("copy", "remove", "bucket")
    assert not [p for p in line.profile.rglob("*") if p.is_file() and bucket.secret_key in _text(p)]


def test_retention_refusal_and_repair_in_a_bucket(
    bucket: Bucket, at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let go, brought back, deleted at the quarantine's end, erased at once; and what the bucket lost comes
    from a copy, each object in its own place."""
    practice = make_tree(tmp_path / "Cabinet", {"patient": {"irm.bin": os.urandom(50_000)}})
    line = station(tmp_path / "a")
    vault(line, "create", at, bucket)
    line("sources", "add", str(practice))
    for _ in range(3):
        (practice / "scan.bin").write_bytes(os.urandom(60_000))
        line("backup")
    made = [each["id"] for each in line.json("snapshots")["items"]]
    with line.secret(PASSPHRASE):
        line("retention", "set", "--last", "1")
    assert line.json("retention", "apply", "--yes")["result"]["retired"] == 2
    line("undelete", made[0])
    now, real = bootstrap.clock, bucket_link.S3Store
    with monkeypatch.context() as later:  # for all but the storage, which wants to be asked at its own time
        later.setattr(bootstrap, "clock", lambda: now() + 31 * 86_400 * 10**9)
        later.setattr(bucket_link, "S3Store", lambda place, key, by, _clock: real(place, key, by, now))
        done = line.json("retention", "apply", "--yes")["result"]
        assert (done["purged_snapshots"], done["held"]) == (1, 0)
    assert [each["id"] for each in line.json("snapshots")["items"]] == [made[0], made[2]]
    assert line.error("undelete", made[1], code=1) == "quarantine_over"
    given = ("refuse", str(practice / "patient"), "--reason", "refusal", "--purge", "--now", "--yes")
    with line.secret(PASSPHRASE):
        assert line.json(*given, "--clock-is-right")["result"]["line"]["status"] == "proven"
    line("copy", "--to", str(tmp_path / "disk"))
    lost = _lose(bucket, at)
    (practice / "scan.bin").unlink()
    assert not line.json("verify", "--read-data", code=7)["result"]["ok"]
    given = ("repair", "--read-data", "--apply", "--no-backup", "--from", str(tmp_path / "disk"))
    assert line.json(*given)["result"]["ok"]
    assert lost <= {key for key, _ in _objects(bucket, at)}
    assert line.json("verify", "--read-data")["result"]["damaged"] == []


def _client(bucket: Bucket) -> Any:
    import boto3

    return boto3.client(
        "s3", endpoint_url=bucket.endpoint, region_name="us-east-1",
        aws_access_key_id=bucket.access_key, aws_secret_access_key=bucket.secret_key,
    )  # fmt: skip


def _objects(bucket: Bucket, at: str) -> list[tuple[str, int]]:
    """(key, size), smallest first."""
    prefix = at.split("/", 3)[3] + "/"
    with contextlib.closing(_client(bucket)) as client:
        found = client.list_objects_v2(Bucket=bucket.bucket, Prefix=prefix)["Contents"]
    return sorted(((each["Key"], each["Size"]) for each in found), key=lambda each: each[1])


def _lose(bucket: Bucket, at: str) -> set[str]:
    """The largest pack is damaged, the next one and a snapshot are gone: their keys."""
    every = [key for key, _ in _objects(bucket, at)]
    *_, second, first = (key for key in every if "/packs/" in key)
    snapshot = next(key for key in every if "/snapshots/" in key)
    with contextlib.closing(_client(bucket)) as client:
        client.put_object(Bucket=bucket.bucket, Key=first, Body=b"damaged" * 10_000)
        for key in (second, snapshot):
            client.delete_object(Bucket=bucket.bucket, Key=key)
    return {first, second, snapshot}


# ---- at a host whose zone is a bucket ---------------------------------------------------------------


def test_what_a_host_erases_leaves_no_version_behind(bucket: Bucket) -> None:
    storage = S3Storage(
        endpoint=bucket.endpoint, bucket="versions", region="us-east-1",
        access_key=bucket.access_key, secret_key=bucket.secret_key,
    )  # fmt: skip
    client = storage._client
    client.create_bucket(Bucket="versions")
    client.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    made = []
    for vault in ("a" * 32, "b" * 32):
        for number in range(3):
            data = f"{vault}{number}".encode()
            made.append(Content(vault, hashlib.sha256(data).hexdigest(), len(data)))
            storage.write(made[-1], data)
    storage.delete(made[0].vault, made[0].sha256)  # where there are versions, that hides it
    assert storage.erase("a" * 32) >= 3
    assert storage.erase("a" * 32) == 0
    left = client.list_object_versions(Bucket="versions")
    keys = {each["Key"] for each in (*left.get("Versions", ()), *left.get("DeleteMarkers", ()))}
    assert {f"{each.vault}/{each.sha256[:2]}/{each.sha256}" for each in made[3:]} <= keys
    assert not [key for key in keys if key.startswith("a")]
