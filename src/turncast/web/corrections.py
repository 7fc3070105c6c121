"""The file of corrections: conversations that were put right, saved for the next training."""

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

_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Corrections:
    """A file of training dialogues, as JSON Lines. Each change writes it whole beside the old one first.

    Attributes:
        path: the file; it is made with the first dialogue.

    >>> from turncast.dialogue import Turn
    >>> corrections = Corrections(Path(getfixture("tmp_path")) / "corrections.jsonl")
    >>> corrections.save(Dialogue("c1", [Turn("hello", ["greet"])]))
    >>> corrections.save(Dialogue("c1", [Turn("hello", ["welcome"])]))  # the same one again replaces it
    >>> [dialogue[0].actions for dialogue in corrections.corpus()]
    [('welcome',)]
    >>> corrections.remove("c1"), corrections.path.exists()
    (True, False)
    """

    path: Path

    def corpus(self) -> Corpus:
        """Return the dialogues; none where there is no file yet.

        Raises:
            CorpusError: where the file is damaged.
        """
        if not self.path.exists():
            return Corpus(self.path.name, ())
        return read(self.path, "jsonl", name=self.path.name)

    def by_id(self) -> dict[str, Dialogue]:
        """Return the dialogues by their ids, in the order in which they were saved first."""
        return {dialogue.id: dialogue for dialogue in self.corpus()}

    def save(self, dialogue: Dialogue) -> None:
        """Add a dialogue, or put it in the place of the one that has its id.

        Raises:
            CorpusError: where the file is damaged: nothing is written then.
            OSError: where it cannot be written; it is then as it was.
        """
        with self._alone():
            self._write({**self.by_id(), dialogue.id: dialogue})

    def remove(self, id: str) -> bool:
        """Take a dialogue out, and say whether it was there; a file without dialogues is deleted."""
        with self._alone():
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
    def _alone(self) -> Iterator[None]:
        """Keep out other threads, and (but on Windows) other servers that write to the same file."""
        with _ONE_AT_A_TIME:
            if sys.platform == "win32":
                yield
                return
            import fcntl

            with self.path.with_name(f".{self.path.name}.lock").open("wb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)  # it ends with the file, or with the process
                yield
