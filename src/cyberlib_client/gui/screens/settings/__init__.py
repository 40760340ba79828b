"""When backups run, and how long they are kept."""
