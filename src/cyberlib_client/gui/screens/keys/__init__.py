"""What opens the vault."""
