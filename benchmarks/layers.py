"""Time our layers beside Keras's: `KERAS_BACKEND=jax python benchmarks/layers.py [--write] [--quick]`.

Contenders have the same weights, and agree within 1e-4 before any is timed; then they take turns (A B A B),
and the medians of their rounds are told. Run it once for each backend: `--write` replaces only the rows of
the backend at work in the section of `benchmarks/results.md`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from page import RESULTS, circumstances, replace_section
from steppers import Stepper, stepper
from turncast import layers as ours
from turncast.backend import keras, ops

HEADING = "## Layers"
BACKEND = keras.backend.backend()
UNITS, WORDS, VOCABULARY, ACTIONS = 128, 12, 2_000, 50
LIMIT = 40  # seconds that a contender may take to its first step
ABOUT = (
    "`KERAS_BACKEND=... python benchmarks/layers.py --write`, once for each backend.",
    f"Ours against another, from the same weights, in turns; medians. {UNITS} features and {UNITS} units, "
    "32-bit floats. In brackets how many times as quick as the other ours is. A train step is the gradient "
    'of the mean squared output by all weights, and their update; "first step" has the compilation in it; '
    'memory is what the compiler (XLA) sets aside for a train step. "Masked" rows are padded at their end, '
    f"to between half of the steps and all of them. The hierarchy is Embedding ({VOCABULARY:,} words) -> "
    f"TimeDistributed(LSTM over {WORDS} words) -> LSTM over turns -> TimeDistributed(Dense({ACTIONS})), "
    "with masks at both levels; the other is the same of Keras's layers, words and turns folded by hand. On "
    "TensorFlow our recurrent layers run Keras's own loop, and so they do on torch where there is a mask.",
)
HEAD = "| backend | ours | the other | B | T | first step, s | forward, ms | train step, ms | memory, MB |"


@dataclass(frozen=True)
class Case:
    """Models that compute the same; the first is ours, and is told against each of the others."""

    name: str
    batch: int
    turns: int
    models: dict[str, Callable[[], Any]]
    inputs: Callable[[], list[np.ndarray]]


def lengths_mask(shape: tuple[int, ...], least: int) -> np.ndarray:
    """Return a mask, right-padded along its last axis, with at least so many steps in each row."""
    lengths = np.random.default_rng(2).integers(least, shape[-1] + 1, shape[:-1])
    return np.arange(shape[-1]) < lengths[..., None]


def sequences(batch: int, turns: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(batch, turns, UNITS)).astype(np.float32)


def recurrent(kind: str, batch: int, turns: int, masked: bool = False) -> Case:
    def of(module: Any) -> Callable[[], Any]:
        def make() -> Any:
            inputs = [keras.Input((turns, UNITS)), *([keras.Input((turns,), dtype="bool")] * masked)]
            layer = getattr(module, kind)(UNITS, return_sequences=True)
            return keras.Model(inputs, layer(inputs[0], mask=inputs[1] if masked else None))

        return make

    def inputs() -> list[np.ndarray]:
        return [sequences(batch, turns), *([lengths_mask((batch, turns), turns // 2)] * masked)]

    name = f"{kind}, masked" if masked else kind
    return Case(name, batch, turns, {name: of(ours), f"Keras's {kind}": of(keras.layers)}, inputs)


def distributed(batch: int, turns: int) -> Case:
    def of(wrap: Callable[[Any], Any]) -> Callable[[], Any]:
        def make() -> Any:
            inputs = keras.Input((turns, UNITS))
            return keras.Model([inputs], wrap(keras.layers.Dense(UNITS))(inputs))

        return make

    models = {
        "TimeDistributed(Dense)": of(ours.TimeDistributed),
        "Dense": of(lambda dense: dense),
        "Keras's TimeDistributed(Dense)": of(keras.layers.TimeDistributed),
    }
    return Case("TimeDistributed(Dense)", batch, turns, models, lambda: [sequences(batch, turns)])


def hierarchy(batch: int, turns: int) -> Case:
    def make_ours() -> Any:
        words, word_mask, turn_mask = hierarchy_inputs(turns)
        x = keras.layers.Embedding(VOCABULARY, UNITS)(words)
        x = ours.TimeDistributed(ours.LSTM(UNITS))(x, mask=word_mask)
        x = ours.LSTM(UNITS, return_sequences=True)(x, mask=turn_mask)
        outputs = ours.TimeDistributed(keras.layers.Dense(ACTIONS))(x)
        return keras.Model([words, word_mask, turn_mask], outputs)

    def make_folded() -> Any:
        words, word_mask, turn_mask = hierarchy_inputs(turns)
        x = keras.layers.Embedding(VOCABULARY, UNITS)(words)
        x, folded = ops.reshape(x, (-1, WORDS, UNITS)), ops.reshape(word_mask, (-1, WORDS))
        x = ops.reshape(keras.layers.LSTM(UNITS)(x, mask=folded), (-1, turns, UNITS))
        x = keras.layers.LSTM(UNITS, return_sequences=True)(x, mask=turn_mask)
        return keras.Model([words, word_mask, turn_mask], keras.layers.Dense(ACTIONS)(x))

    def inputs() -> list[np.ndarray]:
        turn_mask = lengths_mask((batch, turns), turns // 2)
        word_mask = lengths_mask((batch, turns, WORDS), 3) & turn_mask[..., None]
        words = np.random.default_rng(1).integers(1, VOCABULARY, word_mask.shape)
        return [np.where(word_mask, words, 0).astype(np.int32), word_mask, turn_mask]

    models = {"words and turns": make_ours, "Keras's layers, folded": make_folded}
    return Case("hierarchy", batch, turns, models, inputs)


def hierarchy_inputs(turns: int) -> tuple[Any, Any, Any]:
    return (
        keras.Input((turns, WORDS), dtype="int32"),
        keras.Input((turns, WORDS), dtype="bool"),
        keras.Input((turns,), dtype="bool"),
    )


def cases(quick: bool) -> list[Case]:
    turns = [20] if quick else [20, 200, 2000]
    sizes = [(batch, length) for batch in (32, 128) for length in turns]
    return [
        *(recurrent(kind, *size) for kind in ("LSTM", "GRU", "SimpleRNN") for size in sizes),
        *(recurrent("LSTM", 32, length, masked=True) for length in turns[:2]),
        *(distributed(32, length) for length in turns),
        *(hierarchy(batch, length) for batch, length in sizes if batch * length <= 32 * 200),
    ]


def in_time(case: Case, name: str) -> bool:
    """Whether a contender that may never be ready is, tried in a process of its own.

    Keras's TimeDistributed loops over the steps in Python, and so do its recurrent layers on torch.
    """
    if not name.startswith("Keras's") or not (case.turns >= 2000 and (BACKEND == "torch" or "Time" in name)):
        return True
    command = [sys.executable, __file__, "--only", f"{case.name}|{case.batch}|{case.turns}|{name}"]
    try:
        subprocess.run(command, timeout=LIMIT, check=True)
    except subprocess.TimeoutExpired:
        return False
    return True


def only(key: str) -> None:
    """Take one contender's first step."""
    *which, name = key.split("|")
    case = next(case for case in cases(False) if [case.name, str(case.batch), str(case.turns)] == which)
    stepper(case.models[name](), case.inputs())


