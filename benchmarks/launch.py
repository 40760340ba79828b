"""Runs one command and writes what it cost, as JSON, to the file named first.

Started as a fresh small interpreter (`python -I -S launch.py RESULT COMMAND…`), never imported: Linux counts
the peak memory of the process that forked among the child's, so the parent has to be smaller than any tool.
"""

import json
import os
import sys
import time

result, *command = sys.argv[1:]
started = time.perf_counter()
child = os.posix_spawnp(command[0], command, os.environ)
_, status, usage = os.wait4(child, 0)
cost = {
    "code": os.waitstatus_to_exitcode(status),
    "wall": time.perf_counter() - started,
    "cpu": usage.ru_utime + usage.ru_stime,
    "peak_kib": usage.ru_maxrss,
}
with open(result, "w", encoding="utf-8") as out:  # noqa: PTH123: pathlib would make this process larger
    json.dump(cost, out)
