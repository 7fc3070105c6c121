"""Training: a corpus -> a policy."""

from turncast.training.grow import inherit_settings, with_replay
from turncast.training.progress import PlainProgress, Progress, RichProgress, progress_for
from turncast.training.split import split_dev
from turncast.training.trainer import train

__all__ = [
    "PlainProgress",
    "Progress",
    "RichProgress",
    "inherit_settings",
    "progress_for",
    "split_dev",
    "train",
    "with_replay",
]
