"""What the host does, each a plain function over the database and the storage."""
