"""Compiled functions of JAX: their cache on disk for later processes, and their memory in this one."""

from __future__ import annotations

import sys
from pathlib import Path

MOST_BYTES = 2**29
"""The size of the cache on disk, at most."""


def use_compile_cache() -> None:
    """Let JAX cache compiled functions in the user's cache folder, unless another folder is set already."""
    import jax  # here: `clear_compiled` needs neither of them, and other backends have neither
    from platformdirs import user_cache_path

    if jax.config.jax_compilation_cache_dir is not None:
        return
    folder = user_cache_path("turncast") / "compiled"
    prune(folder)
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.02)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def clear_compiled() -> None:
    """Clear compiled functions, so that a process that trains many networks does not keep them.

    JAX never frees them by itself, some 30 megabytes per network. A later training loads them from the cache.
    """
    if "jax" in sys.modules:  # otherwise nothing was compiled
        from turncast.training.jax_programs import clear_shared_programs

        clear_shared_programs()
        sys.modules["jax"].clear_caches()


def prune(folder: Path, most_bytes: int = MOST_BYTES) -> None:
    """Remove the oldest files of a folder with more than `most_bytes`, until half of them are left."""
    try:
        files = sorted((file.stat().st_mtime, file.stat().st_size, file) for file in folder.glob("*"))
        total = sum(size for _, size, _ in files)
        if total <= most_bytes:
            return
        for _, size, file in files:
            file.unlink(missing_ok=True)
            total -= size
            if total <= most_bytes // 2:
                break
    except OSError:
        return  # another process prunes at the same time, or the folder is not writable: nothing is lost
