"""A vault's key in the hands of several officers, none of whom has it (docs/format/escrow.md)."""
