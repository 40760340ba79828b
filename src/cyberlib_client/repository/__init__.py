"""Packs, index, trees, snapshots. Storage, clock and randomness only through ports."""
