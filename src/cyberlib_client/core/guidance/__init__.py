"""Guided restore: what a customer and support say to each other by way of a host that understands none of it
(docs/format/guidance.md)."""
