"""`python -m cyberlib_client` is the command `cyberlib`."""

from .cli.main import run

if __name__ == "__main__":
    run()
