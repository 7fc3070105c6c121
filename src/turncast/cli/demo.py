"""`turncast demo`."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from turncast.atomic_files import check_output_file, check_output_folder
from turncast.cli.options import Force
from turncast.cli.output import note, show
from turncast.config import NetworkConfig, TrainConfig
from turncast.corpus import Corpus
from turncast.data import convert
from turncast.dialogue import Dialogue
from turncast.errors import OutputExists
from turncast.evaluation import Report, evaluate
from turncast.evaluation.report_figures import floor_title
from turncast.layouts import LAYOUTS
from turncast.policy import Policy
from turncast.simulator import simulate
from turncast.training import progress_for, train

EXAMPLES = """[bold]Examples[/bold]

turncast demo

turncast demo --seed 7 --out /tmp/demo"""


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the corpus and the model.")] = Path(
        "turncast-demo"
    ),
    dialogues: Annotated[int, typer.Option(min=20, help="Number of training dialogues.")] = 600,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the simulator and the training.")] = 1,
    force: Force = False,
) -> None:
    """Try turncast in one minute: simulate restaurant bookings, train, evaluate, show one dialogue, save."""
    started = time.perf_counter()
    model = out / "model"
    if out.resolve() == Path(out.resolve().anchor):
        raise OutputExists(f"{out}: the root folder is no place for a demo; name another folder with --out")
    check_output_folder(model, "manifest.json", force=force)
    for name in ("train", "test"):
        check_output_file(out / f"{name}.jsonl", force=force)
    corpus, test = simulate(dialogues, seed), simulate(max(20, dialogues // 4), seed + 10_000)
    note(f"Training on {dialogues:,} simulated restaurant bookings ...")
    config = TrainConfig(seed=seed)
    policy = train(corpus, config=config, progress=progress_for())
    if policy.card.interrupted:
        raise KeyboardInterrupt
    note("Training the same network without memory, for comparison ...")
    memoryless = train(
        corpus, network=NetworkConfig(layout="one-to-one"), config=config, progress=progress_for()
    )
    report = evaluate(policy, test)
    show(
        "",
        _comparison(report, evaluate(memoryless, test)),
        "",
        _dialogue_table(policy, _example_dialogue(test)),
        "",
    )
    for name, part in (("train", corpus), ("test", test)):
        convert(part, out / f"{name}.jsonl", force=force)
    policy.save(model, force=force)
    show(f"Saved {model} after {time.perf_counter() - started:.0f} s. Next, try:")
    program = "turncast" if shutil.which("turncast") else os.path.relpath(sys.argv[0])
    for command in (
        f"chat {model}",
        f"evaluate {model} {out / 'test.jsonl'}",
        f"train {out / 'train.jsonl'} --out {out / 'mine'} --units 64",
    ):
        show(f"  {program} {command}")


def _comparison(with_memory: Report, without: Report) -> Table:
    table = Table(
        "on held-out dialogues",
        "turns right",
        "dialogues right",
        title="The effect of memory",
        title_justify="left",
    )
    table.add_row("LSTM, many-to-many", str(with_memory.turns), str(with_memory.dialogues), style="bold")
    table.add_row("same network without memory", str(without.turns), str(without.dialogues))
    for name, floor in reversed(list(with_memory.floors.items())):
        table.add_row(floor_title(name, LAYOUTS[with_memory.layout]), str(floor), "")
    return table


def _example_dialogue(corpus: Corpus) -> Dialogue:
    """Return the first dialogue whose length is easy to read."""
    return next((dialogue for dialogue in corpus if 9 <= len(dialogue) <= 12), next(iter(corpus)))


def _dialogue_table(policy: Policy, dialogue: Dialogue) -> Table:
    """Return a dialogue turn by turn: user text, true action, and prediction with its probability."""
    table = Table(
        "",
        "user",
        "true action",
        "predicted",
        "p",
        "",
        title=f"One of them, {dialogue.id}",
        title_justify="left",
    )
    for number, (turn, prediction) in enumerate(
        zip(dialogue, policy.predict(dialogue), strict=True), start=1
    ):
        right = set(turn.actions) == set(prediction.actions)
        table.add_row(
            str(number),
            Text(turn.user or ""),
            Text(", ".join(turn.actions)),
            Text(", ".join(prediction.actions)),
            f"{prediction.probability:.2f}",
            Text("right", style="green") if right else Text("wrong", style="bold red"),
        )
    return table
