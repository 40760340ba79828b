"""What the window costs: `python -m benchmarks.window FOLDER [--entries N] [--names N]`.

A vault with one folder of N entries and N names in all is made in FOLDER by the real program, once. Then,
without a screen: the time from the start of the program to a home that answers, the memory of window and
clerk, the time to the first entries of the large folder and to all of them, the time of a search to its first
match and to its end, of one that matches everywhere, and of ten while all files of the practice are being
counted, and the longest time for which the window did not answer while a backup was at work. The agent is
there from the beginning. Memory: what is resident, and (`pss`) with a share of what other processes use too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cyberlib_client.gui.bridge import Bridge

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
PASSPHRASE = "agrafe-horloge-sapin-tunnel"
_BEAT = 5
"""ms."""


def main() -> None:
    """Makes the vault if need be, and measures in a process of its own."""
    options = argparse.ArgumentParser("window")
    options.add_argument("folder", type=Path)
    options.add_argument("--entries", type=int, default=100_000)
    options.add_argument("--names", type=int, default=1_000_000)
    options.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("--walk", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.walk:
        print(walk(str(given.folder)))
        return
    profile = given.folder / "profile"
    if given.measure:
        print(json.dumps(measure(str(profile), given.folder / "large")))
        return
    if not profile.exists():
        make(given.folder, given.entries, given.names)
    from cyberlib_client.app.agent.client import agent_of
    from cyberlib_client.app.agent.start import start_agent
    from cyberlib_client.app.bootstrap import profile_at

    start_agent(profile_at(str(profile)))
    while agent_of(profile_at(str(profile))) is None:
        time.sleep(0.1)
    run(given.folder, "agent", "pause", "1h")
    begun = time.monotonic()
    command = [sys.executable, "-m", "benchmarks.window", str(given.folder), "--measure"]
    subprocess.run(command, check=True, env={**os.environ, "CYBERLIB_BEGUN": str(begun)})


def make(folder: Path, entries: int, names: int) -> None:
    """One large folder, and others of a thousand each."""
    source = folder / "practice"
    for number in range(names):
        below = source / ("large" if number < entries else f"folder {number // 1000}")
        if number % 1000 == 0:
            below.mkdir(parents=True, exist_ok=True)
        (below / f"courrier {number:07}.txt").touch()
    run(folder, "vault", "create", "--at", str(folder / "vault"), "--device-file", "--words-file",
        str(folder / "words.txt"))  # fmt: skip
    run(folder, "sources", "add", str(source))
    run(folder, "backup")


def run(folder: Path, *words: str) -> None:
    """The program."""
    command = [sys.executable, "-m", "cyberlib_client", "--profile", str(folder / "profile"), *words]
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "CYBERLIB_PASSPHRASE": PASSPHRASE}
    )


def measure(profile: str, scratch: Path) -> dict[str, object]:
    """See the module."""
    from cyberlib_client.app.bootstrap import profile_at
    from cyberlib_client.app.clerk.starting import start_clerk

    clerk = start_clerk(profile_at(profile))  # as the program itself begins
    from PySide6.QtCore import QTimer
    from PySide6.QtTest import QTest

    from cyberlib_client.gui.bridge import Bridge
    from cyberlib_client.gui.main import application
    from cyberlib_client.gui.window import Window

    begun, wall = float(os.environ["CYBERLIB_BEGUN"]), time.time() - 1
    Path(profile, "state", "names").unlink(missing_ok=True)
    running = application()
    window = Window(Bridge(profile, clerk))
    window.bridge.start()
    window.show()
    running.processEvents()
    drawn = time.monotonic() - begun

    def until_answered() -> float:
        start = time.monotonic()
        while window.bridge.waits:
            QTest.qWait(5)
        return time.monotonic() - start

    until_answered()
    usable = time.monotonic() - begun
    from cyberlib_client.gui.screens.restore.restore import Restore

    window.go("restore")
    until_answered()
    room = window.rooms["restore"]
    assert isinstance(room, Restore)
    room.slider.setValue(0)  # the first version has all; later ones are of earlier measurements
    room._settle.stop()
    room._look()
    until_answered()
    names = [room.listing.row_at(n) for n in range(room.listing.rowCount())]
    large = next(each for each in names if each.name == "large")
    room.open_folder(large.entry.path)
    first_entry = _until_rows(room)
    all_entries = first_entry + until_answered()
    rows = room.listing.rowCount()
    memory = _memories("folder_shown", window.bridge)
    kept = Path(window.bridge.profile.names)
    since = time.monotonic()
    while kept.stat().st_mtime < wall if kept.exists() else True:  # learned, and kept, in this run
        QTest.qWait(20)
    learned = time.monotonic() - since

    def searched(name: str) -> tuple[float, float]:
        room.search.setText(name)
        room._settle.stop()
        room._find()
        first = _until_rows(room)
        start = time.monotonic()
        while room._asked is not None:  # something else may be counted meanwhile
            QTest.qWait(2)
        return first, first + time.monotonic() - start

    first_match, search = searched("courrier 00019")
    broad_first, broad_end = searched("courrier")
    broad_rows = room.listing.rowCount()
    counting, counted = _count(window.bridge, str(scratch.parent / "practice"))
    while_counting = [searched(f"courrier 0002{number}")[0] for number in range(10)]
    still = not counted
    window.bridge.cancel(counting)
    walk = _walk(profile)
    memory |= _memories("", window.bridge)
    beats: list[float] = []
    timer = QTimer()
    timer.timeout.connect(lambda: beats.append(time.monotonic()))
    timer.start(_BEAT)
    scratch.mkdir(exist_ok=True)
    (scratch / "new.bin").write_bytes(os.urandom(200_000_000))
    from cyberlib_client.app.agent.messages import BackupJob

    window.go("activity")
    ended: list[object] = []
    window.bridge.happened.connect(lambda _job, event: ended.append(event))
    window.bridge.begin(BackupJob(paths=[os.fsencode(scratch)]))
    while not any(type(each).__name__ == "Ended" for each in ended):
        QTest.qWait(20)
    window.bridge.order(lambda agent: agent.end())
    QTest.qWait(1000)
    longest = max(b - a for a, b in pairwise(beats))
    window.bridge.close()
    return {
        "drawn": round(drawn, 2),
        "usable": round(usable, 2),
        "first_entry": round(first_entry, 3),
        "all_entries": round(all_entries, 2),
        "rows": rows,
        "first_match": round(first_match, 3),
        "search": round(search, 3),
        "broad_first": round(broad_first, 3),
        "broad_end": round(broad_end, 3),
        "broad_rows": broad_rows,
        "first_match_while_counting": [round(each, 3) for each in sorted(while_counting)],
        "still_counting": still,
        "search_that_walks": round(walk, 2),
        "learned_after": round(learned, 2),
        **memory,
        "longest_block_ms": round(longest * 1000 - _BEAT),
        "beats": len(beats),
    }


def _until_rows(room: object) -> float:
    from PySide6.QtTest import QTest

    start = time.monotonic()
    while not room.listing.rowCount():  # type: ignore[attr-defined]
        QTest.qWait(2)
    return time.monotonic() - start


def _walk(profile: str) -> float:
    """The same search without names, in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.window", profile, "--walk"]
    return float(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def walk(profile: str) -> float:
    """Seconds until a search that walks all trees gives its first match."""
    from cyberlib_client.app.bootstrap import profile_at
    from cyberlib_client.app.browsing import find
    from cyberlib_client.app.prompts import Nobody
    from cyberlib_client.app.session import Session

    session = Session(profile_at(profile), Nobody())
    session.unlock()
    start = time.monotonic()
    next(find(session, "*courrier 00019*"))
    return time.monotonic() - start


def _clerk(bridge: Bridge) -> int:
    process = bridge._clerk._process
    assert process is not None
    return process.pid


def _count(bridge: Bridge, folder: str) -> tuple[int, list[object]]:
    """The number of the question, and what is filled when it has ended; it is at work when this returns."""
    from PySide6.QtTest import QTest

    from cyberlib_client.app.clerk import questions as q

    begun: list[object] = []
    ended: list[object] = []
    number = bridge.ask(
        q.PreviewAsked, Any, ended.append, failed=ended.append, stands=begun.append, paths=[folder]
    )
    while not begun and not ended:
        QTest.qWait(2)
    return number, ended


def _memories(when: str, bridge: Bridge) -> dict[str, object]:
    """MB of window and clerk."""
    pids = {"window": os.getpid(), "clerk": _clerk(bridge)}
    return {f"{name}_{when or 'mb'}": _memory(pid) for name, pid in pids.items()}


def _memory(pid: int) -> dict[str, int]:
    lines = [line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()]
    wanted = {"Rss:": "rss", "Pss:": "pss"}
    return {wanted[words[0]]: int(words[1]) // 1024 for words in lines if words[0] in wanted}


if __name__ == "__main__":
    main()
