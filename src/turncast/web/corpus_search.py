"""Search a corpus by text and by action."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from turncast.corpus import Corpus
from turncast.dialogue import Dialogue, Turn

PAGE_SIZE = 10
"""The number of dialogues on a page."""


@dataclass(frozen=True, slots=True)
class CorpusQuery:
    """A query for dialogues with a matching turn.

    Attributes:
        text: a text in what the user or the system says, whatever its case; empty for any.
        action: an action of the same turn; empty for any.
        page: the page of the results, counted from 1.
    """

    text: str = ""
    action: str = ""
    page: int = 1

    @property
    def is_empty(self) -> bool:
        """Whether every dialogue matches."""
        return not self.text and not self.action

    def matches(self, turn: Turn) -> bool:
        """Return whether a turn matches.

        >>> CorpusQuery("TEA", "serve").matches(Turn("a tea", ["serve"]))
        True
        >>> CorpusQuery("tea").matches(Turn("coffee"))
        False
        """
        wanted = self.text.casefold()
        has_text = any(wanted in (text or "").casefold() for text in (turn.user, turn.response))
        return has_text and (not self.action or self.action in turn.actions)


@dataclass(frozen=True, slots=True)
class MatchingDialogue:
    """A matching dialogue, and the numbers of its matching turns, counted from 1."""

    dialogue: Dialogue
    turns: frozenset[int]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of the results of a query, with statistics of the whole corpus.

    Attributes:
        name: the name of the corpus.
        matches: the matching dialogues on this page.
        num_matches: the number of matching dialogues on all pages.
        num_dialogues: the number of dialogues of the corpus.
        num_turns: the number of turns of the corpus.
        actions: the number of turns with each action, the most frequent first.
        skipped: what the reader skipped, by reason.
    """

    name: str
    matches: tuple[MatchingDialogue, ...]
    num_matches: int
    num_dialogues: int
    num_turns: int
    actions: Mapping[str, int]
    skipped: Mapping[str, int]

    @property
    def num_pages(self) -> int:
        """The number of pages; at least one."""
        return max(1, -(-self.num_matches // PAGE_SIZE))


def search(corpus: Corpus, query: CorpusQuery) -> SearchPage:
    """Return a page of the dialogues that match a query.

    The corpus is read once, and only one page of it is held in memory.

    >>> turns = {"a": Turn("tea", ["serve"]), "b": Turn("bye", ["end"])}
    >>> corpus = Corpus("two", [Dialogue(id, [turn]) for id, turn in turns.items()])
    >>> page = search(corpus, CorpusQuery("TEA"))
    >>> [match.dialogue.id for match in page.matches], page.num_matches, page.num_dialogues
    (['a'], 1, 2)
    >>> dict(page.actions)
    {'end': 1, 'serve': 1}
    """
    actions, matches = Counter[str](), list[MatchingDialogue]()
    num_dialogues = num_turns = num_matches = 0
    first = (query.page - 1) * PAGE_SIZE
    for dialogue in corpus:
        num_dialogues += 1
        num_turns += len(dialogue)
        numbers = set[int]()
        for number, turn in enumerate(dialogue, start=1):
            actions.update(turn.actions)
            if not query.is_empty and query.matches(turn):
                numbers.add(number)
        if query.is_empty or numbers:
            if first <= num_matches < first + PAGE_SIZE:
                matches.append(MatchingDialogue(dialogue, frozenset(numbers)))
            num_matches += 1
    return SearchPage(
        name=corpus.name,
        matches=tuple(matches),
        num_matches=num_matches,
        num_dialogues=num_dialogues,
        num_turns=num_turns,
        actions=dict(sorted(actions.items(), key=lambda item: (-item[1], item[0]))),
        skipped=dict(corpus.skipped),
    )
