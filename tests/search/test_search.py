"""A search finds settings by the dev part, goes on where it was stopped, and refuses what is not its own."""

import json
import signal
import sqlite3
import time
import tomllib
from io import StringIO

import pytest
from rich.console import Console

import turncast
from conftest import ROOT
from support.corpora import tiny
from turncast import Corpus, Dialogue, Turn, TurncastError
from turncast.config import Configuration
from turncast.errors import ConfigError, StudyError
from turncast.search import (
    Choice,
    PlainSearchProgress,
    Real,
    SearchedSetting,
    Trial,
    Whole,
    parse_space,
    search,
)
from turncast.search.progress import RichSearchProgress, SearchStatus
from turncast.search.result import SearchResult
from turncast.search.space import DEFAULTS, NOT_SEARCHED, SPACE, draw
from turncast.search.study import Study

FIXED = {"epochs": 1, "batch_turns": 64, "devices": 1, "bit_units": 4}
# What is dropped of the words is no part of the compiled step: trials of as many units share it.
UNITS = parse_space("units=4,8,word_dropout=0..0.5")


def hunt(**given):
    return search(tiny(dialogues=24), **{"space": UNITS, "fixed": FIXED, "trials": 2, **given})


def shown(result):
    return [
        (trial.settings, trial.status, trial.dev_turn_accuracy, trial.dev_loss) for trial in result.trials
    ]


@pytest.fixture(autouse=True)
def compiled_is_kept(request, monkeypatch):
    """Trials find what those before compiled; the test of letting go sees that a search does let go of it."""
    if request.function is not test_compiled_functions_are_released:
        monkeypatch.setattr("turncast.search.runner.clear_compiled", lambda: None)


@pytest.fixture(scope="module")
def four():
    return hunt(trials=4)


class Random:
    """Stands where a trial of Optuna does, and draws at random."""

    def __init__(self, generator):
        self._generator = generator

    def suggest_int(self, name, low, high, step=1, log=False):
        return self._generator.randrange(low, high + 1, step)

    def suggest_float(self, name, low, high, log=False):
        return self._generator.uniform(low, high)

    def suggest_categorical(self, name, values):
        return self._generator.choice(values)


@pytest.mark.quick
@pytest.mark.parametrize(
    "fixed",
    [{}, {"layout": "one-to-one"}, {"cell": "transformer"}, {"words": "lstm"}, {"layers": 1}],
    ids=str,
)
def test_all_drawn_settings_are_valid_together(fixed):
    import random

    seen = set()
    for seed in range(300):
        drawn = draw(SPACE, fixed, Random(random.Random(seed)))
        Configuration.from_settings({**fixed, **drawn})
        seen |= drawn.keys()
    assert not seen & fixed.keys()
    pointless = {"one-to-one": {"cell", "heads"}, "transformer": {"residual", "layer_norm"}}
    for value in fixed.values():
        assert not seen & pointless.get(value, set())
    if not fixed:
        assert seen == {row.name for row in SPACE}


def test_the_table_names_settings_and_holds_every_default():
    for row in SPACE:
        assert row.name not in NOT_SEARCHED
        assert DEFAULTS[row.name] in row.distribution


def test_value_settings_are_searched_where_the_corpus_has_values():
    space = parse_space("units=4,8,learn_values=true,false,value_dropout=0..0.5")
    turns = [Turn("thai", ["{name} serves {food}"], response="Blue Door serves thai"), Turn("bye", ["bye"])]
    filled = Corpus("filled", [Dialogue(f"d{number}", turns) for number in range(12)])
    without, having = (search(one, space=space, fixed=FIXED, trials=1).best for one in (tiny(), filled))
    assert without.settings.keys() == {"units"}
    assert having.settings.keys() == {"units", "learn_values", "value_dropout"}


