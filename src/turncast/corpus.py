"""Corpora: dialogues with a name, in memory or read lazily, and lazy views of them."""

from __future__ import annotations

import gc
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from turncast.arrays import Arrays
from turncast.dialogue import TURN_HEADER, Dialogue, Fact, parse_fact, value_name
from turncast.dialogue_sources import (
    DescribedDialogues,
    Dialogues,
    LazyDialogues,
    LoadedDialogues,
    PlainSource,
    Transformation,
)
from turncast.errors import ArgumentError, CorpusError, check_argument
from turncast.html import html_table

_MAX_LISTED = 10


@dataclass(frozen=True, slots=True, repr=False)
class Corpus:
    """An ordered collection of dialogues with a name.

    A corpus never has to fit into memory: `read` returns one that reads its files at each pass. Its views
    (`map`, `filter`, `where`, `transform` and `+`) are as lazy, and keep the counts of what was skipped.

    Args:
        name: the name that reports and errors show.
        dialogues: a list or tuple, or lazy `Dialogues`. A corpus is such a value too, so that
            `Corpus("new name", corpus)` renames one.

    >>> from turncast.dialogue import Turn
    >>> corpus = Corpus("tiny", [Dialogue("d1", [Turn("hello", ["greet"])])])
    >>> [dialogue.id for dialogue in corpus]
    ['d1']
    """

    name: str
    dialogues: Sequence[Dialogue] | Dialogues

    def __post_init__(self) -> None:
        check_argument("name", self.name, str, "give a name, and then the dialogues")
        given: object = self.dialogues
        if isinstance(given, Iterator):
            raise ArgumentError("dialogues", "an iterator is read only once", "give a list")
        if isinstance(given, Sequence) and not isinstance(given, str):
            for dialogue in given:
                check_argument("dialogues", dialogue, Dialogue, "give a list of Dialogue")
            object.__setattr__(self, "dialogues", tuple(given))
        elif not isinstance(given, Dialogues):
            cure = "give a list, or an object with __iter__ and skipped"
            check_argument("dialogues", given, list, cure)
        elif not isinstance(given, DescribedDialogues):
            object.__setattr__(self, "dialogues", PlainSource(given))

    @classmethod
    def from_arrays(
        cls,
        x: Any,
        y: Any,
        mask: Any = None,
        lengths: Any = None,
        feature_names: Iterable[str] | None = None,
        action_names: Iterable[str] | None = None,
        name: str = "arrays",
    ) -> Corpus:
        """Return the dialogues in padded arrays of N dialogues, T turns, F features and A actions.

        A feature of 0 and 1 is a bit: it is a fact that is true where it is 1, and absent where it is 0. Any
        other feature is a numeric fact, which training sorts into buckets, and a warning says so.

        Args:
            x: the features of each turn, (N, T, F): bits or numbers.
            y: the actions of each turn: bits (N, T, A), or the id of the one action, (N, T).
            mask: which turns are real, (N, T). Padding stands before or after the turns of a dialogue.
            lengths: instead of a mask, the number of real turns of each dialogue, (N,); they can be given in
                the place of the mask too. Without both, every turn is real.
            feature_names: the names of the facts; by default `x0`, `x1` ...
            action_names: the names of the actions; by default `0`, `1` ...
            name: the name of the corpus; the ids of the dialogues are `name:0`, `name:1` ...

        Raises:
            ArgumentError: for an array of another shape, for values that are no bits, ids or finite numbers,
                and where turns look like padding that no mask names.

        >>> bits, ids = [[[1, 0], [0, 1]], [[1, 1], [0, 0]]], [[2, 0], [1, 0]]
        >>> corpus = Corpus.from_arrays(bits, ids, lengths=[2, 1])
        >>> [[(dict(turn.facts), turn.actions) for turn in dialogue] for dialogue in corpus]
        [[({'x0': True}, ('2',)), ({'x1': True}, ('0',))], [({'x0': True, 'x1': True}, ('1',))]]
        """
        arrays = Arrays.checked(x, y, mask, lengths, feature_names, action_names)
        if arrays.numbers:
            warnings.warn(arrays.about_numbers, stacklevel=2)
        counts = Counter[str]()
        dialogues = tuple(arrays.dialogues(name, counts))
        return cls(name, LoadedDialogues(dialogues, dict(counts)))

    @property
    def _source(self) -> tuple[Dialogue, ...] | DescribedDialogues:
        """The dialogues as `__post_init__` leaves them."""
        given: Any = self.dialogues
        source: tuple[Dialogue, ...] | DescribedDialogues = given
        return source

    def __iter__(self) -> Iterator[Dialogue]:
        return iter(self.dialogues)

    def __len__(self) -> int:
        """Return the number of dialogues; a corpus that was never read whole is read once for it."""
        return len(self._source)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        """Return the name and the number of dialogues, which is unknown before the first whole pass."""
        length = self.known_length
        size = "not read yet" if length is None else f"{length:,} dialogues"
        return f"Corpus({self.name!r}, {size})"

    def _repr_html_(self) -> str:
        """Return the first dialogue as a table, for notebooks."""
        first = next(iter(self), None)
        if first is None:
            return html_table(repr(self), ())
        rows = [
            (str(number), *turn.cells()) for number, turn in enumerate(first.turns[:_MAX_LISTED], start=1)
        ]
        return html_table(f"{self!r}: {first.id}, {len(first)} turns", [("turn", *TURN_HEADER), *rows])

    @property
    def known_length(self) -> int | None:
        """The number of dialogues; None if it is not known before the first whole pass."""
        given = self._source
        return len(given) if isinstance(given, Sequence) else given.known_length

    @property
    def skipped(self) -> Mapping[str, int]:
        """What the last whole pass skipped: reason -> count. Empty before the first whole pass."""
        return {} if isinstance(self._source, tuple) else self._source.skipped

    @property
    def notes(self) -> Mapping[str, int]:
        """How the last pass read its files (formats, columns): a line -> the number of files."""
        return {} if isinstance(self._source, tuple) else self._source.notes

    def load(self) -> Corpus:
        """Return the same corpus with its dialogues in memory.

        The garbage collector is disabled meanwhile: it would scan all dialogues again and again, which takes
        a third of the time and frees nothing.
        """
        collects = gc.isenabled()
        gc.disable()
        try:
            dialogues = tuple(iter(self))
        finally:
            if collects:
                gc.enable()
        return Corpus(self.name, LoadedDialogues(dialogues, self.skipped, self.notes))

    def transform(self, function: Transformation) -> Corpus:
        """Return a lazy view of what a generator function makes of the dialogues.

        Args:
            function: called for each pass with the dialogues and an empty counter. It yields dialogues, and
                adds what it skips to the counter, by reason.

        >>> from turncast.dialogue import Turn
        >>> def until_goodbye(dialogues, skipped):
        ...     for dialogue in dialogues:
        ...         turns = [turn for turn in dialogue if turn.user != "bye"]
        ...         skipped["turn of a goodbye"] += len(dialogue) - len(turns)
        ...         yield Dialogue(dialogue.id, turns)
        >>> view = Corpus("tiny", [Dialogue("d1", [Turn("tea"), Turn("bye")])]).transform(until_goodbye)
        >>> [len(dialogue) for dialogue in view], view.skipped
        ([1], {'turn of a goodbye': 1})
        """
        return Corpus(self.name, LazyDialogues(lambda skipped: function(iter(self), skipped), (self,)))

    def map(self, function: Callable[[Dialogue], Dialogue]) -> Corpus:
        """Return a lazy view with `function(dialogue)` in the place of each dialogue.

        >>> from dataclasses import replace
        >>> from turncast.dialogue import Turn
        >>> corpus = Corpus("tiny", [Dialogue("d1", [Turn("hello", ["greet"])])])
        >>> [dialogue.id for dialogue in corpus.map(lambda dialogue: replace(dialogue, id="new"))]
        ['new']
        """
        return self.transform(lambda dialogues, _: map(function, dialogues))

    def filter(self, keep: Callable[[int, Dialogue], bool], reason: str | None = None) -> Corpus:
        """Return a lazy view of the dialogues for which `keep(position, dialogue)` is true.

        Args:
            keep: takes the position in this corpus, counted from 0, and the dialogue.
            reason: if given, the other dialogues are counted in `skipped` under this reason.

        >>> from turncast.dialogue import Turn
        >>> corpus = Corpus("tiny", [Dialogue(name, [Turn("hello", ["greet"])]) for name in "abc"])
        >>> [dialogue.id for dialogue in corpus.filter(lambda position, _: position != 1)]
        ['a', 'c']
        """

        def selected(dialogues: Iterator[Dialogue], skipped: Counter[str]) -> Iterator[Dialogue]:
            for position, dialogue in enumerate(dialogues):
                if keep(position, dialogue):
                    yield dialogue
                elif reason is not None:
                    skipped[reason] += 1

        return self.transform(selected)

    def where(self, metadata: Mapping[str, Fact]) -> Corpus:
        """Return a lazy view of the dialogues with these values in their metadata.

        Values are compared as text, so that `"true"` equals `True`, and numbers as numbers, so that `"2"`
        equals `2` and `2.0`. The other dialogues are not counted in `skipped`.

        Raises:
            CorpusError: at the end of a pass in which no dialogue had these values.

        >>> from turncast.dialogue import Turn
        >>> dialogues = [Dialogue(name, [Turn("tea")], {"happy": name == "a"}) for name in "ab"]
        >>> [dialogue.id for dialogue in Corpus("tea", dialogues).where({"happy": True})]
        ['a']
        """

        def matching(dialogues: Iterator[Dialogue], _: Counter[str]) -> Iterator[Dialogue]:
            values: dict[str, set[str]] = {}
            matched = False
            for dialogue in dialogues:
                present = dialogue.metadata
                if all(name in present and _equal(present[name], value) for name, value in metadata.items()):
                    matched = True
                    yield dialogue
                for name, value in () if matched else present.items():
                    others = values.setdefault(name, set())
                    if len(others) <= _MAX_LISTED:
                        others.add(value_name(value))
            if not matched:
                wanted = ", ".join(f"{name}={value_name(value)}" for name, value in metadata.items())
                raise CorpusError(self.name, f"no dialogue has {wanted}", _where_cure(metadata, values))

        return self.transform(matching)

    def __add__(self, other: Corpus) -> Corpus:
        """Return a lazy view of the dialogues of this corpus, and then those of another.

        >>> from turncast.dialogue import Turn
        >>> a, b = (Corpus(name, [Dialogue(name, [Turn("hello")])]) for name in "ab")
        >>> (a + b).name, [dialogue.id for dialogue in a + b]
        ('a + b', ['a', 'b'])
        """
        both = LazyDialogues(lambda _: chain(self, other), (self, other))
        return Corpus(f"{self.name} + {other.name}", both)


def _equal(value: Fact, wanted: Fact) -> bool:
    """Return whether a value is the wanted one: as texts if it is a text, else as numbers or truth values."""
    if isinstance(value, str):
        return value == value_name(wanted)
    meant = parse_fact(wanted) if isinstance(wanted, str) else wanted
    return meant == value and isinstance(meant, bool) == isinstance(value, bool)


def _where_cure(wanted: Iterable[str], values: Mapping[str, set[str]]) -> str:
    """Return the values that the wanted metadata have, or the names of all metadata."""
    if not values:
        return "this corpus has no metadata"
    unknown = [name for name in wanted if name not in values]
    if unknown:
        return f"the metadata are {', '.join(sorted(values))}"
    return "; ".join(f"{name} has the values {_listed(values[name])}" for name in wanted)


def _listed(values: set[str]) -> str:
    return ", ".join(value[:40] for value in sorted(values)[:_MAX_LISTED]) + (
        " and others" if len(values) > _MAX_LISTED else ""
    )
