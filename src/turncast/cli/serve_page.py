"""The options of `turncast serve` that are about its page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from turncast.errors import ConfigError

if TYPE_CHECKING:
    from turncast.web import Workspace

WithPage = Annotated[
    bool | None,
    typer.Option("--ui/--no-ui", help="Serve the page for people; by default where only this machine asks."),
]
PageCorpus = Annotated[
    list[str] | None,
    typer.Option(
        "--corpus", help="The corpus that the page shows, and retrains from (repeatable).", metavar="FILE"
    ),
]
PageDev = Annotated[
    list[str] | None,
    typer.Option(
        "--dev", help="Dialogues that judge a new model; a part of the corpus when not given.", metavar="FILE"
    ),
]
PageCorrections = Annotated[
    Path | None,
    typer.Option(
        "--corrections",
        help="Where the page saves conversations; MODEL.corrections.jsonl when not given.",
        metavar="FILE",
    ),
]


def page_workspace(
    model: Path,
    corpus: list[str] | None,
    dev: list[str] | None,
    corrections: Path | None,
    *,
    wanted: bool | None,
    loopback: bool,
    has_keys: bool,
) -> Workspace | None:
    """Return what the page looks at and learns from; None where there is to be no page.

    Args:
        model: the folder of the model that is shown.
        corpus: what `--corpus` says; and so on.
        dev: the same.
        corrections: the same.
        wanted: what `--ui` says; None where nothing is said.
        loopback: whether only this machine reaches the server.
        has_keys: whether who asks must show a key.

    Raises:
        ConfigError: where the options do not go together.
        CorpusError: where a corpus is not there.
    """
    from turncast.web import Workspace

    given = {"--corpus": corpus, "--dev": dev, "--corrections": corrections}
    named = next((name for name, value in given.items() if value), None)
    if not (loopback if wanted is None else wanted):
        if named:
            raise ConfigError(f"{named} is for the page, which is not served; give --ui as well")
        return None
    if not loopback and not has_keys:
        raise ConfigError("with --ui who reaches this address could replace the model; give --api-key-file")
    default_corrections = model.with_name(f"{model.name}.corrections.jsonl")
    workspace = Workspace(tuple(corpus or ()), tuple(dev or ()), corrections or default_corrections)
    workspace.check()
    return workspace
