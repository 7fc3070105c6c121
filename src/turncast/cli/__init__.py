"""The command line: parse, call, print. The only place, with the server, where errors become messages."""

from turncast.cli.main import main

__all__ = ["main"]
