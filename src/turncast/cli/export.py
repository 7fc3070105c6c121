"""`turncast export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from turncast.cli.options import AsJson, Force, ModelPath
from turncast.cli.output import show, show_json
from turncast.policy import Policy

EXAMPLES = """[bold]Examples[/bold]

turncast export model/ --onnx model.onnx

turncast export model/ --onnx model.onnx --force --json"""


def export(
    model: ModelPath,
    onnx: Annotated[Path, typer.Option(help="The ONNX file to write.", metavar="FILE")],
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Export the network of a model to ONNX: one turn of a batch of conversations, with their state.

    The encoder, which turns users' words and facts into bits, stays in the model folder.
    """
    written = Policy.load(model).export_onnx(onnx, force=force)
    if as_json:
        show_json(written.to_json())
        return
    inputs, outputs = (
        ", ".join(f"{name} ({', '.join(map(str, shape))})" for name, shape in values.items())
        for values in (written.inputs, written.outputs)
    )
    show(f"Wrote {written.path}, {written.size:,} bytes: {inputs} -> {outputs}")
