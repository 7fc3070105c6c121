"""Features: turns -> the indices of set bits, and tokens -> batches."""

from turncast.features.batches import Batch, Batches
from turncast.features.block import Block
from turncast.features.census import Census
from turncast.features.corruption import Corruption
from turncast.features.encoded import EncodedCorpus, encode
from turncast.features.encoder import EncodedTurn, TurnEncoder
from turncast.features.responder import Responder
from turncast.features.seen import Memory, Previous

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
