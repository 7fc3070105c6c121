"""Trials: one training and its evaluations each, in processes of their own, each kept as a file of JSON."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import turncast
from protocols.case import drawn
from turncast import Corpus, Policy, TurncastError, read
from turncast.config import Configuration
from turncast.metrics import ActionTally
from turncast.readers import read_slot_values, to_json

# Rooms of the package that no trial enters; a change anywhere else makes every trial anew.
_NOT_IN_A_TRIAL = {"bench", "cli", "data", "explain", "search", "server", "sessions", "simulator"}
_FLOOR = "count_table"


@dataclass(frozen=True, slots=True)
class Trial:
    """One training, and what it is judged on.

    Attributes:
        train: a file of dialogues, named by the hash of what it holds; so are the others.
        tests: pairs of a part's name and its file.
        draw: so many dialogues of the training part are drawn by the seed; None takes all.
        values: a file of the values of slots, by slot.
        settings: pairs of name and value, the seed among them.
        name: what progress says of it; trials that differ in nothing else are one.
    """

    train: Path
    tests: tuple[tuple[str, Path], ...]
    draw: int | None
    values: Path | None
    settings: tuple[tuple[str, Any], ...]
    name: str = field(compare=False)

    @property
    def seed(self) -> int:
        """What the training begins with, and draws by."""
        return dict(self.settings)["seed"]

    def key(self, source: str) -> str:
        """Return a name for the trial by all that its result depends on."""
        files = [self.train.name, [[name, path.name] for name, path in self.tests]]
        told = [*files, self.draw, self.values and self.values.name, sorted(self.settings), source]
        return _hash(json.dumps(told))

    @property
    def work(self) -> float:
        """About how long it takes, against others."""
        settings = dict(self.settings)
        whole = self.train.stat().st_size if self.draw is None else 0
        return (1 + whole / 1e6) * settings.get("seeds", 1)


def source_hash() -> str:
    """Return a hash of the code that draws, trains and judges."""
    root, here = Path(turncast.__file__).parent, Path(__file__)
    rooms = ((path, path.relative_to(root).parts[0]) for path in sorted(root.rglob("*.py")))
    files = [path for path, room in rooms if room not in _NOT_IN_A_TRIAL]
    return _hash("".join(path.read_text() for path in [*files, here, here.parent / "protocols" / "case.py"]))


def write_corpus(corpus: Corpus, folder: Path) -> Path:
    """Write a corpus as JSON Lines into a folder, named by a hash of what it holds; return the file."""
    return _write("".join(to_json(dialogue) + "\n" for dialogue in corpus), folder, "jsonl")


def write_values(path: Path, folder: Path) -> Path:
    """Write a file of values as JSON into a folder, named by a hash of what it holds; return the file."""
    return _write(json.dumps(read_slot_values(path)), folder, "json")


def _write(text: str, folder: Path, suffix: str) -> Path:
    path = folder / f"{_hash(text)}.{suffix}"
    if not path.exists():
        write_whole(path, text)
    return path


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def run_all(
    trials: Iterable[Trial], cache: Path, jobs: int, say: Callable[[str], None]
) -> dict[Trial, dict[str, Any]]:
    """Run the trials that have no result yet, the longest first; return the result of each.

    Args:
        trials: what to run.
        cache: the folder of results.
        jobs: so many run at once, each on one core.
        say: is told how far it is.

    Raises:
        TurncastError: where a trial is refused; the others are stopped.
    """
    source, results = source_hash(), dict[Trial, dict[str, Any]]()
    files = {trial: cache / f"{trial.key(source)}.json" for trial in trials}
    for trial, file in files.items():
        if file.exists():
            results[trial] = json.loads(file.read_text())
    waiting = sorted(files.keys() - results.keys(), key=lambda trial: -trial.work)
    say(f"{len(files)} trainings, {len(results)} of them done before")
    whole, done, began = sum(trial.work for trial in waiting), 0.0, time.monotonic()
    # Forked processes would share locks of JAX's threads.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = {pool.submit(_run_in_process, trial): trial for trial in waiting}
        try:
            for number, future in enumerate(as_completed(running), start=1):
                trial, result = running[future], future.result()
                write_whole(files[trial], json.dumps(result))
                results[trial] = result
                done += trial.work
                left = (time.monotonic() - began) * (whole - done) / done
                say(f"{number} of {len(waiting)}: {_in_short(trial, result)}; about {_minutes(left)} left")
        except BaseException:
            for child in multiprocessing.active_children():  # else each would end what it has begun
                child.terminate()
            raise
    return results


def write_whole(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _in_short(trial: Trial, result: Mapping[str, Any]) -> str:
    shares = ", ".join(f"{report['turn_accuracy']:.1%}" for report in result["parts"].values())
    return f"{trial.name}, seed {trial.seed}: {shares} in {result['seconds']:.0f} s"


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _run_in_process(trial: Trial) -> dict[str, Any]:
    """Run a trial; what it refuses becomes an error that can be sent to another process."""
    try:
        return run(trial)
    except TurncastError as error:
        raise TurncastError(f"{trial.name}, seed {trial.seed}: {error}") from None


def run(trial: Trial) -> dict[str, Any]:
    """Train and judge; return the reports, part by part, and how the training went."""
    configuration = Configuration.from_settings({"devices": 1} | dict(trial.settings))
    values = json.loads(trial.values.read_text()) if trial.values else None
    corpus = drawn(read(trial.train).load(), trial.draw, trial.seed)
    began = time.perf_counter()
    policy = turncast.train(
        corpus,
        network=configuration.network,
        config=configuration.training,
        encoder=configuration.encoder,
        values=values,
    )
    seconds = time.perf_counter() - began
    if policy.card.interrupted:
        raise KeyboardInterrupt
    parts = {}
    for name, path in trial.tests:
        test = read(path).load()
        parts[name] = turncast.evaluate(policy, test).to_json() | {"table": judge_table(policy, test)}
    return {
        "dialogues": len(list(corpus)),
        "actions": len(policy.space),
        "epochs": len(policy.card.metrics),
        "seconds": seconds,
        "parts": parts,
    }


def judge_table(policy: Policy, test: Corpus) -> dict[str, Any]:
    """Return what the report does not say of the table of counts: whole dialogues, and each action."""
    tally, right = ActionTally(), 0
    for dialogue in test:
        pairs = [
            (true, policy.floors.predict(turn, previous)[_FLOOR])
            for turn, previous, true in policy.config.layout_row.example(dialogue).decisions
        ]
        tally.add_dialogue(pairs)
        right += all(set(true) == set(answer) for true, answer in pairs)
    actions = {
        name: {"support": score.support, "predicted": score.predicted, "right": score.right}
        for name, score in tally.actions.items()
    }
    f1 = {"weighted_f1": tally.weighted_f1, "micro_f1": tally.micro_f1}
    return {"right_dialogues": right, "actions": actions} | f1
