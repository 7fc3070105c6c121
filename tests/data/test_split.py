"""Splitting: the same parts from the same seed, whole groups, and rare actions in every part."""

import json
from collections import Counter
from datetime import date, datetime

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

import turncast
from support.corpora import tiny
from support.property_tests import examples
from turncast import Corpus, Dialogue, Turn
from turncast.data import SplitConfig, split
from turncast.data.assign_parts import assign_parts
from turncast.data.stratify import Unit, stratify
from turncast.errors import ConfigError, CorpusError, OutputExists


def read_parts(folder):
    names = [name for name in ("train", "dev", "test") if (folder / f"{name}.jsonl").exists()]
    return {name: list(turncast.read(folder / f"{name}.jsonl")) for name in names}


def with_metadata(times, name="timestamp"):
    return Corpus("t", [Dialogue(str(n), [Turn("x", ["a"])], {name: time}) for n, time in enumerate(times)])


units = st.lists(
    st.builds(Unit, size=st.just(1), actions=st.frozensets(st.sampled_from("abcdefgh"), max_size=4)),
    min_size=10,
    max_size=80,
)


@pytest.mark.quick
@given(units, st.integers(0, 9))
@examples(60)
def test_each_part_has_its_share(made, seed):
    parts = stratify(made, (0.6, 0.2, 0.2), seed)
    assert parts == stratify(made, (0.6, 0.2, 0.2), seed)
    sizes = Counter(parts)
    for part, share in enumerate((0.6, 0.2, 0.2)):
        assert abs(sizes[part] - share * len(made)) <= 1.5


def test_rare_actions_land_in_each_part():
    made = [Unit(1, frozenset({"usual", *({f"rare{n % 5}"} if n < 15 else ())})) for n in range(200)]
    parts = stratify(made, (0.8, 0.1, 0.1), seed=4)
    for rare in range(5):
        holders = {parts[n] for n, unit in enumerate(made) if f"rare{rare}" in unit.actions}
        assert holders == {0, 1, 2}
    assert Counter(parts) == {0: 160, 1: 20, 2: 20}


def test_another_seed_gives_other_parts():
    made = [Unit(1, frozenset("a"))] * 50
    assert stratify(made, (0.5, 0.5), 1) != stratify(made, (0.5, 0.5), 2)


def test_every_dialogue_lands_once_and_unchanged(tmp_path):
    corpus = tiny(dialogues=40)
    made = split(corpus, tmp_path / "parts", command="turncast data split x")
    parts = read_parts(tmp_path / "parts")
    assert {name: len(part) for name, part in parts.items()} == {"train": 32, "dev": 4, "test": 4}
    assert sorted((d for part in parts.values() for d in part), key=lambda d: d.id) == sorted(
        corpus, key=lambda d: d.id
    )
    record = json.loads((tmp_path / "parts" / "split.json").read_text())
    assert record == made.to_json()
    assert (record["seed"], record["by"], record["command"]) == (1, "group", "turncast data split x")
    split(corpus, tmp_path / "again")
    again = json.loads((tmp_path / "again" / "split.json").read_text())
    assert again["parts"] == record["parts"]


def test_groups_stay_together(tmp_path):
    corpus = Corpus(
        "g",
        [Dialogue(str(n), [Turn(str(n), ["a"])], group=f"g{n % 15}" if n < 60 else None) for n in range(90)],
    )
    made = split(corpus, tmp_path / "grouped", SplitConfig(shares=(0.5, 0.5)))
    parts = read_parts(tmp_path / "grouped")
    groups = [{dialogue.group for dialogue in part} - {None} for part in parts.values()]
    assert not groups[0] & groups[1]
    assert abs(len(parts["train"]) - 45) <= 4
    assert made.shared_groups == 0
    apart = split(corpus, tmp_path / "apart", SplitConfig(shares=(0.5, 0.5), by="dialogue"))
    assert apart.shared_groups > 0


SHARES = st.sampled_from([(0.5, 0.5), (0.9, 0.1), (0.5, 0.25, 0.25), (0.8, 0.1, 0.1), (0.1, 0.1, 0.8)])
NUMBERS = st.lists(st.integers(-5, 5) | st.floats(-5, 5), min_size=30, max_size=60)
MOMENTS = st.datetimes().map(datetime.isoformat) | st.dates().map(date.isoformat)


