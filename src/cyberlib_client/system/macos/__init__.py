"""macOS: flags, xattrs and ACLs, APFS, the Keychain."""
