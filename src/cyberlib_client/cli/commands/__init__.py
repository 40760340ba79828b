"""One command, one file; each is loaded when it is called."""
