"""Blocks: the named pieces of the input of a turn."""

__all__: list[str] = []
