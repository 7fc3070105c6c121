"""What a training shows by default, and what the argument `progress` changes."""

import io
import sys
from types import SimpleNamespace

import pytest

import turncast
from support.corpora import tiny
from turncast.training.progress import NoProgress, PlainProgress, RichProgress, progress_of


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.quick
def test_a_pipe_sees_nothing_by_default(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert isinstance(progress_of(None), NoProgress)
    assert isinstance(progress_of(True), PlainProgress)


def test_a_terminal_sees_a_bar_unless_it_is_switched_off(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    assert isinstance(progress_of(None), RichProgress)
    assert isinstance(progress_of(False), NoProgress)


def test_a_notebook_sees_a_line_for_each_epoch(monkeypatch, capsys):
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    turncast.train(tiny(), network={"units": 4}, config={"epochs": 2})
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == ["1/2", "2/2"]


def test_ipython_in_a_terminal_is_a_terminal(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace()))
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    assert isinstance(progress_of(None), RichProgress)


def test_a_function_gets_each_record():
    records = []
    policy = turncast.train(tiny(), network={"units": 4}, config={"epochs": 2}, progress=records.append)
    assert records == [dict(record) for record in policy.card.metrics]


def test_what_a_function_raises_reaches_the_caller():
    def fail(record):
        raise KeyError(record["epoch"])

    with pytest.raises(KeyError):
        turncast.train(tiny(), network={"units": 4}, config={"epochs": 2}, progress=fail)
