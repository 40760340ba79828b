"""Pure rules of the host: no clock, disk, network or database."""