def test_values_that_are_not_learned_are_not_dropped():
    (row,) = parse_space("value_dropout=0..0.5")
    assert [row.when({"learn_values": learned}) for learned in (True, False)] == [True, False]


def test_the_table_is_in_the_docs():
    documented = (ROOT / "docs" / "search.md").read_text()
    for row in SPACE:
        assert f"| `{row.name}` | {row.distribution}" in documented, row.name


def test_the_first_trial_takes_the_defaults_and_the_best_is_the_best():
    result = hunt(space=parse_space("dropout=0.1..0.5,min_count=1..3"), fixed={**FIXED, "units": 4}, trials=3)
    assert result.trials[0].settings == {"dropout": 0.4, "min_count": 2}
    assert result.best.merit == max(trial.merit for trial in result.trials)


def test_a_resumed_study_equals_an_uninterrupted_one(four, tmp_path):
    study = tmp_path / "deep" / "study.db"
    first = hunt(study=study, trials=2)
    assert shown(first) == shown(four)[:2]
    assert shown(hunt(study=study, trials=4)) == shown(four)
    again = hunt(study=study, trials=3)
    assert shown(again) == shown(four), "there was nothing left to do"
    assert shown(hunt(trials=2, fixed={**FIXED, "seed": 2})) != shown(first)


def test_the_best_settings_reproduce_their_result(four):
    settings = tomllib.loads(four.to_toml())
    chosen = Configuration.from_settings(settings)
    policy = turncast.train(
        tiny(dialogues=24), network=chosen.network, config=chosen.training, encoder=chosen.encoder
    )
    best = max(policy.card.metrics, key=lambda record: record["dev_turn_accuracy"])
    assert best["dev_turn_accuracy"] == four.best.dev_turn_accuracy
    assert best["dev_loss"] == pytest.approx(four.best.dev_loss)


def test_seeds_are_averaged_and_each_holds_out_its_own_dev_part():
    one, other = (hunt(trials=1, fixed={**FIXED, "seed": seed}).best for seed in (5, 6))
    both = hunt(trials=1, seeds=2, fixed={**FIXED, "seed": 5}).best
    assert both.dev_loss == pytest.approx((one.dev_loss + other.dev_loss) / 2)
    assert both.epochs == 2


def test_a_given_dev_part_is_evaluated():
    strange = Corpus("strange", [Dialogue("d", [Turn("a tea please", ["faint"])])])
    mine, others = (hunt(trials=1, dev=dev).best for dev in (tiny("dev"), strange))
    assert mine.dev_turn_accuracy > others.dev_turn_accuracy == 0


def test_bad_trials_are_pruned():
    fixed = {**FIXED, "epochs": 4, "batch_turns": 8, "units": 8}
    space = (SearchedSetting("learning_rate", Choice((0.03, 0.02, 1e-9))),)
    result = hunt(space=space, fixed=fixed, trials=8, dev=tiny("dev"))
    pruned = [trial for trial in result.trials if trial.status == "pruned"]
    assert pruned
    assert all(trial.epochs == 3 and trial.merit < result.best.merit for trial in pruned)
    assert not any(trial.status == "pruned" for trial in result.trials[:5])


@pytest.mark.large
def test_a_training_that_fails_is_a_trial_that_failed():
    result = hunt(space=(SearchedSetting("learning_rate", Choice((0.003, 1e37))),), trials=4)
    statuses = {trial.settings["learning_rate"]: trial.status for trial in result.trials}
    assert statuses == {0.003: "done", 1e37: "failed"}
    failed = next(trial for trial in result.trials if trial.status == "failed")
    assert "the loss is nan" in failed.reason


@pytest.mark.large
def test_contradicting_settings_are_drawn_again():
    space = (SearchedSetting("layers", Whole(1, 2)), SearchedSetting("residual", Choice((True, False))))
    assert all(
        t.settings["layers"] == 2 or not t.settings["residual"] for t in hunt(space=space, trials=4).trials
    )
    with pytest.raises(ConfigError) as refused:
        hunt(
            space=(SearchedSetting("heads", Choice((3, 5))),),
            fixed={**FIXED, "units": 4, "cell": "transformer"},
        )
    assert str(refused.value).startswith(
        "every drawn combination of settings is invalid: setting 'units' is 4 with "
    )


