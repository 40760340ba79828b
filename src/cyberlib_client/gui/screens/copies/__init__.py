"""Second copies."""
