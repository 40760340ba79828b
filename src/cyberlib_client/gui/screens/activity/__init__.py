"""Activity: what is at work, what was, what went wrong."""
