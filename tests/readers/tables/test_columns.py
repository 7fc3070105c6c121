"""The roles of a table's columns: by usual names, given, or asked for; never guessed."""

import pytest

import turncast
from turncast.errors import CorpusError
from turncast.readers import Columns


def table(tmp_path, text, name="log.csv", config=None, **columns):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return turncast.read(path, columns=Columns(**columns), config=turncast.readers.ReadConfig(**config or {}))


def actions(corpus):
    return [[action for turn in dialogue for action in turn.actions] for dialogue in corpus]


LOG = "case,activity,timestamp,who\n1,b,2024-01-02,ann\n1,a,2024-01-01,bob\n"


@pytest.mark.quick
def test_the_notes_name_the_roles_of_columns(tmp_path):
    corpus = table(tmp_path, LOG)
    assert list(corpus.notes) == []
    for _ in range(2):
        assert actions(corpus) == [["a", "b"]]
        assert corpus.notes == {
            "format: csv": 1,
            "columns: dialogue = 'case', action = 'activity', order = 'timestamp' (dates); "
            "not used: 'who'": 1,
        }
    assert corpus.load().notes == corpus.filter(lambda *_: True).notes == corpus.notes


def test_an_empty_name_means_that_there_is_no_column(tmp_path):
    assert actions(table(tmp_path, LOG, order="")) == [["b", "a"]]
    corpus = table(tmp_path, "dialogue,action,user\n1,a,hello\n", user="")
    assert [turn.user for dialogue in corpus for turn in dialogue] == [None]
    assert "not used: 'user'" in list(corpus.notes)[1]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (
            "case,activity,begin_time,end_time\n1,a,1,2\n",
            "each of 'begin_time', 'end_time' may be the order; give --column order=begin_time, or "
            "--column order=end_time, or --column order= for the order of the file",
        ),
        (
            "case,activity,step,timestamp\n1,a,1,2\n",
            "each of 'step', 'timestamp' may be the order; give --column order=step, or --column "
            "order=timestamp, or --column order= for the order of the file",
        ),
        (
            "case,activity,Start Timestamp,Complete Timestamp\n1,a,1,2\n",
            "each of 'Complete Timestamp', 'Start Timestamp' may be the order; give --column order=Complete "
            "Timestamp, or --column order=Start Timestamp, or --column order= for the order of the file",
        ),
        (
            "case,activity,event_date,event_time\n1,a,1,2\n",
            "each of 'event_time', 'event_date' may be the order; give --column order=event_time, or "
            "--column order=event_date, or --column order=event_date+event_time for both, or --column order= "
            "for the order of the file",
        ),
        (
            "case,activity,start,end\n1,a,1,2\n",
            "each of 'start', 'end' may be the order; give --column order=start, or --column order=end, or "
            "--column order= for the order of the file",
        ),
        (
            "case,activity,created_at\n1,a,2024-01-01\n",
            "'created_at' may be the order; give --column order=created_at, or --column order= for the order "
            "of the file",
        ),
        (
            "case,activity,birthDate\n1,a,2000-01-01\n",
            "'birthDate' may be the order; give --column order=birthDate, or --column order= for the order "
            "of the file",
        ),
        (
            "case,activity,date,time\n1,a,20240102,170000\n",
            "each of 'date', 'time' may be the order; give --column order=date, or --column order=time, or "
            "--column order=date+time for both, or --column order= for the order of the file",
        ),
        (
            "case,activity,time,user\n1,a,2024-01-02,ann\n",
            "the column 'user' may be a text, or who did the activity (an event log); give --column user="
            "user if it is what the user said, or --column user= if not",
        ),
        (
            "title;action;user;time;case\nx;a;ann;2024-01-02;1\n",
            "the column 'user' may be a text, or who did the action (an event log); give --column user=user "
            "if it is what the user said, or --column user= if not",
        ),
        (
            "case,activity,time,system\n1,a,2024-01-02,SAP\n",
            "the column 'system' may be a text, or who did the activity (an event log); give --column "
            "response=system if it is what the system said, or --column response= if not",
        ),
        (
            "case,session,activity\n1,1,a\n",
            "each of 'case', 'session' may be the dialogue; give --column dialogue=case, or --column "
            "dialogue=session",
        ),
        (
            "dialogue,action,text,message\n1,a,x,y\n",
            "each of 'text', 'message' may be the user; give --column user=text, or --column user=message, "
            "or --column user= for none",
        ),
    ],
)
def test_uncertain_columns_are_asked_for(tmp_path, text, question):
    with pytest.raises(CorpusError) as error:
        list(table(tmp_path, text))
    assert str(error.value) == f"{tmp_path / 'log.csv'}: {question}"


def test_other_times_do_not_make_the_order_uncertain(tmp_path):
    text = "case,activity,timestamp,due_date,birth_date,processing_time\n1,a,2024-01-02,x,y,z\n"
    corpus = table(tmp_path, text)
    assert actions(corpus) == [["a"]]
    assert "order = 'timestamp' (dates); not used: 'due_date'" in list(corpus.notes)[1]
    text = "dialogue,turn,action,start_time\n1,2,b,x\n1,1,a,y\n"
    assert actions(table(tmp_path, text)) == [["a", "b"]]


