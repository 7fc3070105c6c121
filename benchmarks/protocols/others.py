"""Corpora without published figures for the same task: their own parts, or a held-out fifth."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.protocols.case import ProtocolCase, cut, held_out
from benchmarks.protocols.folders import CorpusFolders
from turncast import read

_TRACES = ("tau_bench", "historical_trajectories", "gpt-4o-airline.json")


def others(folders: CorpusFolders) -> Iterator[ProtocolCase]:
    """Yield dialogue acts, a Rasa project, tool calls and an event log."""
    train, dev = folders.find("sgd", "train"), folders.find("sgd", "dev")
    if train and dev:
        yield ProtocolCase(
            "SGD, acts, several at once", "sgd", read(train).load(), {"dev": read(dev).load()}, f1="micro"
        )
    for name, corpus, path in (
        ("Sara, a Rasa project, held out by story", "sara", ("rasa_sara",)),
        ("tau-bench airline, calls of tools, held out by task", "tau", _TRACES),
    ):
        source = folders.find(*path)
        if source:
            train, test = (part.load() for part in held_out(read(source).load()))
            yield ProtocolCase(name, corpus, train, {"a fifth": test})
    yield from helpdesk(folders)


def helpdesk(folders: CorpusFolders) -> Iterator[ProtocolCase]:
    """Yield the next activity of an event log; the test part is the last third of the cases by start time."""
    path = folders.find("eventlog", "helpdesk.csv")
    if path is None:
        return
    started: dict[str, str] = {}
    for line in path.read_text().splitlines()[1:]:
        case, _, at = line.split(",")
        started[case] = min(at, started.get(case, at))
    train, test = cut("helpdesk", sorted(read(path), key=lambda case: started[case.id]), 2 / 3)
    yield ProtocolCase("helpdesk, next activity", "helpdesk", train, {"the last third": test})
