"""The file of corrections: corrected conversations, saved for the next training."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from turncast.atomic_files import replace_file
from turncast.corpus import Corpus
from turncast.dialogue import Dialogue
from turncast.readers import read, to_json

_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Corrections:
    """A file of training dialogues, as JSON Lines. Each change replaces the whole file at once.

    Attributes:
        path: the file; saving the first dialogue creates it.

    >>> from turncast.dialogue import Turn
    >>> corrections = Corrections(Path(getfixture("tmp_path")) / "corrections.jsonl")
    >>> corrections.save(Dialogue("c1", [Turn("hello", ["greet"])]))
    >>> corrections.save(Dialogue("c1", [Turn("hello", ["welcome"])]))  # replaces the first one
    >>> [dialogue[0].actions for dialogue in corrections.corpus()]
    [('welcome',)]
    >>> corrections.remove("c1"), corrections.path.exists()
    (True, False)
    """

    path: Path

    def corpus(self) -> Corpus:
        """Return the dialogues; none where the file does not exist yet.

        Raises:
            CorpusError: where the file is damaged.
        """
        if not self.path.exists():
            return Corpus(self.path.name, ())
        return read(self.path, "jsonl", name=self.path.name)

    def by_id(self) -> dict[str, Dialogue]:
        """Return the dialogues by their ids, in the order in which they were first saved."""
        return {dialogue.id: dialogue for dialogue in self.corpus()}

    def save(self, dialogue: Dialogue) -> None:
        """Add a dialogue, or replace the one with the same id.

        Raises:
            CorpusError: where the file is damaged; nothing is written.
            OSError: where the file cannot be written; it stays as it was.
        """
        with self._locked():
            self._write({**self.by_id(), dialogue.id: dialogue})

    def remove(self, id: str) -> bool:
        """Remove a dialogue, and return whether it was there; delete the file with its last dialogue."""
        with self._locked():
            known = self.by_id()
            if known.pop(id, None) is None:
                return False
            if known:
                self._write(known)
            else:
                self.path.unlink()
            return True

    def _write(self, dialogues: Mapping[str, Dialogue]) -> None:
        replace_file(self.path, "".join(to_json(one) + "\n" for one in dialogues.values()).encode())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Lock the file against other threads and, except on Windows, against other processes."""
        with _LOCK:
            if sys.platform == "win32":
                yield
                return
            import fcntl

            with self.path.with_name(f".{self.path.name}.lock").open("wb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)  # released with the file or the process
                yield
