"""One folder a room of the window."""
