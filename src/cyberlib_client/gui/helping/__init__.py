"""Support's small window."""
