"""The contenders: each module trains or steps with one framework; table.py lists them."""

__all__: list[str] = []
