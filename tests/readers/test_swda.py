"""Switchboard: an invented golden conversation."""

import pytest
from hypothesis import given

import turncast
from support.damage import cut, reads_or_refuses
from support.property_tests import examples
from turncast import Turn
from turncast.errors import CorpusError
from turncast.readers import detect_format

TEXT = """A|Do you, uh, grow roses?|qy
A|or trees|qy
B|I do,|ny
B|mostly "old" ones.|fo_o_fw_"_by_bc

A|Oh|b
B|so|%
A|bye|fc
"""


@pytest.fixture
def path(tmp_path):
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "README.txt").write_text("What these are.\n")
    (tmp_path / "train" / "31.txt").write_text(TEXT)
    (tmp_path / "train" / "32.txt").write_text("A|alone|sd\nA|so alone|sd\n")
    return tmp_path / "train" / "31.txt"


@pytest.mark.quick
def test_the_golden_conversation(path):
    assert detect_format(path).name == "swda"
    (dialogue,) = turncast.read(path)
    assert dialogue.id == "swda:31"
    assert dialogue.turns == (
        Turn("Do you, uh, grow roses?\nor trees", ("ny",), {"user_act.qy": True}, "I do,"),
        Turn(None, ('fo_o_fw_"_by_bc',), {}, 'mostly "old" ones.'),
        Turn("Oh", ("%",), {"user_act.b": True}, "so"),
    )


def test_folders(path):
    assert detect_format(path.parent).name == detect_format(path.parent.parent).name == "swda"
    corpus = turncast.read(path.parent.parent)
    assert [dialogue.id for dialogue in corpus] == ["swda:31"]
    assert corpus.skipped == {
        "user text after the last system turn": 3,
        "file that is empty or has no dialogue": 1,
        "dialogue without a system turn": 1,
    }


@pytest.mark.parametrize("line", ["A|no act", "C|hello|fp", "B|two words|no way", "B|none|"])
def test_errors(path, line):
    path.write_text(f"{TEXT}{line}\n")
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path))
    problem = f"expected 'speaker|text|act' with speaker A or B, got {line!r}"
    assert str(error.value) == f"{path} line 9: {problem}; correct it"


@examples(40)
@given(cut(TEXT))
def test_damaged_text(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "damaged.txt"
    path.write_text(text, encoding="utf-8")
    reads_or_refuses(path, format="swda")


def test_real_conversations(corpora):
    dialogues = list(turncast.read(corpora / "swda"))
    assert (len(dialogues), sum(map(len, dialogues))) == (14, 1300)
