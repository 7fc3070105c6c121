"""`turncast bench`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from turncast import bench
from turncast.bench.served import HEADING, Served, bench_serve, served_json, served_markdown, served_table
from turncast.bench.verbs import LOAD_CASES, STEP_CASES, TRAIN_CASES
from turncast.cli.options import AsJson, ColumnNames, Conditions, FormatName, ReadSettings, read_corpus
from turncast.cli.output import note, show, show_json
from turncast.policy import Policy

PAGE = Path("benchmarks/results.md")
_ROUNDS = 7
_QUICK_ROUNDS = 2
_QUICK_SERVER: dict[str, Any] = {"conversations": (1, 4), "seconds": 0.2}

app = typer.Typer(
    help="Measure turncast beside others, on this machine: same weights, same outputs, in turns.",
    no_args_is_help=True,
)

TRAIN_EXAMPLES = """[bold]Examples[/bold]

turncast bench train                                     (flat, vocabulary, hierarchy)

turncast bench train --case flat --batch 128 --contenders turncast,torch

turncast bench train star/ --where happy=true --write    (whole trainings on your dialogues)"""

STEP_EXAMPLES = """[bold]Examples[/bold]

turncast bench step                                      (a model of simulated bookings)

turncast bench step model/ dialogs.jsonl --case turn --json

turncast bench step --case start --rounds 3"""

BATCH_EXAMPLES = """[bold]Examples[/bold]

turncast bench batch

turncast bench batch --conversations 4096 --write"""

LOAD_EXAMPLES = """[bold]Examples[/bold]

turncast bench load

turncast bench load --case flat --rounds 5

turncast bench load --case server                        (as turncast bench serve)"""

SERVE_EXAMPLES = """[bold]Examples[/bold]

turncast bench serve                                     (1, 16 and 256 conversations, in SQLite)

turncast bench serve model/ dialogs.jsonl --conversations 64

turncast bench serve --store postgresql://me@localhost/trial --seconds 30 --json"""

Names = Annotated[
    str | None,
    typer.Option(metavar="A,B", help="Only these contenders; the first that takes part is compared with."),
]
Rounds = Annotated[
    int | None, typer.Option(min=1, max=1000, help=f"How often each takes its turn ({_ROUNDS}).")
]
Quick = Annotated[bool, typer.Option("--quick", help="Small sizes and few rounds: only to see that it runs.")]
Write = Annotated[bool, typer.Option("--write", help="Replace this bench's section of the results page.")]
Page = Annotated[Path, typer.Option(help="The results page.")]