class CtrlC(PlainSearchProgress):
    """Presses Ctrl-C as the second trial trains."""

    def epoch(self, status, accuracy, epochs):
        if status.number == 2:
            signal.raise_signal(signal.SIGINT)


def test_ctrl_c_keeps_the_finished_trials(four, capsys, tmp_path):
    import sys

    study = tmp_path / "study.db"
    fixed = {**FIXED, "epochs": 2}
    result = hunt(trials=9, fixed=fixed, study=study, progress=CtrlC(sys.stderr))
    assert len(result.trials) == 1
    assert capsys.readouterr().err.startswith("trial 1/9  dev ")
    assert shown(hunt(trials=2, fixed=fixed, study=study)) == shown(hunt(trials=2, fixed=fixed))


def test_a_terminal_shows_the_trial_under_way(four):
    shown = StringIO()
    progress = RichSearchProgress(Console(file=shown, force_terminal=True, width=100))
    status = SearchStatus(3, 9, 0.75, 250.0)
    progress.begin(status)
    progress.trial(status, four.trials[0])
    progress.epoch(status, 0.5, 7)
    progress.trial(status, Trial({}, "failed", reason="the loss is nan in epoch 1"))
    progress.end()
    text = shown.getvalue()
    for line in (
        "trial 3/9  compiling ...  best 75.00%  4 min left",
        "trial 3/9  epoch 7  dev 50.00%  best 75.00%  4 min left",
        f"trial 3/9  dev {four.trials[0].dev_turn_accuracy:.2%}  1 epochs",
        "trial 3/9  failed: the loss is nan in epoch 1",
    ):
        assert line in text, line


def test_time_ends_a_search():
    with pytest.raises(ConfigError) as refused:
        _ = hunt(minutes=0.0, trials=None).best
    assert str(refused.value) == "the search stopped before the first trial ended; run the same command again"


