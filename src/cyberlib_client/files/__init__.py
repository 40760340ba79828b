"""The practice's files: what is chosen, how it is read, how it is written back."""
