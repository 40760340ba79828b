"""Help, without a network."""
