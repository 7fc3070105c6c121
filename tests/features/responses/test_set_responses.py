"""Several actions at once have one response: that of their set."""

import turncast
from turncast import Corpus, Dialogue, Policy, Turn

TURNS = {
    "pears": Turn("pears", ("0", "4"), response="great, noted"),
    "plums": Turn("plums", ("4", "0"), response="great, noted"),
    "thanks": Turn("thanks", ("4",), response="bye"),
    "hello": Turn("hello", ("3", "5"), response="hi, how are you?"),
}
CORPUS = Corpus("sets", [Dialogue(f"d{number}", list(TURNS.values())) for number in range(12)])


def test_the_response_of_a_set_is_learned_and_said(tmp_path):
    policy = turncast.train(CORPUS, network={"units": 16}, config={"epochs": 15})
    report = turncast.evaluate(policy, CORPUS)
    assert report.turns.value == 1
    assert report.exact_response.value == 1
    for one in (policy, Policy.load(policy.save(tmp_path / "model"))):
        prediction, _ = one.step(one.start(), Turn("pears"))
        assert prediction.response == "great, noted"
        said = {
            ("4",): "bye",
            ("0",): "great, noted",  # never alone
            ("0", "4"): "great, noted",
            ("4", "0"): "great, noted",
            ("3",): "hi, how are you?",
            ("5", "3", "4"): "hi, how are you? bye",  # no set of the corpus: each text once
        }
        for actions, text in said.items():
            assert prediction.response_for(actions) == text


def test_a_set_with_a_template_is_filled():
    turns = [
        Turn("tea", ("ask", "take {drink}"), response="take tea"),
        Turn("milk", ("ask", "take {drink}"), response="take milk"),
        Turn("thanks", ("bye",), response="bye"),
    ]
    corpus = Corpus("drinks", [Dialogue(f"d{number}", turns) for number in range(12)])
    policy = turncast.train(corpus, network={"units": 16}, config={"epochs": 10})
    prediction, _ = policy.step(policy.start(), Turn("milk"))
    assert "take milk" in prediction.response_for(["take {drink}", "ask"])