@pytest.mark.large
def test_time_ends_a_trial_too():
    started = time.monotonic()
    result = hunt(
        trials=2, minutes=0.05, fixed={**FIXED, "epochs": 10**6, "patience": 10**6, "batch_turns": 3}
    )
    assert time.monotonic() - started < 30
    assert result.trials == ()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"fixed": {**FIXED, "epochs": 2}}, "fixed settings"),
        ({"space": parse_space("units=4,8")}, "space"),
        ({"seeds": 2}, "seeds"),
        ({"dev": tiny("dev")}, "dev part"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_study_of_another_search_is_refused(change, what, study):
    with pytest.raises(StudyError) as refused:
        hunt(study=study, **change)
    assert str(refused.value) == f"{study}: the study differs in {what}; give the same, or another --study"


def test_a_study_of_another_corpus_is_refused(study):
    with pytest.raises(StudyError, match="the study differs in corpus; give the same"):
        search(tiny(dialogues=20), space=UNITS, fixed=FIXED, trials=2, study=study)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    path = tmp_path_factory.mktemp("study") / "study.db"
    hunt(study=path, trials=1)
    return path


def test_a_file_that_is_no_study_is_refused(tmp_path):
    (tmp_path / "text.db").write_text("once upon a time " * 100)
    with closing_table(tmp_path / "other.db"):
        pass
    for name, problem in (("text.db", "file is not a database"), ("other.db", "no study is in this file")):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(StudyError) as refused:
            hunt(study=tmp_path / name)
        assert str(refused.value) == f"{tmp_path / name}: {problem}; give another --study"
        assert (tmp_path / name).read_bytes() == before


def closing_table(path):
    from contextlib import closing

    file = sqlite3.connect(path)
    file.execute("CREATE TABLE precious (work TEXT)")
    return closing(file)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("units=32..64", [SearchedSetting("units", Whole(32, 64))]),
        ("units=30..64..32", [SearchedSetting("units", Whole(30, 62, step=32))]),
        ("learning_rate=0.001..0.01", [SearchedSetting("learning_rate", Real(0.001, 0.01, log=True))]),
        (
            "dropout=0..0.5,units=8",
            [SearchedSetting("units", Choice((8,))), SearchedSetting("dropout", Real(0.0, 0.5))],
        ),
        (
            "cell=lstm, gru,clip_norm=1..2",
            [SearchedSetting("cell", Choice(("lstm", "gru"))), SearchedSetting("clip_norm", Real(1.0, 2.0))],
        ),
        (
            "residual=true,layers=2..3",
            [SearchedSetting("layers", Whole(2, 3)), SearchedSetting("residual", Choice((True,)))],
        ),
    ],
)
def test_space_as_text(text, rows):
    assert [(r.name, r.distribution) for r in parse_space(text)] == [(r.name, r.distribution) for r in rows]
    assert parse_space(",".join(f"{r.name}={r.distribution}" for r in rows))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("unit=3", "unknown setting 'unit'; did you mean 'units'?"),
        ("units", "--space 'units': 'units' has no value; write it as units=32..256,cell=lstm,gru"),
        ("units=", "--space 'units=': 'units=' has no value; write it as units=32..256,cell=lstm,gru"),
        ("units=9..3", "--space units='9..3': 9 is more than 3; give the lower one first"),
        ("units=0..3", "setting 'units' is '0'; input should be greater than or equal to 1"),
        ("units=1..9..x", "--space units='1..9..x' is not a range; write it as LOW..HIGH or LOW..HIGH..STEP"),
        (
            "dropout=0..0.5..0.1",
            "--space dropout='0..0.5..0.1': only whole numbers have a step; leave it out",
        ),
        ("cell=gru..lstm", "--space cell='gru..lstm': 'cell' is not a number; list its values with commas"),
        ("seed=1..9", "setting 'seed' is not searched: it changes what is evaluated; give it with --fix"),
        ("cell=grr", "setting 'cell' is 'grr'; input should be 'lstm', 'gru', 'simple-rnn' or 'transformer'"),
        ("clip_norm=1..inf", "setting 'clip_norm' is 'inf'; input should be a finite number"),
    ],
)
def test_an_invalid_space_is_refused(text, message):
    with pytest.raises(ConfigError) as refused:
        parse_space(text)
    assert str(refused.value) == message


def test_a_setting_both_fixed_and_searched_is_refused():
    with pytest.raises(TurncastError) as refused:
        hunt(fixed={**FIXED, "units": 8})
    assert str(refused.value) == "setting 'units' is both fixed and searched; leave one out"


def test_compiled_functions_are_released():
    jax = pytest.importorskip("jax")
    compiled = jax.jit(lambda x: x + 1)
    compiled(1.0)
    assert compiled._cache_size() == 1
    hunt(trials=1)
    assert compiled._cache_size() == 0


def test_optuna_is_silent(capfd):
    hunt(trials=1)
    assert capfd.readouterr() == ("", "")


def test_an_unlucky_study_says_why_nothing_was_found():
    result = SearchResult("tea", (Trial({}, "failed", reason="the loss is nan"),), {}, {})
    with pytest.raises(ConfigError, match="none of 1 trials finished; the loss is nan"):
        _ = result.best


def test_the_result_as_json(four):
    record = json.loads(json.dumps(four.to_json()))
    assert len(record["trials"]) == 4
    assert record["best"]["dev_turn_accuracy"] == four.best.dev_turn_accuracy
    assert record["space"] == {"units": "4,8", "word_dropout": "0..0.5"}
    assert Study(None, {}, 1).trials == ()
