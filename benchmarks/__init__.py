"""CyberLib beside restic and borg, on one machine, in one run: `python -m benchmarks --help`."""
