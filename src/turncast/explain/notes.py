"""Describe a layer of a network: its axes, its memory and its purpose."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras
from turncast.config import NetworkConfig
from turncast.layers import CausalTransformer

_NONE = "none: each turn is independent"


def axes_of(config: NetworkConfig, layer: Any, prefix: str) -> str:
    """Return the axes of a layer's output; inside a decoder, the B * T turns are the batch."""
    if prefix:
        return {"repeated": "(B*T, k, H)", "hidden": "(B*T, k, H)"}.get(layer.name, "(B*T, k, A)")
    layout = config.layout_row
    turns = "1" if layout.first_turn_only else "T"
    axes_by_name = {
        "bit_dense": f"(B, {turns}, E)",
        "embedding": f"(B, {turns}, W, D)",
        "pooled": f"(B, {turns}, D)",
        "words": f"(B, {turns}, W, D)" if config.words == "conv" else f"(B, {turns}, D)",
        "repeated": "(B, T, E+D)" if config.words != "bits" else "(B, T, E)",
        "decoder": "(B, T, k, A)",
    }
    if layer.name in axes_by_name:
        return axes_by_name[layer.name]
    if type(layer).__name__ == "Concatenate":
        return f"(B, {turns}, E+D)"
    if layer.name in ("actions", "probabilities"):
        return "(B, A)" if layout.last_turn_only else "(B, T, k, A)" if layout.decoder else "(B, T, A)"
    return "(B, H)" if layout.last_turn_only and _runs_on_last_turn(config, layer) else "(B, T, H)"


def _runs_on_last_turn(config: NetworkConfig, layer: Any) -> bool:
    """Return whether a layer runs on the last turn only, in a network with one answer per dialogue."""
    if config.cell == "transformer":
        return layer.name in ("last", "dropout_last")
    return layer.name == "last" or str(layer.name).endswith(f"_{config.layers - 1}")


def memory_of(config: NetworkConfig, layer: Any, prefix: str) -> str:
    """Describe along which axis a layer carries memory."""
    inner = layer.layer if isinstance(layer, keras.layers.Wrapper) else layer
    if isinstance(inner, CausalTransformer):
        return "from turn to turn: every turn attends to all turns before it (keys and values)"
    if isinstance(inner, keras.Model):
        return "from one predicted action to the next, reset at every turn"
    if not isinstance(inner, keras.layers.RNN):
        return _NONE
    states = "h and c" if isinstance(inner, keras.layers.LSTM) else "h"
    if inner is not layer:
        return f"from word to word ({states}), reset at every turn"
    axis = (
        "from one predicted action to the next"
        if prefix or config.layout_row.first_turn_only
        else "from turn to turn"
    )
    return f"{axis} ({states}, {inner.units} numbers each)"


def note_of(config: NetworkConfig, layer: Any, prefix: str) -> str:
    """Describe what `return_sequences` or `TimeDistributed` does in a layer, and why."""
    if isinstance(layer, keras.layers.TimeDistributed):
        return _time_distributed(layer)
    if isinstance(layer, keras.layers.RNN):
        if layer.return_sequences:
            steps = "for each predicted action" if prefix else "at every turn"
            return f"return_sequences=True: an output {steps}, because each needs an answer"
        return "return_sequences=False: only the output at the last real turn, because there is one answer"
    notes = {
        "BitDense": "adds up the kernel's rows of the active bits: a linear Dense on the 0/1 vector",
        "Embedding": "a vector for every word; the padding 0 is masked",
        "RepeatVector": "repeats one vector at every step: the only input of the layers after it",
        "Concatenate": "joins the bits and the words of each turn",
        "LastStep": "the last real turn, by the mask",
        "Dropout": "drops numbers, in training only",
        "CausalTransformer": "an output at every turn, because each needs an answer",
        "Dense": "one answer for the whole dialogue",
        "Activation": "one action per turn: the probabilities add up to 1"
        if getattr(layer, "activation", None) is keras.activations.softmax
        else "several actions per turn: an independent probability for each",
        "Add": "adds a layer's input to its output",
        "LayerNormalization": "scales each turn to mean 0 and deviation 1, then by learned numbers",
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
        return f"the same {type(inner).__name__} at every turn, without weights"
    parts = " + ".join("x".join(map(str, weight.shape)) for weight in inner.weights)
    note = f"one set of weights ({parts} = {inner.count_params():,} numbers) for all turns"
    if isinstance(inner, keras.layers.RNN):
        note += "; inside, return_sequences=False: one vector for the words of a turn"
    return note
