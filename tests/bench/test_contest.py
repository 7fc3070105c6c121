"""Contenders take turns, answer the same or are left out, and those that are absent are named."""

import dataclasses
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from support.bench import STEP, laid_out, steppers
from support.corpora import tiny
from turncast import NetworkConfig
from turncast.bench import contest
from turncast.bench.arrays import corpus_of, read_arrays
from turncast.bench.contenders.keras_training import KerasTraining
from turncast.bench.contenders.lessons import NO_ACTION, Lessons, sorted_batches
from turncast.bench.contenders.numpy_step import NumpyStep
from turncast.bench.contenders.turncast_step import TurncastStep
from turncast.bench.contenders.turncast_training import TurncastTraining
from turncast.bench.contest import disagreement, hold
from turncast.bench.entrants import ENTRANTS, PEAK
from turncast.bench.problem import Problem
from turncast.bench.process import Process
from turncast.bench.setting import lay_out_corpus, lay_out_policy
from turncast.bench.verbs import Plan, bench_batch, bench_train
from turncast.errors import ConfigError


def test_contenders_take_turns(tmp_path, monkeypatch):
    asked = []
    ask = Process.ask

    def spied(process, do, **more):
        asked.append((process, do))
        return ask(process, do, **more)

    monkeypatch.setattr(Process, "ask", spied)
    found = hold(STEP, laid_out(tmp_path), steppers("turncast", "numpy"), rounds=3)
    first, second = dict.fromkeys(process for process, _ in asked)
    assert [process for process, do in asked if do == "round"] == [first, second] * 3
    assert [entry.entrant.name for entry in found.entries] == ["turncast", "numpy"]
    for entry in found.entries:
        assert len(entry.rounds) == 3
        assert all(len(one.samples) == one.turns == STEP.batches for one in entry.rounds)
        assert all(one.seconds == pytest.approx(sum(one.samples) / 1e6) for one in entry.rounds)
        assert entry.megabytes > 10
        assert entry.import_seconds > entry.first_seconds > 0


def test_who_answers_otherwise_is_left_out(tmp_path, monkeypatch):
    outputs = Process.outputs

    def altered(process, name):
        answers, losses = outputs(process, name)
        return answers + (2e-4 if name == "numpy" else 0), losses

    monkeypatch.setattr(Process, "outputs", altered)
    found = hold(STEP, laid_out(tmp_path), steppers("turncast", "numpy"), rounds=1)
    assert [entry.entrant.name for entry in found.entries] == ["turncast"]
    assert found.left_out == {
        "numpy": "its outputs are up to 0.0002 from those of the first contender; 0.0001 is allowed"
    }


def test_disagreement():
    ones = np.ones((2, 3), np.float32)
    assert disagreement((ones, [1.0, 0.5]), (ones + 5e-5, [1.0004, 0.5])) == ""
    assert "shape (3,)" in disagreement((ones, []), (np.ones(3, np.float32), []))
    assert "nan" in disagreement((ones, []), (ones * np.nan, []))
    assert "losses are [1.0, 0.6]" in disagreement((ones, [1.0, 0.5]), (ones, [1.0, 0.6]))


def test_who_is_not_installed_is_named_with_the_extra(tmp_path):
    turncast, numpy = steppers("turncast", "numpy")
    absent = replace(numpy, needs=("no_such_library",))
    found = hold(STEP, laid_out(tmp_path), [turncast, absent], rounds=1)
    assert found.left_out == {"numpy": "not installed; pip install 'turncast[bench]' brings it"}
    assert [entry.entrant.name for entry in found.entries] == ["turncast"]


def test_who_fails_is_named_with_the_reason(tmp_path):
    turncast, numpy = steppers("turncast", "numpy")
    fails = replace(numpy, places={"step": "numpy_step:NoSuchClass"})
    ends = replace(numpy, name="ends", places={"step": "no_such_module:Class"})
    found = hold(STEP, laid_out(tmp_path), [turncast, fails, ends], rounds=1)
    assert found.left_out["numpy"].startswith("AttributeError: ")
    assert "no_such_module" in found.left_out["ends"]
    assert len(found.entries) == 1


def test_beside_a_busy_process(tmp_path):
    found = hold(STEP, laid_out(tmp_path), steppers("numpy"), rounds=2, load=True)
    assert len(found.entries[0].rounds) == len(found.entries[0].loaded) == 2


def test_the_numpy_step_is_the_runtimes(tmp_path):
    """The reference that others are judged by is itself judged."""
    folder = laid_out(tmp_path)
    answers = []
    for kind in (TurncastStep, NumpyStep):
        contender = kind(STEP, folder)
        contender.first()
        answers.append(contender.outputs())
    assert answers[0].shape == (10, 1, STEP.actions)
    np.testing.assert_allclose(*answers, atol=1e-6)


