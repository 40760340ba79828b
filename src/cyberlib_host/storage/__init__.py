"""Where the bytes of objects lie: a folder by default, S3-compatible storage by settings."""
