"""The version of turncast."""

__version__ = "0.1.0"
