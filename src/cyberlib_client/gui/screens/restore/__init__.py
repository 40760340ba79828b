"""Finding files and bringing them back."""
