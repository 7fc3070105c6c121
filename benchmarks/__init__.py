"""The benchmarks of turncast: `python -m benchmarks` lists them. The wheel has none of them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The root of the repository, where `python -m benchmarks` finds this package."""
