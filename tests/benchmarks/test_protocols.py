"""The protocols, on tiny files of the corpora's formats: parts that come later count as they should."""

import json
from pathlib import Path

import pytest

from benchmarks.protocols import PROTOCOLS
from benchmarks.protocols.babi import TASK5, TASK6, WORD_READINGS, babi5, babi6, count_note, read_parts
from benchmarks.protocols.babi import test_parts as parts_for_tests
from benchmarks.protocols.folders import CorpusFolders
from benchmarks.protocols.multiwoz import multiwoz
from benchmarks.protocols.star import star, union
from benchmarks.protocols.stories import stories, story_files


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def babi_text(*names: str) -> str:
    dialogues = [f"1 hello\thi there\n2 where is it\there it is {name}_phone of {name}\n" for name in names]
    return "\n".join(dialogues)


def star_dialogue(number: int, happy: bool = True, multi: bool = False) -> str:
    events = [
        {"Agent": "User", "Action": "utter", "Text": "hello"},
        {"Agent": "Wizard", "Action": "pick_suggestion", "ActionLabel": "hello", "Text": "hi"},
        {"Agent": "Wizard", "Action": "pick_suggestion", "ActionLabel": "ask", "Text": "what"},
    ]
    capabilities = [{"Task": "bank"}]
    scenario = {"Happy": happy, "MultiTask": multi, "WizardCapabilities": capabilities}
    return json.dumps({"DialogueID": number, "Events": events, "Scenario": scenario})


def story(name: str) -> str:
    return f"## {name}\n* hello\n  - greet\n* bye\n  - wave\n\n"


@pytest.fixture
def two(tmp_path) -> CorpusFolders:
    """Two empty folders of corpora."""
    roots = tmp_path / "data", tmp_path / "more"
    for root in roots:
        root.mkdir()
    return CorpusFolders(roots)


@pytest.mark.quick
def test_folders_without_a_corpus_give_no_case(two):
    assert [case for protocol in PROTOCOLS.values() for case in protocol(two)] == []


def test_a_test_part_in_another_folder_has_the_knowledge_base_beside_it(two):
    data, more = two.roots
    write(data / "babi" / f"{TASK5}-trn.txt", babi_text("blue_door"))
    write(data / "babi" / "dialog-babi-kb-all.txt", "1 far_away R_phone\tfar_away_phone\n")
    assert parts_for_tests(read_parts(two, TASK5)) == {}
    write(data / "babi" / f"{TASK5}-dev.txt", babi_text("blue_door"))
    assert list(parts_for_tests(read_parts(two, TASK5))) == ["dev"]
    write(more / f"{TASK5}-tst.txt", babi_text("blue_door"))
    write(more / f"{TASK5}-tst-OOV.txt", babi_text("far_away"))
    tests = parts_for_tests(read_parts(two, TASK5))
    assert list(tests) == ["tst", "tst-OOV"]
    templates = {turn.actions for dialogue in tests["tst-OOV"] for turn in dialogue}
    assert templates == {("hi there",), ("here it is R_phone of R_name",)}


def test_task_5_is_learned_from_few_dialogues_with_and_without_values(two):
    data, _ = two.roots
    write(data / "babi" / f"{TASK5}-trn.txt", babi_text(*["blue_door"] * 40))
    write(data / "babi" / f"{TASK5}-dev.txt", babi_text("blue_door"))
    without_file = list(babi5(two))
    assert {case.values for case in without_file} == {None}
    kb = write(data / "babi" / "dialog-babi-kb-all.txt", "1 blue_door R_phone\tblue_door_phone\n")
    cases = list(babi5(two))
    assert len(cases) == len(without_file) + 3
    assert [(case.draw, case.in_table) for case in cases if case.curve] == [
        (10, False),
        (20, True),
        (None, True),
    ]
    assert [case.draw for case in cases if case.in_table] == [20, 30, None] * 3
    assert [case.values for case in cases if case.draw == 30] == [kb, None, None]
    assert [case.settings for case in cases if case.draw == 30] == [
        reading.settings for reading in WORD_READINGS
    ]


