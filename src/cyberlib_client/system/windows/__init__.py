"""Windows: attributes, descriptors and alternate streams, volumes, the Credential Manager."""
