"""Makes the test vectors of the vault's format: see __main__."""