def test_task_6_says_where_its_counts_differ(two):
    data, more = two.roots
    write(data / "babi" / f"{TASK6}-trn.txt", babi_text("blue_door", "red_door"))
    write(more / "babi" / f"{TASK6}-tst.txt", babi_text("blue_door"))
    (case,) = babi6(two)
    assert list(case.tests) == ["tst"]
    assert case.notes[1].startswith("tst: 1 dialogues, 2 turns, 2 templates; published are 1,117")


def test_task_6_is_counted_as_published(corpora):
    parts = read_parts(CorpusFolders((corpora,)), TASK6)
    assert all(count_note(part, corpus).endswith(", as published") for part, corpus in parts.items())


def test_star_is_cut_over_both_halves_in_order_of_number(two):
    data, more = two.roots
    for number in (1, 2, 3, 10, 11):
        write(data / "star" / "dialogues" / f"{number}.json", star_dialogue(number))
    write(data / "star" / "dialogues" / "4.json", star_dialogue(4, happy=False))
    for number in (3, 7, 8, 9, 20, 100):  # 3 is in both
        write(more / "star" / "dialogues" / f"{number}.json", star_dialogue(number))
    write(more / "star" / "dialogues" / "6.json", star_dialogue(6, multi=True))
    numbers = [1, 2, 3, 7, 8, 9, 10, 11, 20, 100]
    assert [dialogue.id for dialogue in union(two)] == [f"star:{number}" for number in numbers]
    *_, without, named = star(two)
    for case in (without, named):
        assert [dialogue.id for dialogue in case.train] == [f"star:{number}" for number in numbers[:8]]
        assert [dialogue.id for dialogue in case.tests["test"]] == ["star:20", "star:100"]
    assert [dict(turn.facts) for turn in next(iter(named.train))] == [{"task": "bank"}, {}]
    assert not any(turn.facts for dialogue in without.train for turn in dialogue)


def test_stories_of_another_folder_are_the_test_part(two):
    data, more = two.roots
    name = "modular-mh10"
    learned = write(data / "ted_stories" / name / "data" / "train" / "stories.md", story("a"))
    assert story_files(two, name) == ([learned], [])
    write(more / name / "data" / "train" / "stories.md", story("a"))  # a copy
    assert story_files(two, name) == ([learned], [])
    judged = write(more / name / "data" / "stories.md", story("b"))
    assert story_files(two, name) == ([learned], [judged])
    judged.unlink()
    judged = write(data / "ted_stories" / name / "data" / "test" / "stories.md", story("b"))
    assert story_files(two, name) == ([learned], [judged])
    (case,) = stories(two)
    ((part, test),) = case.tests.items()
    assert (part, [dialogue.group for dialogue in test]) == ("test", ["b"])
    taken = [turn.actions[0] for dialogue in test for turn in dialogue]
    assert taken == ["greet", "action_listen", "wave", "action_listen"]


def test_without_a_test_part_a_fifth_of_the_stories_is_held_out(two):
    text = "".join(story(f"story {number}") for number in range(10))
    write(two.roots[0] / "modular-mh10" / "stories.md", text)
    (case,) = stories(two)
    assert case.notes == ("8 training stories, 2 test stories; published are 740 and 185",)
    assert not case.published.keys() & case.tests.keys()


def test_multiwoz_learns_from_its_training_part_where_there_is_one(two):
    data, more = two.roots

    def dialogues(*names: str) -> str:
        log = [{"text": "hi", "metadata": {}}]
        log += [{"text": "yes", "metadata": {"hotel": {}}, "dialog_act": {"Hotel-Inform": [["a", "b"]]}}]
        return json.dumps({name: {"log": log, "goal": {}} for name in names})

    write(data / "multiwoz21" / "test.json", dialogues("a", "b", "c", "d", "e"))
    (case,) = multiwoz(two)
    assert [len(list(part)) for part in (case.train, *case.tests.values())] == [4, 1]
    write(more / "multiwoz21" / "train.json", dialogues("f", "g"))
    (case,) = multiwoz(two)
    assert ([d.id for d in case.train], list(case.tests)) == (["f", "g"], ["test"])
    assert case.notes == ("1 acts; published figures are of 44",)
