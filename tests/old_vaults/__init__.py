"""Vaults of every released format, kept for ever, and two ways to read them."""
