"""What there is to say of a layer: its axes, its memory, and why it is as it is."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras
from turncast.config import NetworkConfig
from turncast.layers import CausalTransformer

_NONE = "none: each turn on its own"


def letters_of(config: NetworkConfig, layer: Any, prefix: str) -> str:
    """Return what the axes of a layer's output are; inside a decoder B * T dialogues' turns are the batch."""
    if prefix:
        return {"repeated": "(B*T, k, H)", "hidden": "(B*T, k, H)"}.get(layer.name, "(B*T, k, A)")
    layout = config.layout_row
    turns = "1" if layout.first_turn_only else "T"
    whole = {
        "bit_dense": f"(B, {turns}, E)",
        "embedding": f"(B, {turns}, W, D)",
        "pooled": f"(B, {turns}, D)",
        "words": f"(B, {turns}, W, D)" if config.words == "conv" else f"(B, {turns}, D)",
        "repeated": "(B, T, E+D)" if config.words != "bits" else "(B, T, E)",
        "decoder": "(B, T, k, A)",
    }
    if layer.name in whole:
        return whole[layer.name]
    if type(layer).__name__ == "Concatenate":
        return f"(B, {turns}, E+D)"
    if layer.name in ("actions", "probabilities"):
        return "(B, A)" if layout.last_turn_only else "(B, T, k, A)" if layout.decoder else "(B, T, A)"
    return "(B, H)" if layout.last_turn_only and _after_the_last(config, layer) else "(B, T, H)"


def _after_the_last(config: NetworkConfig, layer: Any) -> bool:
    """Whether a layer of a network that answers once per dialogue comes where only the last turn is left."""
    if config.cell == "transformer":
        return layer.name in ("last", "dropout_last")
    return layer.name == "last" or str(layer.name).endswith(f"_{config.layers - 1}")


def memory_of(config: NetworkConfig, layer: Any, prefix: str) -> str:
    """Say where memory flows in a layer."""
    inner = layer.layer if isinstance(layer, keras.layers.Wrapper) else layer
    if isinstance(inner, CausalTransformer):
        return "from turn to turn: every turn looks back at all before it (keys and values)"
    if isinstance(inner, keras.Model):
        return "from step to step of what is foreseen, begun anew at every turn"
    if not isinstance(inner, keras.layers.RNN):
        return _NONE
    states = "h and c" if isinstance(inner, keras.layers.LSTM) else "h"
    if inner is not layer:
        return f"from word to word ({states}), begun anew at every turn"
    way = (
        "from step to step of what is foreseen"
        if prefix or config.layout_row.first_turn_only
        else "from turn to turn"
    )
    return f"{way} ({states}, {inner.units} numbers each)"


def note_of(config: NetworkConfig, layer: Any, prefix: str) -> str:
    """Say what `return_sequences` or `TimeDistributed` does in a layer, and why."""
    if isinstance(layer, keras.layers.TimeDistributed):
        return _time_distributed(layer)
    if isinstance(layer, keras.layers.RNN):
        if layer.return_sequences:
            why = "each step foreseen" if prefix else "every turn"
            return f"return_sequences=True: an output at {why}, for each needs its own answer"
        return "return_sequences=False: only the output at the last real turn, for one answer is wanted"
    notes = {
        "BitDense": "the rows of the active bits are added up: a linear Dense on the 0/1 vector",
        "Embedding": "a vector for every word; the padding 0 is masked",
        "RepeatVector": "one vector at every step: the only thing that the steps after it are told",
        "Concatenate": "bits and words of each turn side by side",
        "LastStep": "the last real turn, found by the mask",
        "Dropout": "leaves numbers out in training only",
        "CausalTransformer": "an output at every turn, for each needs its own answer",
        "Dense": "one answer for the whole dialogue",
        "Activation": "one action is taken: they add up to 1"
        if getattr(layer, "activation", None) is keras.activations.softmax
        else "several actions may be taken: each has a probability of its own",
        "Add": "the input of the layer is added to its output",
        "LayerNormalization": "each turn is scaled to mean 0 and deviation 1, then by learned numbers",
    }
    if config.layout_row.first_turn_only and type(layer).__name__ == "BitDense":
        return f"{notes['BitDense']}; of the first turn only"
    return notes.get(type(layer).__name__, "")


def _time_distributed(layer: Any) -> str:
    inner = layer.layer
    if isinstance(inner, keras.Model):
        shared = " and ".join(type(part).__name__ for part in inner.layers if part.count_params())
        return f"one set of weights ({shared}, {inner.count_params():,} numbers) decodes at every turn"
    if not inner.count_params():
        return f"the same {type(inner).__name__} at every turn; it learns nothing"
    parts = " + ".join("x".join(map(str, weight.shape)) for weight in inner.weights)
    note = f"one set of weights ({parts} = {inner.count_params():,} numbers) for all turns"
    if isinstance(inner, keras.layers.RNN):
        note += "; inside, return_sequences=False: one vector for the words of a turn"
    return note