def test_every_entrant_has_its_class():
    """By name: what it needs may be absent here."""
    folder = Path(contest.__file__).parent / "contenders"
    for entrant in (*ENTRANTS, PEAK):
        for place in entrant.places.values():
            module, _, name = place.partition(":")
            assert f"class {name}" in (folder / f"{module}.py").read_text(), place


def test_unknown_names_are_refused():
    with pytest.raises(ConfigError, match=r"--contenders 'torhc' is unknown.*did you mean 'torch'"):
        Plan(("torhc",))
    with pytest.raises(ConfigError, match=r"--case 'flatt' is unknown.*did you mean 'flat'"):
        bench_train(Plan(), ["flatt"])


def test_a_plan_turns_its_knobs():
    said = []
    plan = Plan(("numpy", "keras-jax"), rounds=1, quick=True, tell=said.append)
    (batch,) = bench_batch(plan, conversations=3)
    assert batch.left_out == {"keras-jax": "takes no part here"}
    assert batch.entries[0].rounds[0].turns == 3 * 2
    assert "  round 1 of 1" in said


def test_the_peak_is_measured_between_the_rounds(tmp_path):
    found = hold(STEP, laid_out(tmp_path), steppers("numpy"), rounds=1, peak=PEAK)
    assert found.peak > 1e8


@pytest.mark.parametrize("kind", ["flat", "bits"])
def test_trainings_agree(tmp_path, kind):
    """Ours and Keras's own: outputs, and losses over three steps, so that gradients and updates agree too."""
    problem = replace(STEP, kind=kind, batch=4, batches=2, turns=3)
    folder = laid_out(tmp_path, problem)
    found = []
    for made in (TurncastTraining(problem, folder), KerasTraining(problem, folder)):
        losses = [made.first()]
        found.append((made.outputs(), [*losses, *made.losses()]))
        assert made.round().turns == 4 * 2 * 3
    assert len(found[0][1]) == 3
    assert found[0][1][0] > found[0][1][2]
    assert disagreement(*found) == ""


@pytest.mark.parametrize("kind", ["flat", "bits", "hierarchy"])
def test_torch_agrees(tmp_path, kind):
    pytest.importorskip("torch")
    from turncast.bench.contenders.torch_training import TorchBags, TorchTraining

    problem = replace(STEP, kind=kind, batch=4, batches=2, turns=3)
    folder = laid_out(tmp_path, problem)
    kinds = [TurncastTraining, TorchTraining, *([TorchBags] * (kind == "bits"))]
    found = []
    for made in (kind(problem, folder) for kind in kinds):
        losses = [made.first()]
        found.append((made.outputs(), [*losses, *made.losses()]))
    for others in found[1:]:
        assert disagreement(found[0], others) == ""


def test_a_corpus_is_laid_out_for_all(tmp_path):
    """The bits that the others pad and make dense are those that we read."""
    problem = lay_out_corpus(tiny(dialogues=20), 1, tmp_path)
    encoded = corpus_of(read_arrays(tmp_path, "data"), "train")
    lessons = Lessons.of(encoded, np.array([3, 0]))
    dense = lessons.dense(encoded)
    assert dense.shape == (2, int(encoded.lengths[[3, 0]].max()), problem.features)
    assert dense.sum() == sum(encoded.bits.lengths[lessons.turns])
    assert not dense[~lessons.real].any()
    assert (lessons.targets[~lessons.real] == NO_ACTION).all()
    # As bags: the sum of each turn's one-hot rows is the same.
    offsets = [*lessons.offsets(encoded), len(lessons.indices(encoded))]
    bags = np.zeros((len(offsets) - 1, problem.features))
    for number, (start, end) in enumerate(pairwise(offsets)):
        bags[number, lessons.indices(encoded)[start:end]] = 1
    np.testing.assert_array_equal(bags.reshape(dense.shape), dense)
    orders = [np.concatenate(list(sorted_batches(encoded, 4, np.random.default_rng(1))))]
    assert sorted(orders[0]) == list(range(len(encoded.lengths)))
    with pytest.raises(ConfigError, match="takes several actions"):
        lay_out_corpus(tiny(multi=True), 1, tmp_path)


def test_the_others_refuse_a_model_of_another_kind(policy, multi_policy, tmp_path):
    live = Problem("turn", "a turn", batch=1)
    found = lay_out_policy(policy, tiny(), live, tmp_path)
    assert (found.features, found.actions) == (policy.encoder.width, len(policy.space))
    for other, why in (
        (multi_policy, "several actions"),
        (
            dataclasses.replace(policy, config=NetworkConfig(cell="simple-rnn")),
            "the model's cell is simple-rnn",
        ),
    ):
        with pytest.raises(ConfigError, match=why):
            lay_out_policy(other, tiny(), live, tmp_path / "other")