@app.command("train", epilog=TRAIN_EXAMPLES)
def train(
    corpus: Annotated[
        list[str] | None,
        typer.Argument(help="Files or folders with dialogues, as one corpus.", metavar="[CORPUS]"),
    ] = None,
    case: Annotated[
        list[str] | None,
        typer.Option(help=f"Of {', '.join(TRAIN_CASES)}; all without a corpus (repeatable)."),
    ] = None,
    batch: Annotated[
        list[int] | None, typer.Option(min=1, help="Dialogues of a batch of flat: 128 and 32 (repeatable).")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over a corpus.")] = 8,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    contenders: Names = None,
    rounds: Rounds = None,
    quick: Quick = False,
    write: Write = False,
    page: Page = PAGE,
    as_json: AsJson = False,
) -> None:
    """Train: on dense numbers, on a growing vocabulary, on the words of each turn, or on your dialogues."""
    plan = _plan(contenders, rounds, quick)
    contests, name = [], "train"
    if corpus:
        found = read_corpus(corpus, format, column, read, where).load()
        contests += bench.bench_corpora(plan, [found], 2 if quick else epochs)
        name = f"train {found.name}"
    if case or not corpus:
        contests += bench.bench_train(plan, case or TRAIN_CASES, batch or (128, 32))
    _tell(name, contests, plan, write, page, as_json)


@app.command("step", epilog=STEP_EXAMPLES)
def step(
    model: Annotated[
        Path | None,
        typer.Argument(help="The folder of a model; simulated when not given.", metavar="[MODEL]"),
    ] = None,
    corpus: Annotated[
        list[str] | None, typer.Argument(help="What the users say, as dialogues.", metavar="[CORPUS]")
    ] = None,
    case: Annotated[
        list[str] | None, typer.Option(help=f"Of {', '.join(STEP_CASES)}; all when not given (repeatable).")
    ] = None,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    contenders: Names = None,
    rounds: Rounds = None,
    quick: Quick = False,
    write: Write = False,
    page: Page = PAGE,
    as_json: AsJson = False,
) -> None:
    """Step one conversation: a live turn, the network alone, and from a process's start to its prediction."""
    plan = _plan(contenders, rounds, quick)
    policy = Policy.load(model) if model else None
    said = read_corpus(corpus, format, column, read, where).load() if corpus else None
    _tell("step", bench.bench_step(plan, case or STEP_CASES, policy, said), plan, write, page, as_json)


@app.command("batch", epilog=BATCH_EXAMPLES)
def batch(
    conversations: Annotated[int, typer.Option(min=2, help="How many are stepped at once.")] = 1024,
    contenders: Names = None,
    rounds: Rounds = None,
    quick: Quick = False,
    write: Write = False,
    page: Page = PAGE,
    as_json: AsJson = False,
) -> None:
    """Step many conversations at once."""
    plan = _plan(contenders, rounds, quick)
    _tell("batch", bench.bench_batch(plan, conversations), plan, write, page, as_json)


@app.command("load", epilog=LOAD_EXAMPLES)
def load(
    case: Annotated[
        list[str] | None, typer.Option(help=f"Of {', '.join(LOAD_CASES)}; all when not given (repeatable).")
    ] = None,
    contenders: Names = None,
    rounds: Rounds = None,
    quick: Quick = False,
    write: Write = False,
    page: Page = PAGE,
    as_json: AsJson = False,
) -> None:
    """Train and step beside a process that keeps one core busy; ask a server from many conversations."""
    plan, cases = _plan(contenders, rounds, quick), case or LOAD_CASES
    contests, found = bench.bench_load(plan, cases), list[Served]()
    if "server" in cases:
        found = bench_serve(tell=note, **(_QUICK_SERVER if quick else {}))
        _tell_served(found, None, write, page, shown=not as_json)
    _tell("load", contests, plan, write and bool(contests), page, as_json, **served_json(found))


@app.command("serve", epilog=SERVE_EXAMPLES)
def serve(
    model: Annotated[
        Path | None,
        typer.Argument(help="The folder of a model; made up when not given.", metavar="[MODEL]"),
    ] = None,
    corpus: Annotated[
        list[str] | None, typer.Argument(help="What the users say, as dialogues.", metavar="[CORPUS]")
    ] = None,
    conversations: Annotated[
        list[int] | None,
        typer.Option(min=1, max=900, help="How many at once: 1, 16 and 256 (repeatable)."),
    ] = None,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="How long each (10).")] = None,
    pace: Annotated[
        float | None,
        typer.Option(min=0, help="Turns a second of all, in one more run of the most (1500; 0: none)."),
    ] = None,
    store: Annotated[
        str | None, typer.Option(help="Where conversations are kept; a fresh SQLite file when not given.")
    ] = None,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    quick: Quick = False,
    write: Write = False,
    page: Page = PAGE,
    as_json: AsJson = False,
) -> None:
    """Ask one server process from 1, 16 and 256 conversations at once: turns a second, p50 and p99."""
    asked: dict[str, Any] = dict(_QUICK_SERVER) if quick else {}
    asked |= {"conversations": conversations} if conversations else {}
    asked |= {"seconds": seconds} if seconds else {}
    asked |= {"pace": pace or None} if pace is not None else {}
    policy = Policy.load(model) if model else None
    said = read_corpus(corpus, format, column, read, where).load() if corpus else None
    found = bench_serve(policy, said, store=store, tell=note, **asked)
    _tell_served(found, store, write, page, shown=not as_json)
    if as_json:
        show_json(served_json(found))


def _command(arguments: list[str]) -> str:
    """Return the command as it was given, without the folders that are this machine's alone.

    >>> _command(["bench", "train", "/home/me/star/dialogues", "--write"])
    'turncast bench train dialogues --write'
    """
    return shlex.join(["turncast", *(Path(text).name if "/" in text else text for text in arguments)])


def _plan(contenders: str | None, rounds: int | None, quick: bool) -> bench.Plan:
    names = tuple(name.strip() for name in contenders.split(",")) if contenders else ()
    return bench.Plan(names, rounds or (_QUICK_ROUNDS if quick else _ROUNDS), quick, tell=note)


def _tell(
    name: str,
    contests: list[bench.Contest],
    plan: bench.Plan,
    write: bool,
    page: Path,
    as_json: bool,
    **others: Any,
) -> None:
    if write:
        heading = f"## turncast bench {name}"
        _write(heading, bench.markdown(heading, _command(sys.argv[1:]), contests, plan.rounds), page)
    if as_json:
        show_json({**others, **bench.to_json(contests)})
        return
    for contest in contests:
        _show(contest.problem.title, *bench.table(contest), *bench.notes(contest))


def _tell_served(found: list[Served], store: str | None, write: bool, page: Path, shown: bool) -> None:
    if write:
        _write(HEADING, served_markdown(_command(sys.argv[1:]), store, found), page)
    if shown:
        _show("A server under load", *served_table(found))


def _write(heading: str, section: str, page: Path) -> None:
    bench.replace_section(page, heading, section)
    note(f"Wrote the section {heading.removeprefix('## ')!r} of {page}.")


def _show(title: str, heads: list[str], rows: list[list[str]], *notes: str) -> None:
    shown = Table(*heads, title=title, title_justify="left")
    for row in rows:
        shown.add_row(*row)
    show(shown, *notes, "")
