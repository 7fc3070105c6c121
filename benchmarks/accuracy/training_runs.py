"""Training runs: one training with its evaluations, in its own process; the result is cached as JSON."""

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
from benchmarks.protocols.case import drawn
from turncast import Corpus, Policy, TurncastError, read
from turncast.atomic_files import replace_file
from turncast.config import Configuration
from turncast.metrics import ActionTally
from turncast.readers import read_slot_values, to_json

# Sub-packages that no training run uses; a change of any other module invalidates all cached results.
_UNUSED = {"cli", "client", "data", "explain", "search", "server", "sessions", "simulator", "web"}
_COUNT_TABLE = "count_table"


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """One training and its test parts.

    Attributes:
        train: a file of dialogues; like the other files it is named by the hash of its content.
        tests: pairs of a part's name and its file.
        draw: the number of training dialogues that the seed draws; None takes all.
        values: a file of the values of slots, by slot.
        settings: pairs of name and value, including the seed.
        name: for progress lines; runs that differ only in their names are equal.
    """

    train: Path
    tests: tuple[tuple[str, Path], ...]
    draw: int | None
    values: Path | None
    settings: tuple[tuple[str, Any], ...]
    name: str = field(compare=False)

    @property
    def seed(self) -> int:
        """The seed of the training and of the drawn dialogues."""
        return dict(self.settings)["seed"]

    def key(self, source: str) -> str:
        """Return a hash of everything that the result depends on."""
        files = [self.train.name, [[name, path.name] for name, path in self.tests]]
        parts = [*files, self.draw, self.values and self.values.name, sorted(self.settings), source]
        return _hash(json.dumps(parts))

    @property
    def work(self) -> float:
        """About how long it takes, relative to others."""
        settings = dict(self.settings)
        whole = self.train.stat().st_size if self.draw is None else 0
        return (1 + whole / 1e6) * settings.get("seeds", 1)


def source_hash() -> str:
    """Return a hash of the code that draws, trains and evaluates."""
    root, here = Path(turncast.__file__).parent, Path(__file__)
    sub_packages = ((path, path.relative_to(root).parts[0]) for path in sorted(root.rglob("*.py")))
    files = [path for path, sub_package in sub_packages if sub_package not in _UNUSED]
    return _hash(
        "".join(path.read_text() for path in [*files, here, here.parent.parent / "protocols" / "case.py"])
    )


def write_corpus(corpus: Corpus, folder: Path) -> Path:
    """Write a corpus as JSON Lines into a folder, named by the hash of its content; return the file."""
    return _write("".join(to_json(dialogue) + "\n" for dialogue in corpus), folder, "jsonl")


def write_values(path: Path, folder: Path) -> Path:
    """Write a file of values as JSON into a folder, named by the hash of its content; return the file."""
    return _write(json.dumps(read_slot_values(path)), folder, "json")


def _write(text: str, folder: Path, suffix: str) -> Path:
    path = folder / f"{_hash(text)}.{suffix}"
    if not path.exists():
        replace_file(path, text.encode())
    return path


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def run_all(
    runs: Iterable[TrainingRun], cache: Path, jobs: int, log: Callable[[str], None]
) -> dict[TrainingRun, dict[str, Any]]:
    """Run the runs that have no cached result, the longest first; return all results.

    Args:
        runs: what to run.
        cache: the folder of results.
        jobs: the number of parallel runs, each on one core.
        log: called with a line after each run.

    Raises:
        TurncastError: where a run is refused; the others are stopped.
    """
    source, results = source_hash(), dict[TrainingRun, dict[str, Any]]()
    files = {run: cache / f"{run.key(source)}.json" for run in runs}
    for run, file in files.items():
        if file.exists():
            results[run] = json.loads(file.read_text())
    waiting = sorted(files.keys() - results.keys(), key=lambda run: -run.work)
    log(f"{len(files)} trainings, {len(results)} of them cached")
    total, done, started = sum(run.work for run in waiting), 0.0, time.monotonic()
    others = set(multiprocessing.active_children())
    # Forked processes would share the locks of JAX's threads.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = {pool.submit(_run_in_process, run): run for run in waiting}
        try:
            for number, future in enumerate(as_completed(running), start=1):
                run, result = running[future], future.result()
                replace_file(files[run], json.dumps(result).encode())
                results[run] = result
                done += run.work
                left = (time.monotonic() - started) * (total - done) / done
                log(f"{number} of {len(waiting)}: {_summary(run, result)}; about {_duration(left)} left")
        except BaseException:
            for child in set(multiprocessing.active_children()) - others:  # they would finish their trainings
                child.terminate()
            raise
    return results


def _summary(run: TrainingRun, result: Mapping[str, Any]) -> str:
    shares = ", ".join(f"{report['turn_accuracy']:.1%}" for report in result["parts"].values())
    return f"{run.name}, seed {run.seed}: {shares} in {result['seconds']:.0f} s"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _run_in_process(run: TrainingRun) -> dict[str, Any]:
    """Run; a refusal becomes an error that can be sent to another process."""
    try:
        return train_and_evaluate(run)
    except TurncastError as error:
        raise TurncastError(f"{run.name}, seed {run.seed}: {error}") from None


def train_and_evaluate(run: TrainingRun) -> dict[str, Any]:
    """Train and evaluate; return the report of each test part, and figures of the training."""
    settings = Configuration.from_settings({"devices": 1} | dict(run.settings))
    values = json.loads(run.values.read_text()) if run.values else None
    corpus = drawn(read(run.train).load(), run.draw, run.seed)
    started = time.perf_counter()
    policy = turncast.train(
        corpus,
        network=settings.network,
        config=settings.training,
        encoder=settings.encoder,
        values=values,
    )
    seconds = time.perf_counter() - started
    if policy.card.interrupted:
        raise KeyboardInterrupt
    parts = {}
    for name, path in run.tests:
        test = read(path).load()
        parts[name] = turncast.evaluate(policy, test).to_json() | {"table": count_table_report(policy, test)}
    return {
        "dialogues": len(list(corpus)),
        "actions": len(policy.space),
        "epochs": len(policy.card.metrics),
        "seconds": seconds,
        "parts": parts,
    }


def count_table_report(policy: Policy, test: Corpus) -> dict[str, Any]:
    """Return what the report lacks about the count table: right dialogues, and the scores of each action."""
    tally, right = ActionTally(), 0
    for dialogue in test:
        pairs = [
            (true, policy.baselines.predict(turn, previous)[_COUNT_TABLE])
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
