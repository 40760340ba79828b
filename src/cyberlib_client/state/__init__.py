"""What one installation keeps on its own disk: settings, credentials, and a cache that may be deleted."""
