"""The figures of an evaluation in each layout, for a policy with known answers."""

from dataclasses import dataclass, field, replace

import pytest

from support.evaluation import PolicyStandIn, text_of
from support.layouts import LAYOUTS, drinks_corpus
from turncast import ActionSpace, Corpus, Dialogue, NetworkConfig, Turn, evaluate
from turncast.baselines import BaselineCounts, Histories
from turncast.errors import CorpusError
from turncast.features import TurnEncoder
from turncast.features.blocks.previous_actions import PreviousActions
from turncast.layouts import END
from turncast.policy.decision import Decision
from turncast.policy.prediction import DEFAULT_DECISION


@dataclass
class ScriptedAnswer:
    actions: tuple[str, ...]
    ahead: tuple["ScriptedAnswer", ...] = ()
    confidence: float = 1.0
    probability = 1.0
    response = None

    def top(self, count):
        return [(action, 1.0) for action in self.actions]


@dataclass
class ScriptedLayoutPolicy(PolicyStandIn):
    """Predicts the targets of a corpus, but for given wrong answers: (dialogue, row, step) -> actions."""

    config: NetworkConfig
    corpus: Corpus
    wrong: dict = field(default_factory=dict)
    decision: Decision = DEFAULT_DECISION
    histories: Histories = field(default_factory=lambda: Histories.from_hashes([]))

    def __post_init__(self):
        layout = self.config.layout_row
        examples = [layout.example(dialogue) for dialogue in layout.labelled(self.corpus)]
        actions = {a for one in examples for row in one.targets for answer in row for a in answer}
        self.space = ActionSpace(sorted(actions))
        counts = BaselineCounts()
        for one in examples:
            counts.add(one)
        self.baselines = counts.baselines()
        self.encoder = TurnEncoder([PreviousActions(self.space)])

    def predict(self, dialogue):
        made = []
        for number, row in enumerate(self.config.layout_row.example(dialogue).targets):
            places = [(dialogue.id, number, step) for step in range(len(row))]
            first, *ahead = (
                ScriptedAnswer(self.wrong.get(place, right)) for place, right in zip(places, row, strict=True)
            )
            made.append(replace(first, ahead=tuple(ahead)))
        return made

    def start(self):
        return Lost()

    def step(self, state, turn):
        """After an error it does not find back."""
        assert turn.actions == (), "live, the actions are not known yet"
        return ScriptedAnswer(("x",)), state


class Lost:
    def committed(self, actions, response):
        assert (actions, response) == ((), None), "x is an action that the policy cannot be told of"
        return self


@pytest.mark.quick
def test_each_step_of_the_horizon_is_judged():
    corpus, config = drinks_corpus(dialogues=4), LAYOUTS["many-to-many-1"]
    wrong = {("tiny-0", 0, 0): ("x",), ("tiny-0", 1, 2): ("x",), ("tiny-1", 0, 2): ("x",)}
    report = evaluate(ScriptedLayoutPolicy(config, corpus, wrong), corpus)
    assert report.layout == "many-to-many-1"
    assert (report.turns.part, report.turns.whole) == (10, 11)
    assert [(share.part, share.whole) for share in report.ahead] == [(10, 11), (11, 11), (9, 11)]
    assert report.to_json()["ahead"] == [10 / 11, 1.0, 9 / 11]
    assert (report.dialogues.part, report.dialogues.whole) == (3, 4)
    # Left to itself it is lost in the one dialogue with an error, of three turns.
    assert (report.free_running.turns.part, report.free_running.dialogues.part) == (8, 3)
    assert "right 1 to 3 actions ahead" in text_of(report)
    assert "90.9%, 100.0%, 81.8%" in text_of(report)


def test_a_course_is_judged_with_its_end():
    corpus, config = drinks_corpus(dialogues=4), LAYOUTS["one-to-many"]
    report = evaluate(ScriptedLayoutPolicy(config, corpus, {("tiny-3", 2, 0): ("confirm",)}), corpus)
    assert (report.turns.part, report.turns.whole) == (14, 15)
    assert (report.dialogues.part, report.dialogues.whole) == (3, 4)
    assert (report.actions[END].support, report.actions[END].right) == (4, 3)
    assert (report.ahead, report.free_running) == ((), None)
    assert (report.to_json()["ahead"], report.to_json()["free_running"]) == ([], None)
    # The place alone says what is most frequent there: size, confirm, then tea (2 of 4), then the end.
    assert report.floors["bigram"].part == 4 + 4 + 2 + 3
    text = text_of(report)
    assert "decisions right" in text
    assert "most frequent at the same place" in text
    assert "decisions with an unknown action" in text


def test_an_outcome_is_judged_once_a_dialogue():
    corpus = Corpus(
        "c", [replace(d, metadata={}) if n == 2 else d for n, d in enumerate(drinks_corpus(dialogues=8))]
    )
    config = LAYOUTS["many-to-one"]
    report = evaluate(ScriptedLayoutPolicy(config, corpus, {("tiny-1", 0, 0): ("tea",)}), corpus)
    assert (report.turns.part, report.turns.whole) == (6, 7)
    assert report.dialogues == report.turns
    assert report.skipped == {"no 'drink' in the metadata": 1}
    assert (report.actions["coffee"].support, report.actions["coffee"].right) == (4, 3)
    text = text_of(report)
    assert "dialogues right" in text
    assert "dialogues right throughout" not in text
    assert "outcomes most often missed" in text
    assert "1 x no 'drink' in the metadata" in text


def test_an_unknown_outcome_is_wrong_and_counted():
    config = LAYOUTS["many-to-one"]
    policy = ScriptedLayoutPolicy(config, drinks_corpus(dialogues=4))
    water = Dialogue("w", [Turn("water")], {"drink": "water"})
    policy.wrong[("w", 0, 0)] = ("tea",)
    report = evaluate(policy, Corpus("water", [water]))
    assert (report.unknown_actions, report.turns.part, report.turns.whole) == (1, 0, 1)


def test_an_unsuitable_corpus_is_refused():
    policy = ScriptedLayoutPolicy(LAYOUTS["many-to-one"], drinks_corpus())
    with pytest.raises(CorpusError) as error:
        evaluate(policy, Corpus("bare", [Dialogue("b", [Turn("hi")], {"mood": "good"})]))
    assert str(error.value) == (
        "bare: no dialogue has a value of 'drink' in its metadata, which has 'mood'; "
        "name another by the setting outcome, or choose another layout"
    )


@pytest.mark.parametrize("layout", ["many-to-many-2", "one-to-one"])
def test_a_turn_is_still_a_turn(layout):
    corpus = drinks_corpus(dialogues=4)
    report = evaluate(ScriptedLayoutPolicy(LAYOUTS[layout], corpus), corpus)
    assert (report.turns.part, report.turns.whole, report.layout, report.ahead) == (11, 11, layout, ())
    text = text_of(report)
    for title in (
        "turns right",
        "dialogues right throughout",
        "turns with an unknown action",
        "actions most",
    ):
        assert title in text
