"""turnwise learns from recorded dialogues what the system should do next, turn by turn, and then does it live."""

__version__ = "0.1.0"
