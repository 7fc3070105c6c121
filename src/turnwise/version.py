"""The version of turnwise."""

__version__ = "0.1.0"