def measure(case: Case, seconds: float) -> list[str]:
    """Return the table's rows of a case."""
    late = [name for name in case.models if not in_time(case, name)]
    models = {name: make() for name, make in case.models.items() if name not in late}
    first, *others = models.values()
    for other in others:
        for weight, value in zip(other.weights, first.weights, strict=True):
            weight.assign(value)
    inputs = case.inputs()
    stepper(next(iter(models.values())), inputs)  # what is started only once, is started
    steppers = {name: stepper(model, inputs) for name, model in models.items()}
    outputs = [found.outputs for found in steppers.values()]
    # Outputs at masked steps may be anything.
    mask = inputs[-1] if inputs[-1].dtype == bool else np.ones(outputs[0].shape[:2], bool)
    for other in outputs[1:]:
        np.testing.assert_allclose(other[mask], outputs[0][mask], atol=1e-4)
    forward = timed({name: found.forward for name, found in steppers.items()}, seconds)
    train = timed({name: found.train for name, found in steppers.items()}, seconds)
    return [row(case, name, steppers, forward, train) for name in list(case.models)[1:]]


def timed(calls: dict[str, Callable[[], Any]], seconds: float) -> dict[str, float]:
    """Return each contender's milliseconds, the median of its rounds."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    started = time.perf_counter()
    while len(taken[next(iter(calls))]) < 5 or time.perf_counter() - started < seconds:
        for name, call in calls.items():
            at = time.perf_counter()
            call()
            taken[name].append(time.perf_counter() - at)
    return {name: statistics.median(rounds) * 1e3 for name, rounds in taken.items()}


def row(
    case: Case,
    other: str,
    steppers: dict[str, Stepper],
    forward: dict[str, float],
    train: dict[str, float],
) -> str:
    first = next(iter(steppers))
    mine = steppers[first]
    start = [BACKEND, first, other, str(case.batch), str(case.turns)]
    if other not in steppers:
        alone = [f"{mine.first:.1f} / >{LIMIT}", *(f"{taken[first]:.2f} /" for taken in (forward, train)), ""]
        return f"| {' | '.join([*start, *alone])} |"
    theirs = steppers[other]
    cells = [
        f"{mine.first:.1f} / {theirs.first:.1f}",
        *(f"{t[first]:.2f} / {t[other]:.2f} ({t[other] / t[first]:.2f}x)" for t in (forward, train)),
        "" if mine.megabytes is None else f"{mine.megabytes:.1f} / {theirs.megabytes:.1f}",
    ]
    return f"| {' | '.join([*start, *cells])} |"


def told() -> str:
    package = "tensorflow-cpu" if BACKEND == "tensorflow" else BACKEND
    threads = f" {os.environ['OMP_NUM_THREADS']} threads." if "OMP_NUM_THREADS" in os.environ else ""
    return f"- {BACKEND}: {circumstances('keras', package, 'numpy')}{threads}"


def write(rows: list[str]) -> None:
    """Replace this backend's rows in the section, and leave the others' alone."""
    _, _, rest = RESULTS.read_text(encoding="utf-8").partition(f"{HEADING}\n")
    old = rest.partition("\n## ")[0].splitlines()
    others = [name for name in ("jax", "tensorflow", "torch") if name != BACKEND]
    lines = [line for line in old if line.startswith(tuple(f"- {name}:" for name in others))]
    kept = [line for line in old if line.startswith(tuple(f"| {name} |" for name in others))]
    # Stable: a backend's rows stay in their order.
    table = sorted([*kept, *rows], key=lambda line: line.split("|")[1])
    parts = [
        HEADING,
        *ABOUT,
        "\n".join(sorted([*lines, told()])),
        "\n".join([HEAD, "|---|---|---|" + "---:|" * 6, *table]),
    ]
    replace_section(HEADING, "\n\n".join(parts) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="LSTM, GRU, SimpleRNN, TimeDistributed, hierarchy")
    parser.add_argument("--write", action="store_true", help=f"replace this backend's rows in {RESULTS.name}")
    parser.add_argument(
        "--quick", action="store_true", help="short sequences and few rounds: to see that it runs"
    )
    parser.add_argument("--only", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:
        only(arguments.only)
        return 0
    rows = []
    print(HEAD, file=sys.stderr)
    for case in cases(arguments.quick):
        if arguments.names and not case.name.startswith(tuple(arguments.names)):
            continue
        for line in measure(case, 0.5 if arguments.quick else 5):
            rows.append(line)
            print(line, flush=True)
    if arguments.write:
        write(rows)
    else:
        print(told())
    return 0


if __name__ == "__main__":
    sys.exit(main())
