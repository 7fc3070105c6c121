"""Restaurant bookings between a simulated user and a rule-based system.

The system asks for missing slots, in the order cuisine, area, people, time; searches; offers restaurants
until the user accepts one or none is left; confirms, books, and answers questions about the restaurant. Its
next action depends on the whole history, not only on the last turn: users give several values at once, change
their minds, and chat in between.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from turncast.corpus import Corpus
from turncast.dialogue import Dialogue, Fact, Turn
from turncast.simulator import phrases


def simulate(dialogues: int, seed: int) -> Corpus:
    """Return a corpus of restaurant bookings; the same seed gives the same dialogues.

    The `outcome` in the metadata is `asked` if the user had questions about the restaurant, else `searched`
    if the system offered more than one restaurant, else `straight`.

    >>> corpus = simulate(dialogues=2, seed=1)
    >>> [dialogue.id for dialogue in corpus]
    ['booking-1', 'booking-2']
    >>> corpus == simulate(dialogues=2, seed=1)
    True
    """
    generator = random.Random(seed)  # noqa: S311  # a simulation, no secret
    bookings = (tuple(_Booking(generator).turns()) for _ in range(dialogues))
    return Corpus(
        f"bookings-{seed}",
        tuple(
            Dialogue(f"booking-{number}", turns, {"outcome": _outcome(turns)})
            for number, turns in enumerate(bookings, start=1)
        ),
    )


def _outcome(turns: Iterable[Turn]) -> str:
    actions = [action for turn in turns for action in turn.actions]
    if any(action.startswith("tell_") for action in actions):
        return "asked"
    return "searched" if actions.count("offer") > 1 else "straight"


@dataclass(slots=True)
class _Booking:
    """The state of one dialogue.

    Attributes:
        generator: the source of all random choices.
        slots: the values that the user gave.
        restaurant: the name of the restaurant that was offered last.
        user: what the user said since the system's last action.
        facts: the results of look-ups since the system's last action.
    """

    generator: random.Random
    slots: dict[str, str] = field(default_factory=dict)
    restaurant: str = ""
    user: str | None = None
    facts: dict[str, Fact] = field(default_factory=dict)

    def turns(self) -> Iterator[Turn]:
        """Yield the turns from greeting to goodbye."""
        yield from self._open()
        searching = True
        while searching:
            yield from self._ask_missing()
            searching = yield from self._choose()
        yield from self._close()

    def _act(self, action: str) -> Turn:
        """Return the turn of an action on the inputs since the last one, and clear these."""
        response = phrases.RESPONSES[action].format(
            name=self.restaurant,
            people=self.slots.get("people"),
            time=self.slots.get("time"),
            number=self.generator.randint(100, 999),
            street=self._pick(phrases.STREETS),
        )
        turn = Turn(self.user, (action,), self.facts, response)
        self.user, self.facts = None, {}
        return turn

    def _user_says(self, text: str) -> Iterator[Turn]:
        """Let the user say a text, sometimes after some small talk, to which the system answers."""
        if self.generator.random() < 0.06:
            self.user = self._pick(phrases.CHATTER)
            yield self._act("chat")
        self.user = text

    def _pick(self, options: Sequence[str]) -> str:
        return self.generator.choice(options)

    def _give(self, slot: str, templates: Mapping[str, Sequence[str]]) -> str:
        """Give a slot a new value, and return what the user says about it."""
        self.slots[slot] = self._pick([one for one in phrases.VALUES[slot] if one != self.slots.get(slot)])
        return self._pick(templates[slot]).format(self.slots[slot])

    def _open(self) -> Iterator[Turn]:
        if self.generator.random() < 0.5:
            self.user = self._pick(phrases.GREETINGS)
            yield self._act("greet")
        slots = self.generator.sample(phrases.SLOTS, self.generator.choice((0, 1, 1, 2, 2, 3, 4)))
        yield from self._user_says(
            " ".join([self._pick(phrases.OPENINGS), *(self._give(slot, phrases.MENTIONED) for slot in slots)])
        )

    def _ask_missing(self) -> Iterator[Turn]:
        while missing := [slot for slot in phrases.SLOTS if slot not in self.slots]:
            slot = missing[0]
            yield self._act(f"ask_{slot}")
            if slot == "cuisine" and self.generator.random() < 0.15:
                self.slots[slot] = "any"
                text = self._pick(phrases.ANY_CUISINE)
            else:
                text = self._give(slot, phrases.ANSWERED)
            if len(missing) > 1 and self.generator.random() < 0.25:
                text += " " + self._give(self._pick(missing[1:]), phrases.MENTIONED)
            if self.generator.random() < 0.1:
                text += ". " + self._give(self._pick(sorted(self.slots)), phrases.CHANGED)
            yield from self._user_says(text)

    def _choose(self) -> Generator[Turn, None, bool]:
        """Search, offer, confirm and book. Return whether to search again."""
        yield self._act("search")
        results = self.generator.choice((0, 1, 2, 2, 3, 4))
        self.facts = {"results": results}
        if results == 0:
            yield self._act("no_match")
            return (yield from self._another_cuisine())
        while True:
            self.restaurant = self._pick(phrases.NAMES)
            yield self._act("offer")
            results -= 1
            if self.generator.random() < 0.6:
                break
            yield from self._user_says(self._pick(phrases.REJECTIONS))
            if results == 0:
                yield self._act("no_more")
                return (yield from self._another_cuisine())
        yield from self._user_says(self._pick(phrases.ACCEPTANCES))
        return (yield from self._book())

    def _another_cuisine(self) -> Generator[Turn, None, bool]:
        if self.generator.random() < 0.2:
            yield from self._user_says(self._pick(phrases.GIVING_UP))
            return False
        yield from self._user_says(self._give("cuisine", phrases.CHANGED))
        return True

    def _book(self) -> Generator[Turn, None, bool]:
        while True:
            yield self._act("confirm")
            if self.generator.random() < 0.2:
                yield from self._user_says(self._give(self._pick(("people", "time")), phrases.CHANGED))
                continue
            yield from self._user_says(self._pick(phrases.CONFIRMATIONS))
            yield self._act("book")
            free = self.generator.random() < 0.8
            self.facts = {"table_free": free}
            if free:
                yield self._act("booked")
                yield from self._answer_questions()
                return False
            yield self._act("full")
            yield from self._user_says(self._give("time", phrases.CHANGED))

    def _answer_questions(self) -> Iterator[Turn]:
        questions = [("tell_address", phrases.ASK_ADDRESS), ("tell_phone", phrases.ASK_PHONE)]
        for action, question in self.generator.sample(questions, self.generator.choice((0, 1, 1, 2))):
            yield from self._user_says(self._pick(question))
            yield self._act(action)
        yield from self._user_says(self._pick(phrases.THANKS))
        yield self._act("anything_else")
        yield from self._user_says(self._pick(phrases.GOODBYES))

    def _close(self) -> Iterator[Turn]:
        yield self._act("goodbye")
