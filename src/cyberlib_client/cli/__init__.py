"""The command line: arguments in, text or JSON out. What is done is done by `app`."""

import gc

# Imports make no garbage worth looking for, and looking takes a twentieth of the time of a listing.
gc.set_threshold(20_000)
