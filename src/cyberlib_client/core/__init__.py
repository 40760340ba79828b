"""Pure code: bytes in, bytes out. No clock, disk, network or randomness except through `ports`."""
