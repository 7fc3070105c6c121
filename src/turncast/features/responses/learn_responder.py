"""Learn from recorded responses: the values of slots, and the sources that fill placeholders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from turncast.dialogue import Dialogue
from turncast.features.responses.responder import Placeholder, Responder
from turncast.features.responses.slot_sources import NO_SOURCES, SOURCES, SlotSources
from turncast.features.responses.templates import slots_in, texts_in, values_in
from turncast.features.text.slot_values import SlotValues

_Outcome = tuple[bool | None, ...]  # for each source: whether its value was right; None: it had no value
_Example = tuple[_Outcome, str]  # and the text that was said
_MAX_EXAMPLES = 10_000  # different ones that are counted for one placeholder


def learn_slot_values(
    dialogues: Iterable[Dialogue], given: Mapping[str, Iterable[str]] | None = None
) -> SlotValues:
    """Return the given values of slots, and those that recorded responses put into templates.

    >>> from turncast.dialogue import Turn
    >>> turn = Turn("is it dear?", ["{name} is {price}"], response="Blue Door is cheap")
    >>> learn_slot_values([Dialogue("d1", [turn])], {"price": ["dear"]}).values
    {'price': ('dear', 'cheap'), 'name': ('Blue Door',)}
    """
    values = {slot: dict.fromkeys(known) for slot, known in (given or {}).items()}
    for dialogue in dialogues:
        for turn in dialogue:
            if turn.response is not None:
                for action in turn.actions:
                    for slot, value in values_in(action, turn.response):
                        values.setdefault(slot, {})[value] = None
    return SlotValues(values)


@dataclass(slots=True)
class ResponderCounts:
    """Counts how often each source had the value that was said in a template's placeholder.

    >>> from turncast.dialogue import Turn
    >>> turn = Turn("thai please", ["look for {food}"], response="look for thai")
    >>> counts = ResponderCounts(SlotValues({"food": ["thai"]}))
    >>> counts.add(Dialogue("d1", [turn]))
    >>> counts.responder().placeholders["look for {food}"][0].sources[0]
    'user'
    """

    slot_values: SlotValues
    _examples: dict[str, list[Counter[_Example]]] = field(default_factory=dict)

    def add(self, dialogue: Dialogue) -> None:
        """Count one more dialogue."""
        if not any(turn.response and slots_in(action) for turn in dialogue for action in turn.actions):
            return
        slot_sources, previous_actions, previous_response = NO_SOURCES, tuple[str, ...](), None
        for turn in dialogue:
            mentions = self.slot_values.parse(turn.user).mentions if turn.user else ()
            slot_sources = slot_sources.after(previous_actions, previous_response, mentions, turn.facts)
            previous_actions, previous_response = turn.actions, turn.response
            for action in turn.actions if turn.response else ():
                self._count(action, texts_in(action, turn.response or ""), slot_sources)

    def _count(self, action: str, texts: tuple[str, ...], slot_sources: SlotSources) -> None:
        if not texts:
            return
        counters = self._examples.setdefault(action, [Counter() for _ in texts])
        for slot, text, counter in zip(slots_in(action), texts, counters, strict=True):
            values = (slot_sources.value(source, slot) for source in SOURCES)
            example = (tuple(None if value is None else value == text for value in values), text)
            if example in counter or len(counter) < _MAX_EXAMPLES:
                counter[example] += 1

    def responder(self) -> Responder:
        """Return the responder that these counts give."""
        return Responder(
            {
                action: tuple(map(_placeholder, slots_in(action), counters))
                for action, counters in self._examples.items()
            }
        )


def _placeholder(slot: str, examples: Mapping[_Example, int]) -> Placeholder:
    """Return a placeholder whose sources are a decision list (R. L. Rivest, Learning decision lists, 1987).

    Each step takes the source that is most often right where it has a value, and removes the examples in
    which it has one. The list ends where the most frequent text is right more often than any source. Shares
    have Laplace smoothing.
    """
    undecided, sources = dict(examples), list[str]()
    default, _ = _most_frequent(examples)
    while undecided:
        default, share = _most_frequent(undecided)
        shares = {
            name: _share_right(undecided, index) for index, name in enumerate(SOURCES) if name not in sources
        }
        best = max(shares, key=lambda name: shares[name], default=None)
        if best is None or shares[best] < share:
            return Placeholder(slot, tuple(sources), default)
        sources.append(best)
        index = SOURCES.index(best)
        undecided = {example: count for example, count in undecided.items() if example[0][index] is None}
    # No example is left. Live, a turn may have none of these sources: better ones than the default follow.
    _, share = _most_frequent(examples)
    others = [
        (_share_right(examples, index), name) for index, name in enumerate(SOURCES) if name not in sources
    ]
    sources += [name for right, name in sorted(others, key=lambda other: -other[0]) if right > share]
    return Placeholder(slot, tuple(sources), default)


def _share_right(examples: Mapping[_Example, int], source: int) -> float:
    """Return how often a source is right where it has a value."""
    outcomes = [(outcome[source], count) for (outcome, _), count in examples.items()]
    known = sum(count for right, count in outcomes if right is not None)
    return (sum(count for right, count in outcomes if right) + 1) / (known + 2)


def _most_frequent(examples: Mapping[_Example, int]) -> tuple[str, float]:
    """Return the most frequent text, the first in order among equals, and how often it is right."""
    texts = Counter[str]()
    for (_, text), count in examples.items():
        texts[text] += count
    best = min(texts, key=lambda text: (-texts[text], text))
    return best, (texts[best] + 1) / (texts.total() + 2)
