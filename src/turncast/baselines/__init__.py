"""Baselines: what a policy is judged against and mixed with."""

__all__: list[str] = []
