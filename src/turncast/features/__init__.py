"""Features: encode turns as set bits and token ids, and make batches of them.

The rooms import one another in this order: text, responses, blocks, encoder, batches, arrays.
"""

from turncast.features.batches.augmentation import Augmentation
from turncast.features.batches.batches import Batch, Batches
from turncast.features.batches.encoded_corpus import EncodedCorpus, encode
from turncast.features.block import Block
from turncast.features.corpus_statistics import CorpusStatistics
from turncast.features.encoder import EncodedTurn, TurnEncoder
from turncast.features.responses.responder import Responder
from turncast.features.turn_view import Memory, TurnView

__all__ = [
    "Augmentation",
    "Batch",
    "Batches",
    "Block",
    "CorpusStatistics",
    "EncodedCorpus",
    "EncodedTurn",
    "Memory",
    "Responder",
    "TurnEncoder",
    "TurnView",
    "encode",
]
