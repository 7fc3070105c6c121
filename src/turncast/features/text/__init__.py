"""Text: words, tokens, values of slots and vectors."""

__all__: list[str] = []
