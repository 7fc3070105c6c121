"""Restaurant bookings between a simulated user and a rule-made system.

The system asks for what is missing, in the order cuisine, area, people, time; looks up; offers until the
user accepts or nothing is left; confirms, books, and answers questions about the place. What it does next
depends on all that was said before, not only on the last turn: users tell several things at once, change
their minds and chat in between.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from turncast.corpus import Corpus
from turncast.dialogue import Dialogue, Fact, Turn
from turncast.simulator import phrases


def simulate(dialogues: int, seed: int) -> Corpus:
    """Return a corpus of restaurant bookings; the same seed gives the same dialogues.

    The `outcome` in the metadata says how it went: `straight`, `searched` where more than one place was
    offered, or `asked` where the user had questions about the place.

    >>> corpus = simulate(dialogues=2, seed=1)
    >>> [dialogue.id for dialogue in corpus]
    ['booking-1', 'booking-2']
    >>> corpus == simulate(dialogues=2, seed=1)
    True
    """
    chance = random.Random(seed)  # noqa: S311  # a simulation, no secret
    made = (tuple(_Booking(chance).turns()) for _ in range(dialogues))
    return Corpus(
        f"bookings-{seed}",
        tuple(
            Dialogue(f"booking-{number}", turns, {"outcome": _outcome(turns)})
            for number, turns in enumerate(made, start=1)
        ),
    )


def _outcome(turns: Iterable[Turn]) -> str:
    taken = [action for turn in turns for action in turn.actions]
    if any(action.startswith("tell_") for action in taken):
        return "asked"
    return "searched" if taken.count("offer") > 1 else "straight"


@dataclass(slots=True)
class _Booking:
    """One dialogue in the making: what the user wants, and what the system knows."""

    chance: random.Random
    known: dict[str, str] = field(default_factory=dict)
    name: str = ""
    # What the user said and the lookups found since the system's last action.
    said: str | None = None
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
        """Take an action on what was seen since the last one."""
        response = phrases.RESPONSES[action].format(
            name=self.name,
            people=self.known.get("people"),
            time=self.known.get("time"),
            number=self.chance.randint(100, 999),
            street=self._pick(phrases.STREETS),
        )
        turn = Turn(self.said, (action,), self.facts, response)
        self.said, self.facts = None, {}
        return turn

    def _hear(self, text: str) -> Iterator[Turn]:
        """Hear the user, who now and then chats first."""
        if self.chance.random() < 0.06:
            self.said = self._pick(phrases.CHATTED)
            yield self._act("chat")
        self.said = text

    def _pick(self, options: Sequence[str]) -> str:
        return self.chance.choice(options)

    def _tell(self, slot: str, how: str) -> str:
        """Say a slot's value, which the system then knows."""
        self.known[slot] = self._pick(
            [value for value in phrases.VALUES[slot] if value != self.known.get(slot)]
        )
        ways = {"told": phrases.TOLD, "answered": phrases.ANSWERED, "changed": phrases.CHANGED}[how]
        return self._pick(ways[slot]).format(self.known[slot])

    def _open(self) -> Iterator[Turn]:
        if self.chance.random() < 0.5:
            self.said = self._pick(phrases.GREETINGS)
            yield self._act("greet")
        slots = self.chance.sample(phrases.SLOTS, self.chance.choice((0, 1, 1, 2, 2, 3, 4)))
        yield from self._hear(
            " ".join([self._pick(phrases.OPENINGS), *(self._tell(slot, "told") for slot in slots)])
        )

    def _ask_missing(self) -> Iterator[Turn]:
        while missing := [slot for slot in phrases.SLOTS if slot not in self.known]:
            slot = missing[0]
            yield self._act(f"ask_{slot}")
            if slot == "cuisine" and self.chance.random() < 0.15:
                self.known[slot] = "any"
                text = self._pick(phrases.ANYWHERE)
            else:
                text = self._tell(slot, "answered")
            if len(missing) > 1 and self.chance.random() < 0.25:
                text += " " + self._tell(self._pick(missing[1:]), "told")
            if self.chance.random() < 0.1:
                text += ". " + self._tell(self._pick(sorted(self.known)), "changed")
            yield from self._hear(text)

    def _choose(self) -> Generator[Turn, None, bool]:
        """Search, offer, confirm and book; return whether the user wants to search again."""
        yield self._act("search")
        left = self.chance.choice((0, 1, 2, 2, 3, 4))
        self.facts = {"results": left}
        if left == 0:
            yield self._act("no_match")
            return (yield from self._another_cuisine())
        while True:
            self.name = self._pick(phrases.NAMES)
            yield self._act("offer")
            left -= 1
            if self.chance.random() < 0.6:
                break
            yield from self._hear(self._pick(phrases.REJECTED))
            if left == 0:
                yield self._act("no_more")
                return (yield from self._another_cuisine())
        yield from self._hear(self._pick(phrases.ACCEPTED))
        return (yield from self._book())

    def _another_cuisine(self) -> Generator[Turn, None, bool]:
        if self.chance.random() < 0.2:
            yield from self._hear(self._pick(phrases.GAVE_UP))
            return False
        yield from self._hear(self._tell("cuisine", "changed"))
        return True

    def _book(self) -> Generator[Turn, None, bool]:
        while True:
            yield self._act("confirm")
            if self.chance.random() < 0.2:
                yield from self._hear(self._tell(self._pick(("people", "time")), "changed"))
                continue
            yield from self._hear(self._pick(phrases.CONFIRMED))
            yield self._act("book")
            free = self.chance.random() < 0.8
            self.facts = {"table_free": free}
            if free:
                yield self._act("booked")
                yield from self._answer_questions()
                return False
            yield self._act("full")
            yield from self._hear(self._tell("time", "changed"))

    def _answer_questions(self) -> Iterator[Turn]:
        questions = [("tell_address", phrases.ADDRESS_ASKED), ("tell_phone", phrases.PHONE_ASKED)]
        for action, asked in self.chance.sample(questions, self.chance.choice((0, 1, 1, 2))):
            yield from self._hear(self._pick(asked))
            yield self._act(action)
        yield from self._hear(self._pick(phrases.THANKED))
        yield self._act("anything_else")
        yield from self._hear(self._pick(phrases.LEFT))

    def _close(self) -> Iterator[Turn]:
        yield self._act("goodbye")
