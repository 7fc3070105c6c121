"""A policy's network as an ONNX file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from turncast.atomic_files import check_output_file, replace_file
from turncast.errors import ConfigError
from turncast.features.text.words import PATTERNS
from turncast.policy.artifacts import PolicyParts
from turncast.runtime import onnx_model
from turncast.runtime.weights import apply_temperature

Shape = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class OnnxFile:
    """An ONNX file that was written.

    Attributes:
        path: the file.
        inputs: name -> shape; a letter is a free size.
        outputs: name -> shape.
        size: of the file, in bytes.
    """

    path: Path
    inputs: Mapping[str, Shape]
    outputs: Mapping[str, Shape]
    size: int

    def to_json(self) -> dict[str, Any]:
        """Return the file as values for JSON, as `turncast export --json` prints them."""
        inputs, outputs = (
            {name: list(shape) for name, shape in values.items()} for values in (self.inputs, self.outputs)
        )
        return {"file": str(self.path), "inputs": inputs, "outputs": outputs, "bytes": self.size}


def write_onnx(parts: PolicyParts, path: Path, *, force: bool) -> OnnxFile:
    """Write a policy's network as ONNX, with its temperature, and the hash of the weights as metadata."""
    if parts.members > 1:
        raise ConfigError(
            f"setting 'seeds' was {parts.members} in training; ONNX holds one network, train with seeds=1"
        )
    check_output_file(path, force=force)
    digest = hashlib.sha256(parts.weights_file()).hexdigest()
    temperature = parts.decision.temperature
    metadata = {
        "weights_sha256": digest,
        "temperature": repr(temperature),
        "action_names": json.dumps(list(parts.space), ensure_ascii=False),
        "inputs": json.dumps(describe_inputs(parts), ensure_ascii=False),
    }
    model = onnx_model(
        parts.config, apply_temperature(parts.weights, temperature), parts.space.multi, metadata
    )
    content = model.SerializeToString()
    replace_file(path, content)
    return OnnxFile(path, _shapes(model.graph.input), _shapes(model.graph.output), len(content))


def describe_inputs(parts: PolicyParts) -> dict[str, Any]:
    """Return how a turn becomes bits, and probabilities become actions, as JSON: docs/onnx.md explains it."""
    encoder, space = parts.encoder, parts.space
    decision = parts.decision.to_json(space)
    return {
        "format": "turncast-inputs-1",
        "features": encoder.width,
        "actions": list(space),
        "multi": space.multi,
        "may_be_empty": space.may_be_empty,
        "layout": parts.config.layout,
        "decision": {name: decision[name] for name in ("thresholds", "sets", "abstain_below")},
        "words": PATTERNS,
        "slot_values": encoder.slot_values.to_json(),
        "blocks": [
            {
                "block": block.name,
                "first_bit": first,
                "width": block.width,
                **block.to_json(),
                **getattr(block, "constants", {}),
            }
            for first, block in encoder.offset_blocks
        ],
    }


def _shapes(values: Any) -> dict[str, Shape]:
    return {
        value.name: tuple(size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim)
        for value in values
    }
