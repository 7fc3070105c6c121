"""Batches: encoded dialogues, padded, bucketed and augmented."""

__all__: list[str] = []
