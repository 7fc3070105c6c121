"""Features: turns -> the indices of set bits, and tokens -> batches."""

from turnwise.features.batches import Batch, Batches
from turnwise.features.block import Block, Previous
from turnwise.features.census import Census
from turnwise.features.corruption import Corruption
from turnwise.features.encoded import EncodedCorpus, encode
from turnwise.features.encoder import EncodedTurn, TurnEncoder

__all__ = [
    "Batch",
    "Batches",
    "Block",
    "Census",
    "Corruption",
    "EncodedCorpus",
    "EncodedTurn",
    "Previous",
    "TurnEncoder",
    "encode",
]
