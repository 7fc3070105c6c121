"""Keras layers, usable without the rest of turncast."""

from turncast.layers.bidirectional import Bidirectional
from turncast.layers.bit_dense import BitDense
from turncast.layers.causal_transformer import CausalTransformer
from turncast.layers.convert import from_keras, to_keras
from turncast.layers.gru import GRU
from turncast.layers.lstm import LSTM
from turncast.layers.masked_pooling import MaskedPooling
from turncast.layers.multi_hot import MultiHot
from turncast.layers.repeat_vector import RepeatVector
from turncast.layers.simple_rnn import SimpleRNN
from turncast.layers.time_distributed import TimeDistributed

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
