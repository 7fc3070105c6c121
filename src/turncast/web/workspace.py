"""The files of the page: a corpus, its dev part, and the file of corrections."""

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
    """The corpus that the page shows and retrains from, and the file of corrections.

    Attributes:
        corpus: files, folders or patterns that `turncast.read` reads; empty for no corpus.
        dev: the same for the dev part; empty for a part that is split off the corpus.
        corrections_file: the file in which the page saves conversations.
    """

    corpus: tuple[str, ...] = ()
    dev: tuple[str, ...] = ()
    corrections_file: Path = Path("corrections.jsonl")

    @property
    def corrections(self) -> Corrections:
        """The corrections."""
        return Corrections(self.corrections_file)

    def check(self) -> None:
        """Check that the files can be read and written, before the server starts.

        Raises:
            ConfigError: for a dev part without a corpus.
            CorpusError: for a source that cannot be read.
            OutputDenied: where the file of corrections cannot be written.
            OutputExists: where a folder has its name.
        """
        if self.dev and not self.corpus:
            raise ConfigError("--dev is the dev part of a corpus; give --corpus as well")
        for sources in (self.corpus, self.dev):
            if sources:
                read(list(sources))
        check_output_file(self.corrections_file, force=True)

    def read_corpus(self) -> Corpus:
        """Return the corpus, which is read lazily."""
        return read(list(self.corpus))

    def train_and_dev(self, config: TrainConfig, without: Collection[str] = ()) -> tuple[Corpus, Corpus]:
        """Return the training part and the dev part: the same parts that `turncast train` makes.

        Args:
            config: the settings with which a dev part is split off.
            without: the ids of dialogues to leave out of both parts.
        """
        corpus = _leave_out(self.read_corpus(), without)
        if self.dev:
            return corpus, _leave_out(read(list(self.dev)), without)
        return split_dev(corpus, config.dev_share, config.seed)


def _leave_out(corpus: Corpus, ids: Collection[str]) -> Corpus:
    return corpus.filter(lambda _, dialogue: dialogue.id not in ids) if ids else corpus