@given(NUMBERS | st.lists(MOMENTS, min_size=30, max_size=60), SHARES)
@examples(60)
def test_by_time_no_dialogue_of_a_later_part_is_earlier(times, shares):
    parts = assign_parts(with_metadata(times), SplitConfig(shares, by="time"))
    moments = [time if isinstance(time, int | float) else datetime.fromisoformat(time) for time in times]
    for part in range(1, len(shares)):
        earlier, later = (
            [m for m, at in zip(moments, parts, strict=True) if at == p] for p in (part - 1, part)
        )
        assert max(earlier) <= min(later)
    for part, share in enumerate(shares):
        assert abs(parts.count(part) - share * len(times)) <= 1


@given(st.lists(st.none() | st.sampled_from("abcdefgh"), min_size=30, max_size=60), SHARES, st.integers(0, 3))
@examples(60)
def test_by_group_a_group_is_in_one_part(groups, shares, seed):
    corpus = Corpus("g", [Dialogue(str(n), [Turn("x", ["a"])], {}, group) for n, group in enumerate(groups)])
    try:
        parts = assign_parts(corpus, SplitConfig(shares, seed=seed))
    except CorpusError:  # large groups may leave a part empty
        reject()
    assert len(parts) == len(groups)
    for group in set(groups) - {None}:
        assert len({part for part, other in zip(parts, groups, strict=True) if other == group}) == 1


@pytest.mark.parametrize(
    "times",
    [
        [5, 3, 4.5, 1, 2, 0.5],
        ["2024-01-05", "2024-01-03T00:00:00+02:00", "2024-01-04", "2024-01-01", "2024-01-02", "2023-12-01"],
    ],
)
def test_the_latest_dialogues_are_in_the_last_part(times):
    corpus = with_metadata(times)
    assert assign_parts(corpus, SplitConfig((0.5, 0.5), by="time")) == [1, 1, 1, 0, 0, 0]
    assert assign_parts(corpus, SplitConfig((0.5, 0.25, 0.25), by="time"))[0] == 2


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ([1, "soon"], "t, dialogue '1': 'when' is 'soon'; give a number or an ISO date in all dialogues"),
        ([1, True], "t, dialogue '1': 'when' is True; give a number or an ISO date in all dialogues"),
        (
            [1, "2024-01-01"],
            "t: 'when' is a number in some dialogues and a date in others; write all in the same way",
        ),
    ],
)
def test_times_that_cannot_be_compared(times, message):
    with pytest.raises(CorpusError) as error:
        assign_parts(with_metadata(times, "when"), SplitConfig((0.5, 0.5), by="time", time="when"))
    assert str(error.value) == message


def test_no_time():
    with pytest.raises(CorpusError) as error:
        assign_parts(with_metadata([1, 2], "when"), SplitConfig((0.5, 0.5), by="time", time="wen"))
    assert str(error.value) == (
        "t, dialogue '0': its metadata have no 'wen'; did you mean 'when'?; name another with --time; "
        "it has when"
    )


@pytest.mark.parametrize("shares", [(1.0,), (0.5, 0.6), (0.25,) * 4, (1.5, -0.5), (float("nan"), 0.5)])
def test_shares(shares):
    with pytest.raises(ConfigError, match="give two or three shares above 0 that add up to 1"):
        SplitConfig(shares)


def test_too_few_dialogues(tmp_path):
    with pytest.raises(CorpusError, match="the dev part would be empty; give more dialogues"):
        split(tiny(dialogues=2), tmp_path / "parts")
    assert list(tmp_path.iterdir()) == []
    assert len(split(tiny(dialogues=3), tmp_path / "parts").parts) == 3


def test_only_an_earlier_split_is_replaced(tmp_path):
    out = tmp_path / "parts"
    split(tiny(), out)
    with pytest.raises(OutputExists, match="give --force"):
        split(tiny(), out)
    split(tiny(), out, SplitConfig((0.5, 0.5)), force=True)
    assert sorted(file.name for file in out.iterdir()) == ["split.json", "test.jsonl", "train.jsonl"]
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputExists, match="something that turncast did not write"):
        split(tiny(), tmp_path / "thesis", force=True)
