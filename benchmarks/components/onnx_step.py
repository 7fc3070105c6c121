"""Time a step of 1,024 conversations with ONNX Runtime.

The first table compares ways to multiply the bits with the first kernel, on one thread; the second has whole
LSTM steps, in turns a second. Rounds alternate (A B A B ...). Only ONNX Runtime's own threads run apart: they
spin for a while after each run, and would take cores from the next. Best and median of the rounds.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from benchmarks.command import parser_for
from benchmarks.synthetic import random_weights
from turncast import NetworkConfig
from turncast.runtime import NumpyNetwork, OnnxNetwork, onnx_model

CONVERSATIONS, BITS, ROUNDS = 1024, 16, 60
ALONE, FEW = "NumPy, one by one", 64
PROJECTIONS = ((300, 512), (2000, 512), (2000, 128))
NETWORKS = ((300, 64, 20), (2000, 64, 60), (300, 128, 20), (2000, 128, 60))
node = helper.make_node
Run = Callable[[], Any]


def open_session(content: bytes, threads: int = 1) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def projection(nodes: list[Any], **constants: np.ndarray) -> onnxruntime.InferenceSession:
    """Return a session from `bits` (B, K) to `y` (B, N)."""
    bits = helper.make_tensor_value_info("bits", onnx.TensorProto.INT64, ["B", "K"])
    result = helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["B", "N"])
    arrays = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "projection", [bits], [result], initializer=arrays)
    opset = [helper.make_opsetid("", 17)]
    return open_session(helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString())


def gather(kernel: np.ndarray) -> onnxruntime.InferenceSession:
    nodes = [
        node("Gather", ["kernel", "bits"], ["rows"]),
        node("ReduceSum", ["rows", "axis"], ["y"], keepdims=0),
    ]
    return projection(nodes, kernel=kernel, axis=np.array([1]))


def multiply(kernel: np.ndarray) -> onnxruntime.InferenceSession:
    """Multiply by a 0/1 matrix that the graph builds."""
    nodes = [
        node("Shape", ["bits"], ["number"], start=0, end=1),
        node("Concat", ["number", "features"], ["wide"], axis=0),
        node("ConstantOfShape", ["wide"], ["zeros"]),
        node("Shape", ["bits"], ["narrow"]),
        node("ConstantOfShape", ["narrow"], ["ones"], value=numpy_helper.from_array(np.ones(1, np.float32))),
        node("ScatterElements", ["zeros", "bits", "ones"], ["matrix"], axis=1),
        node("MatMul", ["matrix", "kernel"], ["y"]),
    ]
    return projection(nodes, kernel=kernel, features=np.array([len(kernel)]))


def scan(kernel: np.ndarray) -> onnxruntime.InferenceSession:
    """Loop over the K bits: gather a row for each conversation, and add it."""
    values = [
        helper.make_tensor_value_info(name, kind, None) for name, kind in (("sum", 1), ("bit", 7), ("new", 1))
    ]
    body = [node("Gather", ["kernel", "bit"], ["row"]), node("Add", ["sum", "row"], ["new"])]
    nodes = [
        node("Transpose", ["bits"], ["turned"], perm=[1, 0]),
        node("Shape", ["bits"], ["number"], start=0, end=1),
        node("Concat", ["number", "columns"], ["shape"], axis=0),
        node("ConstantOfShape", ["shape"], ["zeros"]),
        node("Scan", ["zeros", "turned"], ["y"], num_scan_inputs=1),
    ]
    nodes[-1].attribute.append(
        helper.make_attribute("body", helper.make_graph(body, "b", values[:2], values[2:]))
    )
    return projection(nodes, kernel=kernel, columns=np.array([kernel.shape[1]]))


def projections(generator: np.random.Generator, rounds: int) -> None:
    print("| projection, ms (best / median) | F | columns | all at once | blocks of 128 | blocks of 64 |")
    print("|---|---:|---:|---:|---:|---:|")
    for features, columns in PROJECTIONS:
        kernel = generator.normal(size=(features, columns)).astype(np.float32)
        bits = random_bits(generator, features)
        runs: dict[tuple[str, int], Run] = {}
        for make in (gather, multiply, scan):
            session = make(kernel)
            np.testing.assert_allclose(session.run(None, {"bits": bits})[0], kernel[bits].sum(1), atol=1e-4)
            for size in (CONVERSATIONS, 128, 64):
                runs[make.__name__, size] = in_blocks(session, {"bits": bits}, size)
        runs["NumPy", CONVERSATIONS] = lambda kernel=kernel, bits=bits: kernel[bits].sum(1)
        times = measure(runs, rounds)
        for name in dict.fromkeys(name for name, _ in runs):
            pairs = [times.get((name, size)) for size in (CONVERSATIONS, 128, 64)]
            cells = [f"{pair[0]:.2f} / {pair[1]:.2f}" if pair else "" for pair in pairs]
            print(f"| {name} | {features} | {columns} | {' | '.join(cells)} |")


def steps(generator: np.random.Generator, threads: int, rounds: int) -> None:
    print(
        "\n| step, ms (best / median) | F | H | A | conversations | time | thousand turns/s (best / median) |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|")
    for features, units, actions in NETWORKS:
        for runs in step_runs(generator, features, units, actions, threads):
            for name, (best, middle) in measure(runs, rounds).items():
                count = FEW if name == ALONE else CONVERSATIONS
                rates = f"{count / best:.0f} / {count / middle:.0f}"
                cells = (name, features, units, actions, f"{count:,}", f"{best:.2f} / {middle:.2f}", rates)
                print(f"| {' | '.join(map(str, cells))} |")


def step_runs(
    generator: np.random.Generator, features: int, units: int, actions: int, threads: int
) -> tuple[dict[str, Run], dict[str, Run]]:
    """Return the runs that alternate, and those with ONNX Runtime's own threads."""
    weights = random_weights(generator, features, units, actions)
    config, bits = NetworkConfig(units=units), random_bits(generator, features)
    content, lists = onnx_model(config, weights, multi=False).SerializeToString(), bits.tolist()
    alone = NumpyNetwork(config, weights, multi=False)
    one, many = OnnxNetwork(content), OnnxNetwork(content, threads)
    states, own_threads = one.start(CONVERSATIONS), open_session(content, threads)
    feed = {"bits": bits, "state_0_output": states[0], "state_0_memory": states[1]}
    return {
        ALONE: lambda: [alone.step(alone.start(), row) for row in lists[:FEW]],
        "1 thread": lambda: one.step(states, bits),
        f"{threads} threads": lambda: many.step(states, bits),
        f"{threads} threads, bits as lists": lambda: many.step(states, lists),
    }, {
        f"ONNX Runtime's {threads} threads": in_blocks(own_threads, feed, CONVERSATIONS),
        f"ONNX Runtime's {threads} threads, blocks of 256": in_blocks(own_threads, feed, 256),
    }


