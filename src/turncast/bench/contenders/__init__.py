"""The contenders: each file trains or steps with one library."""

__all__: list[str] = []
