"""Learning from recorded responses where the value of each slot comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from turncast.dialogue import Dialogue
from turncast.features.responses.responder import Place, Responder
from turncast.features.responses.slot_sources import NOTHING, SOURCES, SlotSources
from turncast.features.responses.templates import slots_in, texts_in
from turncast.features.text.slot_values import SlotValues

_Outcome = tuple[bool | None, ...]  # for each source: whether it had the right value; None: it had none
_Examples = Mapping[tuple[_Outcome, str], int]
_MOST_EXAMPLES = 10_000  # so many are told apart at one placeholder


@dataclass(slots=True)
class ResponderCounts:
    """How often each source had the value that stood in a template's placeholder.

    >>> from turncast.dialogue import Turn
    >>> turn = Turn("thai please", ["look for {food}"], response="look for thai")
    >>> counts = ResponderCounts(SlotValues({"food": ["thai"]}))
    >>> counts.add(Dialogue("d1", [turn]))
    >>> counts.responder().places["look for {food}"][0].sources[0]
    'user'
    """

    slot_values: SlotValues
    _examples: dict[str, list[Counter[tuple[_Outcome, str]]]] = field(default_factory=dict)

    def add(self, dialogue: Dialogue) -> None:
        """Count one more dialogue."""
        if not any(turn.response and slots_in(action) for turn in dialogue for action in turn.actions):
            return
        slot_sources, previous, response = NOTHING, tuple[str, ...](), None
        for turn in dialogue:
            mentions = self.slot_values.read(turn.user).mentions if turn.user else ()
            slot_sources = slot_sources.after(previous, response, mentions, turn.facts)
            previous, response = turn.actions, turn.response
            for action in turn.actions if response else ():
                self._count(action, texts_in(action, response or ""), slot_sources)

    def _count(self, action: str, texts: tuple[str, ...], slot_sources: SlotSources) -> None:
        if not texts:
            return
        places = self._examples.setdefault(action, [Counter() for _ in texts])
        for slot, text, examples in zip(slots_in(action), texts, places, strict=True):
            values = (slot_sources.value(source, slot) for source in SOURCES)
            example = (tuple(None if value is None else value == text for value in values), text)
            if example in examples or len(examples) < _MOST_EXAMPLES:
                examples[example] += 1

    def responder(self) -> Responder:
        """Return the responder that the counts teach."""
        examples = self._examples.items()
        return Responder({action: tuple(map(_place, slots_in(action), found)) for action, found in examples})


def _place(slot: str, examples: _Examples) -> Place:
    """Return a list of decisions: again and again the source that is most often right where it has a value.

    The list ends where the most usual text is right more often than any source. Such lists are those of
    R. L. Rivest, Learning decision lists (1987); shares are smoothed as Laplace did.
    """
    left, sources = dict(examples), list[str]()
    usual, _ = _usual(examples)
    while left:
        usual, share = _usual(left)
        shares = {name: _share(left, number) for number, name in enumerate(SOURCES) if name not in sources}
        best = max(shares, key=lambda name: shares[name], default=None)
        if best is None or shares[best] < share:
            return Place(slot, tuple(sources), usual)
        sources.append(best)
        number = SOURCES.index(best)
        left = {example: count for example, count in left.items() if example[0][number] is None}
    # Every example was decided. What else was right more often than the usual stands behind, for the unseen.
    _, share = _usual(examples)
    others = [(_share(examples, number), name) for number, name in enumerate(SOURCES) if name not in sources]
    sources += [name for found, name in sorted(others, key=lambda other: -other[0]) if found > share]
    return Place(slot, tuple(sources), usual)


def _share(examples: _Examples, source: int) -> float:
    """Return how often a source is right where it has a value."""
    outcomes = [(outcome[source], count) for (outcome, _), count in examples.items()]
    had = sum(count for right, count in outcomes if right is not None)
    return (sum(count for right, count in outcomes if right) + 1) / (had + 2)


def _usual(examples: _Examples) -> tuple[str, float]:
    """Return the most usual text, the first in order among equals, and how often it is right."""
    texts = Counter[str]()
    for (_, text), count in examples.items():
        texts[text] += count
    usual = min(texts, key=lambda text: (-texts[text], text))
    return usual, (texts[usual] + 1) / (texts.total() + 2)
