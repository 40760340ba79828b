"""The process beside the window: it opens the vault, looks things up and changes settings, so that no window
ever waits (docs/decisions/0040-desktop-application.md)."""
