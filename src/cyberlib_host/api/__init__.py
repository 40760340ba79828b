"""The protocol over HTTP: every operation declared once, from which the dispatcher and OpenAPI are made."""
