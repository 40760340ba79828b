"""The vault's format in examples; and two readers of them, each by its own code."""