def random_bits(generator: np.random.Generator, features: int) -> np.ndarray:
    return np.stack([generator.choice(features, BITS, replace=False) for _ in range(CONVERSATIONS)])


def in_blocks(session: onnxruntime.InferenceSession, feed: dict[str, np.ndarray], size: int) -> Run:
    parts = [
        {name: array[at : at + size] for name, array in feed.items()} for at in range(0, CONVERSATIONS, size)
    ]
    return lambda: [
        np.concatenate(outputs) for outputs in zip(*(session.run(None, part) for part in parts), strict=True)
    ]


def measure(runs: dict[Any, Run], rounds: int) -> dict[Any, tuple[float, float]]:
    """Return the best and the median milliseconds of each run."""
    times: dict[Any, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            times[name].append((time.perf_counter() - started) * 1e3)
    return {name: (min(rounds), statistics.median(rounds)) for name, rounds in times.items()}


def main(name: str, arguments: Sequence[str]) -> int:
    """Run the benchmark."""
    parser = parser_for(name, __doc__)
    parser.add_argument("threads", nargs="?", type=int, default=4, help="the number of threads (4)")
    parser.add_argument("--quick", action="store_true", help="few rounds: only to see that it runs")
    options = parser.parse_args(arguments)
    generator, rounds = np.random.default_rng(0), 2 if options.quick else ROUNDS
    projections(generator, rounds)
    steps(generator, options.threads, rounds)
    return 0
