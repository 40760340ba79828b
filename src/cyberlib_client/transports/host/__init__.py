"""A host over HTTPS: the protocol of docs/protocol/, spoken by a device that was declared."""
