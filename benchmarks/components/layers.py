"""Time turncast's layers beside Keras's, on the backend that KERAS_BACKEND names.

Both have the same weights, and their outputs must agree within 1e-4. Then their rounds alternate (A B A B),
and medians are reported. Run it once for each backend: --write replaces only the rows of this backend in
benchmarks/results.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks import ROOT
from benchmarks.command import parser_for
from benchmarks.components.layer_steps import CompiledSteps, compile_steps
from benchmarks.results_page import RESULTS, conditions, replace_section
from turncast import layers as ours
from turncast.backend import keras, ops

HEADING = "## Layers"
BACKEND = keras.backend.backend()
UNITS, WORDS, VOCABULARY, ACTIONS = 128, 12, 2_000, 50
FIRST_STEP_LIMIT = 40  # seconds
ABOUT = (
    "`KERAS_BACKEND=... python -m benchmarks layers --write`, once for each backend.",
    "Each row compares a layer of turncast with another, from the same weights, by medians of alternating "
    f"rounds: {UNITS} features, {UNITS} units, 32-bit floats. In brackets: the other's time divided by "
    "ours. A train step computes the gradient of the mean squared output by all weights, and updates "
    "them. The first step includes the compilation. Memory is the temporary memory that the compiler "
    "(XLA) reserves for a train step. Sequences of masked rows are padded at the end; between half and all "
    "of their steps are real. The hierarchy "
    f"is Embedding ({VOCABULARY:,} words) -> TimeDistributed(LSTM over {WORDS} words) -> LSTM over turns "
    f"-> TimeDistributed(Dense({ACTIONS})), with masks at both levels; the other is built of Keras's "
    "layers, with words and turns folded by hand. On TensorFlow, turncast's recurrent layers run Keras's "
    "own loop, and on torch they do where there is a mask.",
)
HEAD = "| backend | ours | the other | B | T | first step, s | forward, ms | train step, ms | memory, MB |"


@dataclass(frozen=True)
class LayerCase:
    """Models with the same outputs; the first is turncast's, and each other has a row beside it."""

    name: str
    batch: int
    turns: int
    models: dict[str, Callable[[], Any]]
    inputs: Callable[[], list[np.ndarray]]


def lengths_mask(shape: tuple[int, ...], least: int) -> np.ndarray:
    """Return a mask, padded at the end of its last axis, with at least `least` steps in each row."""
    lengths = np.random.default_rng(2).integers(least, shape[-1] + 1, shape[:-1])
    return np.arange(shape[-1]) < lengths[..., None]


def sequences(batch: int, turns: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(batch, turns, UNITS)).astype(np.float32)


