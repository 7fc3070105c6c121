"""Keras layers, usable without the rest of turnwise."""

from turnwise.layers.bidirectional import Bidirectional
from turnwise.layers.bit_dense import BitDense
from turnwise.layers.causal_transformer import CausalTransformer
from turnwise.layers.convert import from_keras, to_keras
from turnwise.layers.gru import GRU
from turnwise.layers.lstm import LSTM
from turnwise.layers.masked_pooling import MaskedPooling
from turnwise.layers.multi_hot import MultiHot
from turnwise.layers.repeat_vector import RepeatVector
from turnwise.layers.simple_rnn import SimpleRNN
from turnwise.layers.time_distributed import TimeDistributed

__all__ = [
    "GRU",
    "LSTM",
    "Bidirectional",
    "BitDense",
    "CausalTransformer",
    "MaskedPooling",
    "MultiHot",
    "RepeatVector",
    "SimpleRNN",
    "TimeDistributed",
    "from_keras",
    "to_keras",
]
