"""The command line: arguments in, text or JSON out. What is done is done by `app`."""
