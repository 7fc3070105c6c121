"""`turncast train`."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from turncast.atomic_files import check_output_folder
from turncast.cli.options import CorpusOptions, CorpusPaths, Force, with_option_groups
from turncast.cli.output import note, show
from turncast.cli.train_options import GrowthOptions, TrainingOptions
from turncast.config import Configuration, TrainConfig
from turncast.corpus import Corpus
from turncast.dialogue_sources import note_lines
from turncast.errors import ConfigError
from turncast.evaluation import GrowthReport, Report, evaluate, growth_report
from turncast.evaluation.terminal import render_growth, render_report
from turncast.policy import Policy
from turncast.readers import read_slot_values
from turncast.rules import read_rules
from turncast.training import inherit_settings, progress_for, split_dev, with_replay
from turncast.training import train as train_policy

EXAMPLES = """[bold]Examples[/bold]

turncast train dialogs.jsonl --out model/

turncast train train.txt --dev dev.txt --out model/ --epochs 20 --units 64

turncast train log.csv --column dialogue=CaseID --column action=ActivityID --out model/

turncast train dialogs.jsonl --out model/ --values menu.csv     (slot values in the users' words)

turncast train dialogs.jsonl --out model/ --rules rules.yml     (allowed, forbidden and required actions)

turncast train dialogs.jsonl --out model/ --words lstm --cell gru

turncast train dialogs.jsonl --out model/ --set vectors=potion-base-8M/     (a local folder of text vectors)

turncast train dialogs.jsonl --out model/ --layout many-to-one --set outcome=happy

turncast train dialogs.jsonl --out model/ --seeds 5     (an ensemble of five networks)

turncast train new.jsonl --from model/ --out model2/ --old-dev dev.jsonl --replay dialogs.jsonl

turncast train dialogs.jsonl --out model/ --max-error 0.02     (abstain where it is not confident)

turncast train dialogs.jsonl --out model/ --resume     (after Ctrl-C or a crash)"""

_MAX_MISSING = 5  # actions that are listed


@with_option_groups
def train(
    corpus: CorpusPaths,
    out: Annotated[Path, typer.Option("--out", "-o", help="The model folder to write.")],
    growth: GrowthOptions,
    settings: TrainingOptions,
    reading: CorpusOptions,
    dev: Annotated[
        list[str] | None,
        typer.Option(help="Dev part, which decides when to stop; by default a tenth of the corpus."),
    ] = None,
    values: Annotated[
        Path | None,
        typer.Option(
            help="Slot values: JSON, a CSV file with a column for each slot, or a bAbI knowledge base."
        ),
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(help="Rules for allowed, forbidden and required actions; YAML or JSON.")
    ] = None,
    force: Force = False,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted training.")] = False,
) -> None:
    """Train a policy on recorded dialogues, and save it as a model folder.

    It saves the epoch with the best result on the dev part. Ctrl-C stops early and saves the best so far.
    """
    configuration = Configuration.from_settings(settings.settings())
    _check_output(out, force=force, resume=resume)
    parent = growth.load_parent(out)
    if parent:
        configuration = inherit_settings(parent, configuration)
    old_dev, replay = reading.open_optional(growth.old_dev), reading.open_optional(growth.replay)
    train_part, dev_part = _parts(
        reading.open(corpus), reading.open_optional(dev), replay, configuration.training
    )
    checkpoint = _checkpoint_path(out)
    policy = train_policy(
        train_part,
        dev_part,
        network=configuration.network,
        config=configuration.training,
        encoder=configuration.encoder,
        values=read_slot_values(values) if values else None,
        rules=read_rules(rules) if rules else None,
        progress=progress_for(first_lines=lambda: note_lines(train_part.notes)),
        checkpoint=checkpoint,
        resume=resume,
        parent=parent,
    )
    report = evaluate(policy, dev_part)
    _save(policy, out, report, growth_report(parent, policy, report, dev_part, old_dev) if parent else None)
    _note_missing(policy, report)
    _note_end(policy, out, checkpoint, corpus)


def _parts(
    corpus: Corpus, dev: Corpus | None, replay: Corpus | None, config: TrainConfig
) -> tuple[Corpus, Corpus]:
    """Return the training part, with replayed old dialogues where there are any, and the dev part."""
    if dev is None:
        corpus, dev = split_dev(corpus, config.dev_share, config.seed)
    return (with_replay(corpus, replay, config.seed) if replay else corpus), dev


def _save(policy: Policy, out: Path, report: Report, growth: GrowthReport | None) -> None:
    """Save the policy with its reports, and print them."""
    record = report.to_json() | ({"growth": growth.to_json()} if growth else {})
    policy.save(out, force=True, report=json.dumps(record, ensure_ascii=False, indent=1))
    if growth:
        show(render_growth(growth))
    show(render_report(report))


def _note_missing(policy: Policy, report: Report) -> None:
    """Note the actions of the training part that the dev part lacks: its figures do not count them."""
    taken = {action for actions in report.answers for action in actions}
    missing = [action for action in policy.space if action not in taken]
    if missing:
        listed = ", ".join(missing[:_MAX_MISSING]) + (", ..." if len(missing) > _MAX_MISSING else "")
        note(
            f"The dev part lacks {len(missing):,} of {len(policy.space):,} actions, so that its figures say "
            f"nothing about them: {listed}"
        )


def _note_end(policy: Policy, out: Path, checkpoint: Path, sources: Sequence[str]) -> None:
    """Note what was not trained on, and what to do next; remove the checkpoint after a whole training."""
    breaking = policy.card.corpus.get("turns_that_break_rules")
    if breaking:
        note(
            f"Skipped {breaking:,} turns in training, because they break the rules. See: turncast rules check"
        )
    if policy.card.interrupted:
        note(
            f"Stopped early: {out} holds the best policy so far. Continue with the same command and --resume."
        )
    else:
        checkpoint.unlink(missing_ok=True)
        note(f"Saved {out}. Next: {_next_command(policy, out, sources)}")


def _next_command(policy: Policy, out: Path, sources: Sequence[str]) -> str:
    """Return the command to try next: to talk makes no sense with a model of an event log."""
    inputs, layout = policy.inputs, policy.config.layout_row
    talks = inputs.reads_text or "intent" in inputs.facts
    if not talks or layout.last_turn_only or layout.first_turn_only:
        return f"turncast predict {out} {' '.join(map(shlex.quote, sources))}"
    hint = "" if inputs.reads_text else f"     (it knows facts, not words: /facts {inputs.example})"
    return f"turncast chat {out}{hint}"


def _check_output(out: Path, *, force: bool, resume: bool) -> None:
    """Check, before the training, that the model folder can be written.

    Raises:
        ConfigError: where `--resume` is given, and the training is finished.
        OutputExists: where something else exists, or a folder and not `--force`.
        OutputDenied: where the parent folder is not writable.
    """
    interrupted = _is_interrupted(out)
    if resume and not force and interrupted is False and not _checkpoint_path(out).exists():
        raise ConfigError(
            f"{out}: this training is finished, and there is nothing to resume; to train again, give --force "
            "without --resume"
        )
    # An interrupted training has saved its best policy; --resume replaces that one.
    check_output_folder(out, "manifest.json", force=force or (resume and bool(interrupted)))


def _checkpoint_path(out: Path) -> Path:
    return out.with_name(f"{out.name}.checkpoint")


def _is_interrupted(out: Path) -> bool | None:
    """Return whether the training of a model was interrupted; None where a folder holds no model."""
    try:
        return bool(json.loads((out / "manifest.json").read_bytes())["interrupted"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
