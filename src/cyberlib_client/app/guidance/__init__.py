"""Being guided by support, and guiding: what each side's program does."""
