"""The command line: commands parse options, call the package and print; errors become messages here."""

from turncast.cli.main import main

__all__ = ["main"]
