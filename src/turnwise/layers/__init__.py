"""Keras layers, usable without the rest of turnwise."""

from turnwise.layers.bidirectional import Bidirectional
from turnwise.layers.gru import GRU
from turnwise.layers.lstm import LSTM
from turnwise.layers.multi_hot import MultiHot
from turnwise.layers.simple_rnn import SimpleRNN
from turnwise.layers.time_distributed import TimeDistributed

__all__ = ["GRU", "LSTM", "Bidirectional", "MultiHot", "SimpleRNN", "TimeDistributed"]
