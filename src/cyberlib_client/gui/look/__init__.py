"""How everything looks: colours, fonts, icons (shared tokens; docs/decisions/0040-desktop-application.md)."""
