"""Features: turns -> the indices of set bits, and tokens -> batches."""

from turnwise.features.batches import Batch, Batches
from turnwise.features.block import Block
from turnwise.features.census import Census
from turnwise.features.corruption import Corruption
from turnwise.features.encoded import EncodedCorpus, encode
from turnwise.features.encoder import EncodedTurn, TurnEncoder
from turnwise.features.responder import Responder
from turnwise.features.seen import Memory, Previous

__all__ = [
    "Batch",
    "Batches",
    "Block",
    "Census",
    "Corruption",
    "EncodedCorpus",
    "EncodedTurn",
    "Memory",
    "Previous",
    "Responder",
    "TurnEncoder",
    "encode",
]
