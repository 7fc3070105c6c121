"""The plain notation: what is read, and the messages of errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turncast
from turncast import Turn
from turncast.errors import CorpusError

EXAMPLE = (
    't1: user: "Do you know an apple?", system: "no"(action=2) '
    't2: user: "xxxxxx", system: "yyyy" (action=0) t3: user: "aaaaaa", system: "bbbb" (action=5)'
)


def read(tmp_path, text, name="dialogs.txt"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return [dialogue.turns for dialogue in turncast.read(path)]


@pytest.mark.quick
def test_turns_on_one_line(tmp_path):
    assert read(tmp_path, EXAMPLE) == [
        (
            Turn("Do you know an apple?", ("2",), response="no"),
            Turn("xxxxxx", ("0",), response="yyyy"),
            Turn("aaaaaa", ("5",), response="bbbb"),
        )
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_one_turn_per_line_and_blank_lines_between_dialogues(tmp_path, end):
    lines = (
        EXAMPLE.replace(" t2", "\nt2").replace(" t3", "\nt3").replace("\n", end[-1] if end == "\n\n" else end)
    )
    whole = read(tmp_path, EXAMPLE)[0]
    assert read(tmp_path, lines + end + end + EXAMPLE + end) == [whole, whole]


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ('t1: user: "a" (action=2,5)', Turn("a", ("2", "5"))),
        ('t1: user: "a" (action= 2 , 5 )', Turn("a", ("2", "5"))),
        ('t1: user: "a" (action=ask_name)', Turn("a", ("ask_name",))),
        ('t1: user: "a" (action=)', Turn("a", ())),
        ('t1: system: "a" (action=2)', Turn(None, ("2",), response="a")),
        ("t1: (action=2)", Turn(None, ("2",))),
        (r't1: user: "say \"hi\" \\ now" (action=2)', Turn('say "hi" \\ now', ("2",))),
        ('t1:user:"(action=7) t2: user: x"(action=2)', Turn("(action=7) t2: user: x", ("2",))),
        ('t1: user: "a" (action=inform(food))', Turn("a", ("inform(food)",))),
        ('# a comment\n\nt1: user: "¿qué?" (action=2)', Turn("¿qué?", ("2",))),
    ],
)
def test_one_turn(tmp_path, text, turn):
    assert read(tmp_path, text) == [(turn,)]


def test_t1_begins_a_dialogue(tmp_path):
    assert (
        len(read(tmp_path, 't1: user: "a" (action=1)\nt2: user: "b" (action=2)\nt1: user: "c" (action=1)'))
        == 2
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            't1: user: "a" (action=1)\n\nt1: user: "b", system: "c"',
            " line 3: t1 has no action; add (action=...), or (action=) for none",
        ),
        (
            't1: user: "a" (action=1)\nt2: user: "b (action=2)',
            ' line 2: t2 has a quote that is not closed; escape a quote in a text as \\"',
        ),
        (
            't1: user: "a" (action=1)\nt3: user: "b" (action=2)',
            " line 2: expected t2, got t3; number the turns of a dialogue t1, t2, t3 ...",
        ),
        (
            't1: user: "a" (action=1)\nand then',
            " line 1: t1 cannot be read: 't1: user: \"a\" (action=1)\\nand then'; "
            'write turns as: t1: user: "hello", system: "hi"(action=greet)',
        ),
    ],
)
def test_errors(tmp_path, text, message):
    with pytest.raises(CorpusError) as error:
        read(tmp_path, text)
    assert str(error.value) == f"{tmp_path / 'dialogs.txt'}{message}"


texts = st.none() | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=15
)


@given(st.lists(st.lists(st.tuples(texts, texts, st.sets(st.sampled_from("0123"))), min_size=1), min_size=1))
def test_written_dialogues_are_read_back(tmp_path_factory, dialogues):
    def quoted(role, text):
        return "" if text is None else f'{role}: "' + text.replace("\\", "\\\\").replace('"', '\\"') + '", '

    written = "\n\n".join(
        "\n".join(
            f"t{number}: {quoted('user', user)}{quoted('system', system)}(action={','.join(sorted(actions))})"
            for number, (user, system, actions) in enumerate(turns, start=1)
        )
        for turns in dialogues
    )
    turns = read(tmp_path_factory.mktemp("plain"), written)
    assert turns == [
        tuple(Turn(user, tuple(sorted(actions)), response=system) for user, system, actions in turns)
        for turns in dialogues
    ]


@pytest.mark.parametrize(
    ("written", "actions"),
    [
        (["[0,0,1,0]", "[1, 0, 0, 1]", "[0,0,0,0]"], [("2",), ("0", "3"), ()]),
        (["[0 0 1]", "[1. 0. 1.]", "[False, True, False]"], [("2",), ("0", "2"), ("1",)]),
        (["0 0 1", "1 0 1"], [("2",), ("0", "2")]),
        (["0010", "0101"], [("2",), ("1", "3")]),
        (["01", "10", ""], [("1",), ("0",), ()]),
        (["[001]", "[100]"], [("2",), ("0",)]),
        (["001", "[0,1,0]"], [("2",), ("1",)]),
        (["10", "11", "2"], [("10",), ("11",), ("2",)]),
        (["10", "11", "100"], [("10",), ("11",), ("100",)]),
        (["10,"], [("10",)]),
        (["01", "10", "25"], [("01",), ("10",), ("25",)]),
        (["2,5", "[2,5]", "(2, 5)", "['2', '5']"], [("2", "5")] * 4),
        (["2,action=3", "2) (action=3", "2), (action = 3"], [("2", "3")] * 3),
        (["inform(food,area), bye"], [("inform(food,area)", "bye")]),
        (["ask name", "[greet, ask name]"], [("ask name",), ("greet", "ask name")]),
    ],
)
def test_the_text_after_action(tmp_path, written, actions):
    lines = "\n".join(f't{number}: user: "a" (action={text})' for number, text in enumerate(written, start=1))
    assert [turn.actions for turn in read(tmp_path, lines)[0]] == actions


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (["[0,0,1]", "[0,1]"], "line 2: action=[0,1] has 2 bits, and action=[0,0,1] (PATH line 1) has 3"),
        (["001", "0100"], "line 2: action=0100 has 4 bits, and action=001 (PATH line 1) has 3"),
        (["[0,0,1]", "2"], "line 2: action=2 is no bit vector, but action=[0,0,1] is one (PATH line 1)"),
        (["greet", "0 0 1"], "line 1: action=greet is no bit vector, but action=0 0 1 is one (PATH line 2)"),
        (["[0,1]", "[2,1]"], "line 2: action=[2,1] is no bit vector, but action=[0,1] is one (PATH line 1)"),
        (["010", "greet"], "line 1: action=010 may be a bit vector, but action=greet is none (PATH line 2)"),
        (["10", "11"], "line 1: action=10 may be the bit vector [1,0] or the name 10"),
        (["2 5"], "line 1: action=2 5 has several numbers without commas"),
        (["2;5"], "line 1: action=2;5 has several numbers without commas"),
        (["0,0,1"], "line 1: action=0,0,1 is neither a list of different actions nor a bit vector"),
        (["[0.2,0.8]"], "line 1: action=[0.2,0.8] is neither a list of different actions nor a bit vector"),
        (["[0,0,1", "2"], "line 1: action=[0,0,1 has a bracket without its counterpart"),
        (["0,0,1]", "2"], "line 1: action=0,0,1] has a bracket without its counterpart"),
        (["array([0,1])"], "line 1: action=array([0,1]) is neither a list of names nor a bit vector"),
        (["2 action=3"], "line 1: action=2 action=3 is neither a list of names nor a bit vector"),
    ],
)
def test_nothing_after_action_is_guessed(tmp_path, written, message):
    lines = "\n".join(f't{number}: user: "a" (action={text})' for number, text in enumerate(written, start=1))
    path = str(tmp_path / "dialogs.txt")
    with pytest.raises(CorpusError) as error:
        read(tmp_path, lines)
    assert str(error.value).startswith(f"{path} {message.replace('PATH', path)}; ")


@pytest.mark.parametrize(("names", "problem"), [("no, no", "has 'no' 2 times"), ("no,,yes", "an empty name")])
def test_a_header_names_each_action_once(tmp_path, names, problem):
    with pytest.raises(CorpusError, match=rf"dialogs.txt line 1: the line '# actions:' .*{problem}; "):
        read(tmp_path, f'# actions: {names}\nt1: user: "a" (action=[0,1])')


def test_pairs_of_0_and_1_are_not_guessed(tmp_path):
    with pytest.raises(CorpusError, match=r"line 1: action=0,1 may be the bit vector \[0,1\] or two"):
        read(tmp_path, 't1: user: "a" (action=0,1) t2: user: "b" (action=1, 0)')
    (dialogue,) = read(tmp_path, 't1: user: "a" (action=0,1) t2: user: "b" (action=2)')
    assert [turn.actions for turn in dialogue] == [("0", "1"), ("2",)]
    (dialogue,) = read(tmp_path, 't1: user: "a" (action=0,action=1)')
    assert dialogue[0].actions == ("0", "1")


def test_a_header_names_the_bits(tmp_path):
    header = "# who knows\n# actions: no, yes, pears\n"
    assert read(tmp_path, header + 't1: user: "a" (action=[0,1,1])')[0][0].actions == ("yes", "pears")
    assert read(tmp_path, header + 't1: user: "a" (action=100)')[0][0].actions == ("no",)
    assert read(tmp_path, header + 't1: user: "a" (action=2,yes)')[0][0].actions == ("pears", "yes")
    for text, problem in {
        "[0,1]": "has 2 bits, and the line '# actions:' has 3 names",
        "3": "none of the 3 names",
        "maybe": "none of the 3 names",
    }.items():
        with pytest.raises(CorpusError, match=problem):
            read(tmp_path, f'{header}t1: user: "a" (action={text})')


@pytest.mark.parametrize(
    "start", ['T1: User: "hello"', 'user: "hello" (action=2)', 'turn 1: "hello"', "(action=2)"]
)
def test_a_file_near_the_notation_gets_a_suggestion(tmp_path, start):
    with pytest.raises(CorpusError, match=r"for the format plain write turns as: t1: user: "):
        read(tmp_path, start)


def test_a_note_says_that_actions_were_read_as_bits(tmp_path):
    path = tmp_path / "dialogs.txt"
    path.write_text('t1: user: "a" (action=010)')
    assert "actions: bit vectors of 3, named by their place, from 0" in turncast.read(path).load().notes
