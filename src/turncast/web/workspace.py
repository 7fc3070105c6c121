"""What the page looks at and learns from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from turncast.atomic_files import check_output_file
from turncast.config import TrainConfig
from turncast.corpus import Corpus
from turncast.errors import ConfigError
from turncast.readers import read
from turncast.training import split_dev
from turncast.web.corrections import Corrections


@dataclass(frozen=True, slots=True)
class Workspace:
    """The corpus that the page shows, and the corrections that are added to it.

    Attributes:
        corpus: files, folders or patterns that `turncast.read` reads; none where there is nothing to show.
        dev: the same, of the dialogues that judge a model; a part of the corpus when not given.
        corrections: the file that conversations are saved to.
    """

    corpus: tuple[str, ...] = ()
    dev: tuple[str, ...] = ()
    corrections: Path = Path("corrections.jsonl")

    @property
    def saved(self) -> Corrections:
        """The corrections."""
        return Corrections(self.corrections)

    def check(self) -> None:
        """Check that what is named is there, before anyone is served.

        Raises:
            ConfigError: for a dev part without a corpus.
            CorpusError: where a source names nothing that can be read.
            OutputDenied: where the corrections cannot be written.
            OutputExists: where a folder has their name.
        """
        if self.dev and not self.corpus:
            raise ConfigError("--dev judges what is learned from a corpus; give --corpus as well")
        for sources in (self.corpus, self.dev):
            if sources:
                read(list(sources))
        check_output_file(self.corrections, force=True)

    def whole(self) -> Corpus:
        """Return the corpus, which is read lazily."""
        return read(list(self.corpus))

    def parts(self, config: TrainConfig, saved: Collection[str] = ()) -> tuple[Corpus, Corpus]:
        """Return what is learned from, and what judges: the same parts that `turncast train` makes.

        Args:
            config: says how a dev part is split off.
            saved: the ids of corrections, which are kept out of both.
        """
        corpus = _without(self.whole(), saved)
        if self.dev:
            return corpus, _without(read(list(self.dev)), saved)
        return split_dev(corpus, config.dev_share, config.seed)


def _without(corpus: Corpus, saved: Collection[str]) -> Corpus:
    return corpus.filter(lambda _, dialogue: dialogue.id not in saved) if saved else corpus
