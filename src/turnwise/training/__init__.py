"""Training: a corpus -> a policy."""

from turnwise.training.grow import grown_settings, with_replay
from turnwise.training.progress import PlainProgress, Progress, RichProgress, progress_for
from turnwise.training.split import split_dev
from turnwise.training.trainer import train

__all__ = [
    "PlainProgress",
    "Progress",
    "RichProgress",
    "grown_settings",
    "progress_for",
    "split_dev",
    "train",
    "with_replay",
]
