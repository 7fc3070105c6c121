"""The table of benchmarks, and the command that runs one of them."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Mapping, Sequence

from turncast.errors import ConfigError, TurncastError, did_you_mean

BENCHMARKS: Mapping[str, tuple[str, str]] = {
    "train": ("speed.command", "training speed, beside Keras and PyTorch"),
    "step": ("speed.command", "one live conversation, beside Keras, PyTorch and NumPy"),
    "batch": ("speed.command", "many conversations in one step"),
    "load": ("speed.command", "the same while another process keeps one core busy"),
    "serve": ("speed.command", "a server, asked from many conversations at once"),
    "accuracy": ("accuracy.measure", "accuracy on real corpora, by published protocols"),
    "networks": ("accuracy.networks", "cells, word readers and layouts on real corpora"),
    "ensembles": ("accuracy.ensembles", "several networks as one policy, with and without the count table"),
    "vectors": ("accuracy.vectors", "text vectors: what they add, lose and cost"),
    "layers": ("components.layers", "each layer beside the same layer of Keras"),
    "live-turn": ("components.live_turn", "one live turn and its parts"),
    "onnx-step": ("components.onnx_step", "a step of 1,024 conversations with ONNX Runtime"),
    "words": ("components.words", "splitting a sentence into words"),
    "install-size": ("components.install_size", "megabytes of each install"),
    "reading": ("corpora.reading", "reading a million turns of JSON Lines"),
    "counts": ("corpora.counts", "dialogues, turns and actions of every known corpus"),
    "cases": ("corpora.cases", "the outcome of faulty and unusual inputs"),
}
"""Name -> (module with a function `main(name, arguments)`, what it measures)."""
_REFUSED, _INTERRUPTED = 2, 130


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark that the first argument names; return the exit status.

    >>> main(["trian"])
    2
    """
    name, *others = arguments or ["--help"]
    if name in ("-h", "--help"):
        print(_overview())
        return 0
    try:
        if name not in BENCHMARKS:
            raise ConfigError(f"there is no benchmark {name!r}{did_you_mean(name, BENCHMARKS)}")
        # Imported only now: each benchmark needs other libraries.
        module = importlib.import_module(f"benchmarks.{BENCHMARKS[name][0]}")
        status: int = module.main(name, others)
    except SystemExit as stop:  # of argparse and Typer
        return stop.code if isinstance(stop.code, int) else int(bool(stop.code))
    except TurncastError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return _REFUSED
    except KeyboardInterrupt:
        print("benchmarks: interrupted", file=sys.stderr)
        return _INTERRUPTED
    return status


def parser_for(name: str, description: str | None) -> argparse.ArgumentParser:
    """Return the parser of a benchmark's arguments; the help shows the description as it is."""
    return argparse.ArgumentParser(
        prog=f"python -m benchmarks {name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_epochs_option(parser: argparse.ArgumentParser) -> None:
    """Add `--epochs`, which shortens trainings to see that a benchmark works."""
    parser.add_argument("--epochs", type=int, help="at most this many, to see that the command works")


def _overview() -> str:
    width = max(map(len, BENCHMARKS))
    lines = [f"  {name:{width}}  {measures}" for name, (_, measures) in BENCHMARKS.items()]
    head = "usage: python -m benchmarks NAME [OPTIONS]; each NAME has --help. It measures:"
    return "\n".join([head, "", *lines])
