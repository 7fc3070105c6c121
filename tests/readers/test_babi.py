"""bAbI dialog tasks: an invented golden extract, and the real files if they are available."""

from collections import Counter

import pytest

import turncast
from turncast import Turn
from turncast.errors import CorpusError
from turncast.readers.babi_templates import Templates

EXTRACT = """\
1 good day\thello what do you need
2 a table in oslo for two please\ti'm on it
3 <SILENCE>\tany preference on a type of cuisine
4 korean food\tapi_call korean oslo two cheap
5 resto_oslo_cheap_korean_1stars R_phone resto_oslo_cheap_korean_1stars_phone
6 resto_oslo_cheap_korean_1stars R_cuisine korean
7 resto_oslo_cheap_korean_1stars R_rating 1
8 resto_oslo_cheap_korean_2stars R_cuisine korean
9 resto_oslo_cheap_korean_2stars R_rating 2
10 <SILENCE>\twhat do you think of this option: resto_oslo_cheap_korean_2stars
11 their number\there it is resto_oslo_cheap_korean_2stars_phone

1 <SILENCE>\tHello , you can ask for restaurants by area
2 the north\tapi_call R_cuisine north R_price
3 api_call no result
4 <SILENCE>\tthere is no place in the north part of town
5 bye\t you are welcome
"""


@pytest.mark.quick
def test_the_golden_extract(tmp_path):
    path = tmp_path / "dialog-babi-task5.txt"
    path.write_text(EXTRACT)
    corpus = turncast.read(path)
    one, two = corpus
    assert (one.id, two.id) == ("dialog-babi-task5:1", "dialog-babi-task5:2")
    assert one.turns == (
        Turn("good day", ("hello what do you need",), response="hello what do you need"),
        Turn("a table in oslo for two please", ("i'm on it",), response="i'm on it"),
        Turn(None, ("any preference on a type of cuisine",), response="any preference on a type of cuisine"),
        Turn(
            "korean food",
            ("api_call R_cuisine R_location R_number R_price",),
            response="api_call korean oslo two cheap",
        ),
        Turn(
            None,
            ("what do you think of this option: R_name",),
            {
                "kb_results": 2,
                "candidate.1.R_name": "resto_oslo_cheap_korean_2stars",
                "candidate.1.R_cuisine": "korean",
                "candidate.1.R_rating": "2",
                "candidate.2.R_name": "resto_oslo_cheap_korean_1stars",
                "candidate.2.R_phone": "resto_oslo_cheap_korean_1stars_phone",
                "candidate.2.R_cuisine": "korean",
                "candidate.2.R_rating": "1",
            },
            "what do you think of this option: resto_oslo_cheap_korean_2stars",
        ),
        Turn(
            "their number",
            ("here it is R_phone",),
            response="here it is resto_oslo_cheap_korean_2stars_phone",
        ),
    )
    assert two.turns[1].actions == ("api_call R_cuisine R_location R_price",)
    assert two.turns[2] == Turn(
        None,
        ("there is no place in the R_location part of town",),
        {"kb_results": 0, "candidate.none": True},
        "there is no place in the north part of town",
    )
    assert two.turns[3].response == " you are welcome"
    assert two.turns[3].actions == ("you are welcome",)
    assert corpus.skipped == {}


def test_ids_that_restart_begin_a_dialogue_without_a_blank_line(tmp_path):
    path = tmp_path / "task.txt"
    path.write_text("1 hi\thello\n2 bye\tgoodbye\n1 hi\thello\n")
    assert [len(dialogue) for dialogue in turncast.read(path)] == [2, 1]


def test_skipped_lines_are_counted(tmp_path):
    path = tmp_path / "task.txt"
    path.write_text("1 a R_cuisine thai\n\n1 hi\thello\n2 no tab here\n3 a R_cuisine thai\n")
    corpus = turncast.read(path)
    assert [len(dialogue) for dialogue in corpus] == [1]
    assert corpus.skipped == {
        "knowledge-base result after the last system turn": 2,
        "dialogue without a system turn": 1,
        "dialogue cut at a line that is neither a turn nor a fact": 1,
    }


def test_only_the_best_restaurants_are_candidates(tmp_path):
    path = tmp_path / "task.txt"
    facts = "\n".join(f"{number + 1} place_{number} R_rating {number}" for number in range(23))
    path.write_text(f"{facts}\n24 hi\ttry place_22\n")
    corpus = turncast.read(path)
    ((turn,),) = corpus
    assert turn.facts["kb_results"] == 23
    assert [turn.facts[f"candidate.{number}.R_name"] for number in (1, 20)] == ["place_22", "place_3"]
    assert "candidate.21.R_name" not in turn.facts
    assert corpus.skipped == {
        "restaurant beyond the 20 best of a search (counted in kb_results)": 3,
    }


def test_an_error_names_a_line_without_an_id(tmp_path):
    path = tmp_path / "task.txt"
    path.write_text("1 hi\thello\nhm\n")
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path))
    assert str(error.value) == f"{path} line 2: expected 'id user<TAB>system', got 'hm'; correct it"


def test_a_knowledge_base_is_not_a_corpus(tmp_path):
    path = tmp_path / "kb.txt"
    path.write_text("1 resto_a R_cuisine\tthai\n1 resto_a R_price\tcheap\n")
    with pytest.raises(CorpusError, match="this is a bAbI knowledge base; give the file with the dialogues"):
        turncast.read(path)


VALUES = [("R_name", "the_hot_pot"), ("R_name", "ask"), ("R_cuisine", "modern_thai"), ("R_price", "cheap")]


@pytest.mark.parametrize(
    ("response", "template"),
    [
        ("the_hot_pot is on the_hot_pot_address", "R_name is on R_address"),
        ("the Hot Pot is a great restaurant", "R_name is a great restaurant"),
        ("ask serves modern thai food", "R_name serves R_cuisine food"),
        ("The price range at ask is cheap .", "The price range at R_name is R_price ."),
        ("You can ask for a cheap one", "You can ask for a R_price one"),
        ("Sorry there is no lunar restaurant here", "Sorry there is no R_cuisine restaurant here"),
        (
            "You are looking for a restaurant is that right?",
            "You are looking for a restaurant is that right?",
        ),
        ("What kind of food would you like?", "What kind of food would you like?"),
        ("Sorry would you like lunar or solar food?", "Sorry would you like R_cuisine or R_cuisine food?"),
    ],
)
def test_templates(response, template):
    assert Templates(VALUES).template(response) == template


@pytest.mark.parametrize("part", ["trn", "dev"])
def test_real_task_5_has_sixteen_templates(corpora, part):
    corpus = turncast.read(corpora / "babi" / f"dialog-babi-task5-full-dialogs-{part}.txt").load()
    actions = Counter(action for dialogue in corpus for turn in dialogue for action in turn.actions)
    assert len(actions) == 16
    assert len(corpus.dialogues.dialogues) == 1000
    assert corpus.skipped == {}


@pytest.mark.parametrize(("part", "dialogues", "turns"), [("trn", 1618, 14_404), ("dev", 500, 4_159)])
def test_real_task_6_counts(corpora, part, dialogues, turns):
    corpus = list(turncast.read(corpora / "babi" / f"dialog-babi-task6-dstc2-{part}.txt"))
    assert (len(corpus), sum(map(len, corpus))) == (dialogues, turns)
    assert len({turn.actions for dialogue in corpus for turn in dialogue}) <= 65
