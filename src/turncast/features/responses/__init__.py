"""Responses: templates, and the values that fill them."""

__all__: list[str] = []
