"""What is seen of a training: a live bar on a terminal, plain lines elsewhere."""

import io

import pytest
from rich.console import Console

from turncast.training import PlainProgress, RichProgress, progress_for

RECORD = {"epoch": 1, "loss": 0.5, "dev_turn_accuracy": 0.75, "turns_per_second": 12_000.0, "best": True}
LINE = "epoch 1/2  loss 0.5000  dev  75.00%  12,000 turns/s  best so far"


def show(progress):
    progress.begin(epochs=2, turns=100, done=0)
    progress.advance(100, 0.5)
    progress.epoch(RECORD)
    progress.advance(50, 0.4)
    progress.end()


@pytest.mark.quick
def test_plain_lines_elsewhere():
    file = io.StringIO()
    progress = progress_for(file)
    assert isinstance(progress, PlainProgress)
    show(progress)
    assert file.getvalue() == LINE + "\n"


def test_a_live_bar_on_a_terminal():
    file = io.StringIO()
    show(RichProgress(Console(file=file, force_terminal=True, width=120)))
    assert LINE in file.getvalue()
    assert "epoch 2/2" in file.getvalue()
    assert "75%" in file.getvalue()
    assert "left at most" in file.getvalue()
