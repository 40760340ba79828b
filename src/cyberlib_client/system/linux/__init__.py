"""Linux: xattrs and ACLs, mounts, the Secret Service."""
