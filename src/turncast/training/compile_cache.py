"""What JAX compiled once is found again, by later trainings too."""

from __future__ import annotations

from pathlib import Path

import jax
from platformdirs import user_cache_path

_MOST_BYTES = 2**29


def keep_compiled() -> None:
    """Let JAX keep what it compiles in the user's cache folder, unless another place is set already."""
    if jax.config.jax_compilation_cache_dir is not None:
        return
    folder = user_cache_path("turncast") / "compiled"
    _prune(folder)
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.02)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def _prune(folder: Path) -> None:
    """Remove what was compiled longest ago, down to half of the bytes allowed, where there are more."""
    try:
        files = sorted((file.stat().st_mtime, file.stat().st_size, file) for file in folder.glob("*"))
        total = sum(size for _, size, _ in files)
        if total <= _MOST_BYTES:
            return
        for _, size, file in files:
            file.unlink(missing_ok=True)
            total -= size
            if total <= _MOST_BYTES // 2:
                break
    except OSError:
        return  # another process prunes, or the folder is not ours: nothing is lost
