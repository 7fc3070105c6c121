"""Step many conversations at once with ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from turncast.errors import ConfigError, MissingExtra, ModelError
from turncast.runtime.onnx_graph import FORMAT

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

Arrays = tuple[NDArray[np.float32], ...]
Bits = NDArray[np.int64]

# The most and the fewest conversations of a block. The data of 128 stay in the cache; fewer than 32 cost more
# calls than they save. Each thread takes whole blocks: ONNX Runtime's own threads wait for each other after
# every node, which takes long where another process uses a core (decisions 18 and 19).
_MOST_PER_BLOCK, _LEAST_PER_BLOCK = 128, 32


class OnnxNetwork:
    """A network that ONNX Runtime steps for B conversations at once: state in, state out.

    Args:
        source: a file that `turncast export --onnx` wrote, or its bytes.
        threads: the number of threads; each takes whole blocks of conversations.

    Raises:
        ModelError: where the file cannot be read, or turncast did not write it.
        ConfigError: for fewer than one thread.
        MissingExtra: where ONNX Runtime is not installed.

    >>> from turncast import NetworkConfig
    >>> from turncast.runtime import onnx_model
    >>> generator = np.random.default_rng(0)
    >>> shapes = {"hidden_0/kernel": (6, 8), "hidden_0/recurrent_kernel": (2, 8), "hidden_0/bias": (8,),
    ...           "actions/kernel": (2, 3), "actions/bias": (3,)}
    >>> weights = {name: generator.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    >>> network = OnnxNetwork(onnx_model(NetworkConfig(units=2), weights, multi=False).SerializeToString())
    >>> probabilities, states = network.step(network.start(4), [[0, 5], [], [1], [2, 3, 4]])
    >>> probabilities.shape, [state.shape for state in states]
    ((4, 3), [(4, 2), (4, 2)])
    """

    def __init__(self, source: str | Path | bytes, threads: int = 1) -> None:
        if threads < 1:
            raise ConfigError(f"threads is {threads}; give 1 or more")
        self._session = _session(source)
        texts = self._session.get_modelmeta().custom_metadata_map
        if texts.get("format") != FORMAT:
            where = "the bytes" if isinstance(source, bytes) else source
            raise ModelError(
                f"{where}: unknown format {texts.get('format')!r}, expected {FORMAT!r}; "
                "write it with `turncast export MODEL --onnx FILE`"
            )
        self.metadata: dict[str, str] = dict(texts)
        self.num_features, self.num_actions = int(texts["features"]), int(texts["actions"])
        self._states = [(value.name, value.shape[1]) for value in self._session.get_inputs()[1:]]
        self._threads = threads
        self._pool = _pool(threads) if threads > 1 else None

    def start(self, conversations: int) -> Arrays:
        """Return the states of B conversations before their first turn, (B, H) each."""
        return tuple(np.zeros((conversations, width), np.float32) for _, width in self._states)

    def step(
        self, states: Arrays, bits: Bits | Sequence[Sequence[int]]
    ) -> tuple[NDArray[np.float32], Arrays]:
        """Return the probabilities (B, A), with a decoder (B, k, A), and the new states.

        Args:
            states: the states, one row per conversation. To step some conversations, pass their rows.
            bits: the indices of each conversation's set bits, or the result of `fill`.

        Raises:
            ValueError: where states and bits have different numbers of conversations.
            IndexError: for a bit that the network does not have.
        """
        filled = bits if isinstance(bits, np.ndarray) else self.fill(bits)
        total = len(filled)
        if any(len(state) != total for state in states):
            counts = ", ".join(str(len(state)) for state in states)
            raise ValueError(
                f"the bits are of {total} conversations, the states of {counts}; give one row each"
            )
        if filled.size and not 0 <= filled.min() <= filled.max() <= self.num_features:
            raise IndexError(f"a bit is not among the {self.num_features} that the network has")
        # Blocks of about equal size, as many for each thread.
        per_thread = max(-(-total // self._threads), _LEAST_PER_BLOCK)
        block_size = -(-per_thread // -(-per_thread // _MOST_PER_BLOCK))
        map_blocks = map if self._pool is None else self._pool.map

        def run_block(start: int) -> list[NDArray[np.float32]]:
            part = slice(start, start + block_size)
            feed: dict[str, Any] = {"bits": filled[part]}
            feed.update((name, state[part]) for (name, _), state in zip(self._states, states, strict=True))
            answers: list[NDArray[np.float32]] = self._session.run(None, feed)
            return answers

        blocks = map_blocks(run_block, range(0, max(total, 1), block_size))
        probabilities, *new = map(np.concatenate, zip(*blocks, strict=True))
        return probabilities, tuple(new)

    def fill(self, bits: Sequence[Sequence[int]]) -> Bits:
        """Return the bits of B conversations as an array (B, K), filled up with F, the number of bits."""
        lengths = np.fromiter(map(len, bits), np.int64, len(bits))
        filled = np.full((len(bits), max(lengths, default=0)), self.num_features, np.int64)
        filled[np.arange(filled.shape[1]) < lengths[:, None]] = np.fromiter(
            chain.from_iterable(bits), np.int64, lengths.sum()
        )
        return filled


def _pool(threads: int) -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor  # here, so that a server starts sooner

    return ThreadPoolExecutor(threads, "turncast-onnx")


def _session(source: str | Path | bytes) -> Any:
    """Return a session with one thread: a block is too small to share among threads."""
    try:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as errors
    except ImportError:
        raise MissingExtra("running ONNX", "onnx") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    where = "the bytes" if isinstance(source, bytes) else str(source)
    invalid = (errors.Fail, errors.InvalidArgument, errors.InvalidGraph, errors.InvalidProtobuf)
    try:
        content = source if isinstance(source, bytes) else Path(source).read_bytes()
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except OSError as error:
        raise ModelError(f"{where}: cannot be read ({error.strerror}); check the path") from None
    except (*invalid, errors.NotImplemented) as error:
        raise ModelError(f"{where}: ONNX Runtime cannot read it ({error}); export it again") from None