def recurrent(kind: str, batch: int, turns: int, masked: bool = False) -> LayerCase:
    def model_of(module: Any) -> Callable[[], Any]:
        def make() -> Any:
            inputs = [keras.Input((turns, UNITS)), *([keras.Input((turns,), dtype="bool")] * masked)]
            layer = getattr(module, kind)(UNITS, return_sequences=True)
            return keras.Model(inputs, layer(inputs[0], mask=inputs[1] if masked else None))

        return make

    def inputs() -> list[np.ndarray]:
        return [sequences(batch, turns), *([lengths_mask((batch, turns), turns // 2)] * masked)]

    name = f"{kind}, masked" if masked else kind
    return LayerCase(
        name, batch, turns, {name: model_of(ours), f"Keras's {kind}": model_of(keras.layers)}, inputs
    )


def distributed(batch: int, turns: int) -> LayerCase:
    def model_with(wrap: Callable[[Any], Any]) -> Callable[[], Any]:
        def make() -> Any:
            inputs = keras.Input((turns, UNITS))
            return keras.Model([inputs], wrap(keras.layers.Dense(UNITS))(inputs))

        return make

    models = {
        "TimeDistributed(Dense)": model_with(ours.TimeDistributed),
        "Dense": model_with(lambda dense: dense),
        "Keras's TimeDistributed(Dense)": model_with(keras.layers.TimeDistributed),
    }
    return LayerCase("TimeDistributed(Dense)", batch, turns, models, lambda: [sequences(batch, turns)])


def hierarchy(batch: int, turns: int) -> LayerCase:
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
    return LayerCase("hierarchy", batch, turns, models, inputs)


def hierarchy_inputs(turns: int) -> tuple[Any, Any, Any]:
    return (
        keras.Input((turns, WORDS), dtype="int32"),
        keras.Input((turns, WORDS), dtype="bool"),
        keras.Input((turns,), dtype="bool"),
    )


def cases(quick: bool) -> list[LayerCase]:
    turns = [20] if quick else [20, 200, 2000]
    sizes = [(batch, length) for batch in (32, 128) for length in turns]
    return [
        *(recurrent(kind, *size) for kind in ("LSTM", "GRU", "SimpleRNN") for size in sizes),
        *(recurrent("LSTM", 32, length, masked=True) for length in turns[:2]),
        *(distributed(32, length) for length in turns),
        *(hierarchy(batch, length) for batch, length in sizes if batch * length <= 32 * 200),
    ]


def starts_in_time(case: LayerCase, name: str) -> bool:
    """Return whether a model gets to its first step in time; slow ones are tried in their own process.

    Keras's TimeDistributed loops over the steps in Python, and so do its recurrent layers on torch.
    """
    if not name.startswith("Keras's") or not (case.turns >= 2000 and (BACKEND == "torch" or "Time" in name)):
        return True
    key = f"{case.name}|{case.batch}|{case.turns}|{name}"
    command = [sys.executable, "-m", "benchmarks", "layers", "--only", key]
    try:
        subprocess.run(command, timeout=FIRST_STEP_LIMIT, check=True, cwd=ROOT)
    except subprocess.TimeoutExpired:
        return False
    return True


def run_first_step(key: str) -> None:
    """Run the first step of the model that `key` names."""
    *wanted, name = key.split("|")
    case = next(case for case in cases(False) if [case.name, str(case.batch), str(case.turns)] == wanted)
    compile_steps(case.models[name](), case.inputs())


def measure(case: LayerCase, seconds: float) -> list[str]:
    """Return the table's rows of a case."""
    late = [name for name in case.models if not starts_in_time(case, name)]
    models = {name: make() for name, make in case.models.items() if name not in late}
    first, *others = models.values()
    for other in others:
        for weight, value in zip(other.weights, first.weights, strict=True):
            weight.assign(value)
    inputs = case.inputs()
    compile_steps(next(iter(models.values())), inputs)  # warm up: the backend starts only once
    compiled = {name: compile_steps(model, inputs) for name, model in models.items()}
    outputs = [one.outputs for one in compiled.values()]
    # Outputs at masked steps are undefined.
    mask = inputs[-1] if inputs[-1].dtype == bool else np.ones(outputs[0].shape[:2], bool)
    for other in outputs[1:]:
        np.testing.assert_allclose(other[mask], outputs[0][mask], atol=1e-4)
    forward = median_milliseconds({name: one.forward for name, one in compiled.items()}, seconds)
    train = median_milliseconds({name: one.train for name, one in compiled.items()}, seconds)
    return [row(case, name, compiled, forward, train) for name in list(case.models)[1:]]


def median_milliseconds(calls: dict[str, Callable[[], Any]], seconds: float) -> dict[str, float]:
    """Return the median milliseconds of each call."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        call()
    started = time.perf_counter()
    while len(times[next(iter(calls))]) < 5 or time.perf_counter() - started < seconds:
        for name, call in calls.items():
            call_started = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - call_started)
    return {name: statistics.median(rounds) * 1e3 for name, rounds in times.items()}


def row(
    case: LayerCase,
    other: str,
    compiled: dict[str, CompiledSteps],
    forward: dict[str, float],
    train: dict[str, float],
) -> str:
    first = next(iter(compiled))
    own = compiled[first]
    start = [BACKEND, first, other, str(case.batch), str(case.turns)]
    if other not in compiled:
        cells = [
            f"{own.first:.1f} / >{FIRST_STEP_LIMIT}",
            *(f"{times[first]:.2f} /" for times in (forward, train)),
            "",
        ]
        return f"| {' | '.join([*start, *cells])} |"
    others = compiled[other]
    cells = [
        f"{own.first:.1f} / {others.first:.1f}",
        *(f"{t[first]:.2f} / {t[other]:.2f} ({t[other] / t[first]:.2f}x)" for t in (forward, train)),
        "" if own.megabytes is None else f"{own.megabytes:.1f} / {others.megabytes:.1f}",
    ]
    return f"| {' | '.join([*start, *cells])} |"


def conditions_line() -> str:
    package = "tensorflow-cpu" if BACKEND == "tensorflow" else BACKEND
    threads = f" {os.environ['OMP_NUM_THREADS']} threads." if "OMP_NUM_THREADS" in os.environ else ""
    return f"- {BACKEND}: {conditions('keras', package, 'numpy')}{threads}"


def write(rows: list[str]) -> None:
    """Replace this backend's rows in the section, and leave those of other backends."""
    _, _, rest = RESULTS.read_text(encoding="utf-8").partition(f"{HEADING}\n")
    old = rest.partition("\n## ")[0].splitlines()
    others = [name for name in ("jax", "tensorflow", "torch") if name != BACKEND]
    lines = [line for line in old if line.startswith(tuple(f"- {name}:" for name in others))]
    other_rows = [line for line in old if line.startswith(tuple(f"| {name} |" for name in others))]
    # A stable sort: the rows of a backend stay in their order.
    table = sorted([*other_rows, *rows], key=lambda line: line.split("|")[1])
    parts = [
        HEADING,
        *ABOUT,
        "\n".join(sorted([*lines, conditions_line()])),
        "\n".join([HEAD, "|---|---|---|" + "---:|" * 6, *table]),
    ]
    replace_section(HEADING, "\n\n".join(parts) + "\n")


def main(name: str, arguments: Sequence[str]) -> int:
    """Run the benchmark."""
    parser = parser_for(name, __doc__)
    parser.add_argument("names", nargs="*", help="LSTM, GRU, SimpleRNN, TimeDistributed, hierarchy")
    parser.add_argument("--write", action="store_true", help=f"replace this backend's rows in {RESULTS.name}")
    parser.add_argument(
        "--quick", action="store_true", help="short sequences and few rounds: only to see that it runs"
    )
    parser.add_argument("--only", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.only:
        run_first_step(options.only)
        return 0
    rows = []
    print(HEAD, file=sys.stderr)
    for case in cases(options.quick):
        if options.names and not case.name.startswith(tuple(options.names)):
            continue
        for line in measure(case, 0.5 if options.quick else 5):
            rows.append(line)
            print(line, flush=True)
    if options.write:
        write(rows)
    else:
        print(conditions_line())
    return 0