def test_a_column_with_a_role_is_no_candidate_for_another(tmp_path):
    text = "case,activity,step,timestamp,user\n1,a,1,2024-01-02,ann\n1,b,2,2024-01-01,bob\n"
    corpus = table(tmp_path, text, facts=("user", "timestamp"))
    assert [(turn.user, turn.facts["user"]) for turn in next(iter(corpus))] == [(None, "ann"), (None, "bob")]


def test_a_table_of_dialogues_is_not_taken_for_an_event_log(tmp_path):
    text = "dialogue,turn,user,action,response\n1,1,hello,greet,Hi!\n"
    assert [turn.user for turn in next(iter(table(tmp_path, text)))] == ["hello"]
    text = "conversation,timestamp,user,system,action\n1,2024-01-01,hello,Hi!,greet\n"
    assert [turn.user for turn in next(iter(table(tmp_path, text)))] == ["hello"]


def test_date_and_time_in_two_columns(tmp_path):
    text = "case,activity,date,time\n1,c,20240103,090000\n1,b,20240102,170000\n1,a,20240102,080000\n"
    corpus = table(tmp_path, text, order="date+time")
    assert actions(corpus) == [["a", "b", "c"]]
    assert "order = 'date' + 'time' (dates + times of day)" in list(corpus.notes)[1]
    assert next(iter(corpus)).metadata == {"timestamp": "2024-01-02T08:00:00"}
    text = "case,activity,date,time\n1,b,2024-01-02,17:00\n1,a,2024-01-02,9:30\n"
    corpus = table(tmp_path, text, order="date+time")
    assert actions(corpus) == [["a", "b"]]
    assert next(iter(corpus)).metadata == {"timestamp": "2024-01-02T09:30:00"}


def test_small_numbers_that_would_change_the_order_are_asked_about(tmp_path):
    minutes = "case,activity,time\n1,a,30\n1,b,5\n"
    with pytest.raises(CorpusError) as error:
        list(table(tmp_path, minutes))
    assert str(error.value) == (
        f"{tmp_path / 'log.csv'} line 2: the column 'time' has small numbers, and sorting by them changes "
        "the order of the rows; give --column order=time if it is the time, or --column order= for the "
        "order of the file"
    )
    clocks = "case,activity,time\n1,a,23:50\n1,b,00:10\n"
    with pytest.raises(CorpusError, match="line 2: the column 'time' has times of day without a date, and"):
        list(table(tmp_path, clocks))
    assert actions(table(tmp_path, clocks, order="")) == [["a", "b"]]
    assert actions(table(tmp_path, minutes, order="time")) == [["b", "a"]]
    assert actions(table(tmp_path, minutes, order="")) == [["a", "b"]]
    assert actions(table(tmp_path, "case,activity,time\n1,a,5\n1,b,30\n")) == [["a", "b"]]


def test_a_column_after_is_a_fact_of_the_next_turn(tmp_path):
    corpus = table(tmp_path, LOG, after=("who",))
    assert [dict(turn.facts) for dialogue in corpus for turn in dialogue] == [{}, {"who": "bob"}]
    assert corpus.skipped == {"values known only after the last turn": 1}
    with pytest.raises(CorpusError, match="the column 'who' is both a fact and known only after"):
        list(table(tmp_path, LOG, after=("who",), facts=("who",)))


def test_with_a_lifecycle_column_only_complete_events_are_turns(tmp_path):
    text = (
        "case,activity,time,lifecycle:transition\n1,a,2024-01-01,start\n1,b,2024-01-02,start\n"
        "1,a,2024-01-03,complete\n1,b,2024-01-04,COMPLETE\n1,c,2024-01-05,ate_abort\n"
    )
    without = table(tmp_path, text)
    assert actions(without) == [["a", "b", "a", "b", "c"]]
    assert "each of its states is a turn: --column lifecycle=lifecycle:transition" in list(without.notes)[1]
    corpus = table(tmp_path, text, lifecycle="lifecycle:transition")
    assert actions(corpus) == [["a", "b"]]
    assert corpus.skipped == {
        "row in the state 'start', which is not complete": 2,
        "row in the state 'ate_abort', which is not complete": 1,
    }
    with pytest.raises(CorpusError, match="no row of the lifecycle column 'activity' is 'complete'"):
        list(table(tmp_path, "case,what,activity\n1,a,b\n", action="what", lifecycle="activity"))


def test_metadata_columns_and_the_time_of_the_first_row(tmp_path):
    text = "case,activity,time,plant\n1,b,2024-01-02 10:00,north\n1,a,2024-01-01 10:00,south\n"
    corpus = table(tmp_path, text, metadata=("plant",))
    assert next(iter(corpus)).metadata == {"timestamp": "2024-01-01T10:00:00", "plant": "south"}
    assert len(list(corpus.where({"plant": "south"}))) == 1
