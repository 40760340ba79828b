"""The host's database: SQLite in its folder by default, PostgreSQL by settings."""
