"""Format version 1, one file per stored object; docs/format is the normative text."""
