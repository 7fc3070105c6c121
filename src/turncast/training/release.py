"""Letting go of what was compiled."""

from __future__ import annotations

import sys


def release_compiled() -> None:
    """Let go of what JAX compiled in this process; a later training finds it in the cache folder.

    Who trains many networks in one process calls it after each: JAX keeps them all, some 30 megabytes each.
    """
    if "jax" in sys.modules:  # otherwise nothing was compiled
        sys.modules["jax"].clear_caches()
