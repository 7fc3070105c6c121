"""The task that all contenders of one contest do."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

TaskKind = Literal["flat", "bits", "hierarchy", "corpus", "turn", "step", "start", "batch", "matrix-product"]
_FILE = "task.json"


@dataclass(frozen=True, slots=True)
class BenchmarkTask:
    """A task and its sizes.

    Attributes:
        kind: `flat` trains on dense features, `bits` on lists of set bits, `hierarchy` on the words of every
            turn, `corpus` on recorded dialogues; `turn` goes from a live text to ranked actions, `step` from
            bits to probabilities, `start` from a new process to its first prediction; `batch` steps many
            conversations at once.
        title: its heading on the results page.
        batch: B, dialogues in a batch, or conversations in a step.
        turns: T, turns of a dialogue, or of the history that a stateless model reads.
        features: F, numbers or bits of a turn.
        set_bits: K, the number of set bits of a turn.
        bit_units: E, the width of the linear layer that reads the bits.
        units: H, the width of the LSTM over turns.
        actions: A.
        words: W, the most words of a turn.
        vocabulary: V, different words.
        word_units: the width of a word's embedding, and of the LSTM over words.
        batches: batches (or calls) in a round.
        epochs: passes over a corpus in a round.
        dropout: the share of the LSTM's outputs that are dropped in training.
        learning_rate: Adam's step size.
        clip_norm: the largest norm of the gradients.
        seed: of weights and data.
    """

    kind: TaskKind
    title: str
    batch: int = 128
    turns: int = 20
    features: int = 300
    set_bits: int = 16
    bit_units: int = 128
    units: int = 128
    actions: int = 60
    words: int = 12
    vocabulary: int = 1000
    word_units: int = 64
    batches: int = 20
    epochs: int = 1
    dropout: float = 0.0
    learning_rate: float = 0.003
    clip_norm: float = 1.0
    seed: int = 1

    @property
    def has_bits(self) -> bool:
        """Whether the input of a turn is a list of set bits."""
        return self.kind not in ("flat", "hierarchy", "matrix-product")

    def write(self, folder: Path) -> None:
        """Write the task into its folder."""
        (folder / _FILE).write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> BenchmarkTask:
        """Read the file that `write` wrote."""
        return cls(**json.loads((folder / _FILE).read_text(encoding="utf-8")))
