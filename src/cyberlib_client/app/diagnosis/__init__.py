"""What support needs to help, in one archive without secrets and without names."""
