"""What the host does by itself, now and then. Each step is short and may be repeated after a crash."""
