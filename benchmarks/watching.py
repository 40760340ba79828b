"""What watching costs: `python -m benchmarks.watching FOLDER [--files N] [--reconcile]`.

Makes a tree of small files in FOLDER (100,000 by default), a profile and a vault, and measures: setting up
watches; a run that is told of one changed file, in a fresh process; a look at everything. With `--reconcile`,
only the last.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from cyberlib_client.files.watch import Watcher
from cyberlib_client.files.watch_linux import watch_limit

_IN_A_FOLDER = 10


def make(top: Path, files: int) -> None:
    """Files of some bytes, ten in a folder, a hundred folders in one."""
    for n in range(files // _IN_A_FOLDER):
        folder = top / f"{n // 100:04}" / f"{n % 100:02}"
        folder.mkdir(parents=True)
        for name in range(_IN_A_FOLDER):
            (folder / f"{name}.txt").write_bytes(b"%d %d" % (n, name))


_RUN = """
import json, resource, sys, time
began, used = time.monotonic(), time.process_time()
from cyberlib_client.app.backups import run_backup
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.changed import since_last
from cyberlib_client.app.session import Session
from cyberlib_client.app.sources import Choice
from cyberlib_client.cli.prompt import TerminalPrompt
from cyberlib_client.files.folder import Folder
asked = {"items": 0, "status": 0}
if sys.argv[2] != "timed":
    for name in asked:
        def counted(*args, real=getattr(Folder, name), name=name):
            asked[name] += 1
            return real(*args)
        setattr(Folder, name, counted)
loaded = time.process_time()
session = Session(profile_at(sys.argv[1]), TerminalPrompt(before=lambda: None, asking=lambda _: None))
folders = [bytes.fromhex(each) for each in sys.argv[3:]]
done = run_backup(session, Choice(), since_last(session, folders) if folders else None)
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({
    "scope": done.scope, "files": done.snapshot.files, "wall": round(time.monotonic() - began, 3),
    "processor": round(usage.ru_utime + usage.ru_stime, 3), "run": round(done.seconds, 3),
    "loading": round(loaded - used, 3), "listed": asked["items"], "asked": asked["status"],
    "stored": done.snapshot.stored, "peak_mb": usage.ru_maxrss // 1024,
}))
"""


def run(profile: Path, how: str, *folders: bytes) -> dict[str, object]:
    """One run in a process of its own; `how`: "timed", or "counted" with the listings and looks it took."""
    command = [sys.executable, "-c", _RUN, str(profile), how, *(folder.hex() for folder in folders)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, object] = json.loads(done.stdout)
    return told


def cyberlib(profile: Path, *args: str) -> None:
    """The command line, on the benchmark's profile."""
    command = [sys.executable, "-m", "cyberlib_client", "--profile", str(profile), *args]
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        env=os.environ | {"CYBERLIB_PASSPHRASE": "agrafe-horloge-sapin-tunnel"},
    )


def watches(tree: Path) -> None:
    """Setting up, being idle, stopping."""
    watcher = Watcher([(os.fsencode(tree), os.fsencode(tree))], lambda: None)
    before, used = time.monotonic(), time.process_time()
    watcher.start()
    wall, processor = time.monotonic() - before, time.process_time() - used
    idle = time.process_time()
    time.sleep(5)
    idle = time.process_time() - idle
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told: dict[str, object] = {
        "wall": round(wall, 3),
        "processor": round(processor, 3),
        "idle_of_5_s": round(idle, 4),
    }
    print(
        "watches",
        json.dumps(told | {"peak_mb": memory, "limit": watch_limit(), "unwatched": len(watcher.unwatched)}),
    )
    watcher.stop()


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--reconcile", action="store_true")
    given = parser.parse_args()
    top: Path = given.folder
    tree, profile, vault = top / "tree", top / "profile", top / "vault"
    if not tree.exists():
        make(tree, given.files)
    cyberlib(profile, "vault", "create", "--at", str(vault), "--json",
             "--device-file")  # fmt: skip
    cyberlib(profile, "sources", "add", str(tree))
    print("first", json.dumps(run(profile, "timed")))
    if not given.reconcile:
        watches(tree)
        changed = tree / "0003" / "42"
        for how in ("timed", "timed", "timed", "counted"):
            with (changed / "7.txt").open("ab") as file:
                file.write(b"more")
            print("one file", how, json.dumps(run(profile, how, os.fsencode(changed))))
    print("everything", json.dumps(run(profile, "timed")))


if __name__ == "__main__":
    main()
