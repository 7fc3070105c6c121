"""Contenders alternate, agree or are left out, and those that are not installed are named."""

import dataclasses
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from benchmarks.speed import contest
from benchmarks.speed.benches import ContestSettings, batch_contest, train_contests
from benchmarks.speed.contenders.keras_training import KerasTraining
from benchmarks.speed.contenders.numpy_step import NumpyStep
from benchmarks.speed.contenders.padded_batch import NO_ACTION, PaddedBatch, batches_by_length
from benchmarks.speed.contenders.table import CONTENDERS, PEAK
from benchmarks.speed.contenders.turncast_step import TurncastStep
from benchmarks.speed.contenders.turncast_training import TurncastTraining
from benchmarks.speed.contest import disagreement, run_contest
from benchmarks.speed.task import BenchmarkTask
from benchmarks.speed.task_arrays import encoded_corpus, read_arrays
from benchmarks.speed.task_files import write_corpus_task, write_policy_task
from benchmarks.speed.worker_process import WorkerProcess
from support.contests import STEP, step_contenders, task_folder
from support.corpora import tiny
from turncast import NetworkConfig
from turncast.errors import ConfigError


def test_contenders_take_turns(tmp_path, monkeypatch):
    asked = []
    ask = WorkerProcess.ask

    def spy(process, request, **parameters):
        asked.append((process, request))
        return ask(process, request, **parameters)

    monkeypatch.setattr(WorkerProcess, "ask", spy)
    held = run_contest(STEP, task_folder(tmp_path), step_contenders("turncast", "numpy"), rounds=3)
    first, second = dict.fromkeys(process for process, _ in asked)
    assert [process for process, request in asked if request == "round"] == [first, second] * 3
    assert [one.contender.name for one in held.results] == ["turncast", "numpy"]
    for result in held.results:
        assert len(result.rounds) == 3
        assert all(len(one.samples) == one.turns == STEP.batches for one in result.rounds)
        assert all(one.seconds == pytest.approx(sum(one.samples) / 1e6) for one in result.rounds)
        assert result.megabytes > 10
        assert result.import_seconds > result.first_seconds > 0


def test_a_contender_with_other_outputs_is_left_out(tmp_path, monkeypatch):
    outputs = WorkerProcess.outputs

    def altered(process, name):
        answers, losses = outputs(process, name)
        return answers + (2e-4 if name == "numpy" else 0), losses

    monkeypatch.setattr(WorkerProcess, "outputs", altered)
    held = run_contest(STEP, task_folder(tmp_path), step_contenders("turncast", "numpy"), rounds=1)
    assert [one.contender.name for one in held.results] == ["turncast"]
    assert held.left_out == {
        "numpy": "its outputs differ from those of the first contender by up to 0.0002; 0.0001 is allowed"
    }


@pytest.mark.quick
def test_disagreement():
    ones = np.ones((2, 3), np.float32)
    assert disagreement((ones, [1.0, 0.5]), (ones + 5e-5, [1.0004, 0.5])) == ""
    assert "shape (3,)" in disagreement((ones, []), (np.ones(3, np.float32), []))
    assert "nan" in disagreement((ones, []), (ones * np.nan, []))
    assert "losses are [1.0, 0.6]" in disagreement((ones, [1.0, 0.5]), (ones, [1.0, 0.6]))


def test_a_contender_that_is_not_installed_is_named(tmp_path):
    turncast, numpy = step_contenders("turncast", "numpy")
    absent = replace(numpy, needs=("no_such_library",))
    held = run_contest(STEP, task_folder(tmp_path), [turncast, absent], rounds=1)
    assert held.left_out == {"numpy": "no_such_library not installed; `make bench` installs all"}
    assert [one.contender.name for one in held.results] == ["turncast"]


def test_a_contender_that_fails_is_named_with_the_reason(tmp_path):
    turncast, numpy = step_contenders("turncast", "numpy")
    fails = replace(numpy, runners={"step": "numpy_step:NoSuchClass"})
    ends = replace(numpy, name="ends", runners={"step": "no_such_module:Class"})
    held = run_contest(STEP, task_folder(tmp_path), [turncast, fails, ends], rounds=1)
    assert held.left_out["numpy"].startswith("AttributeError: ")
    assert "no_such_module" in held.left_out["ends"]
    assert len(held.results) == 1


def test_rounds_with_a_busy_core(tmp_path):
    held = run_contest(STEP, task_folder(tmp_path), step_contenders("numpy"), rounds=2, load=True)
    assert len(held.results[0].rounds) == len(held.results[0].loaded_rounds) == 2


def test_the_numpy_step_agrees_with_the_runtime(tmp_path):
    """The reference implementation agrees with the runtime."""
    folder = task_folder(tmp_path)
    answers = []
    for kind in (TurncastStep, NumpyStep):
        contender = kind(STEP, folder)
        contender.first()
        answers.append(contender.outputs())
    assert answers[0].shape == (10, 1, STEP.actions)
    np.testing.assert_allclose(*answers, atol=1e-6)


def test_every_contender_has_its_class():
    """By text: its libraries may not be installed here."""
    folder = Path(contest.__file__).parent / "contenders"
    for contender in (*CONTENDERS, PEAK):
        for runner in contender.runners.values():
            module, _, name = runner.partition(":")
            assert f"class {name}" in (folder / f"{module}.py").read_text(), runner


def test_unknown_names_are_refused():
    with pytest.raises(ConfigError, match=r"--contenders 'torhc' is unknown.*did you mean 'torch'"):
        ContestSettings(("torhc",))
    with pytest.raises(ConfigError, match=r"--case 'flatt' is unknown.*did you mean 'flat'"):
        train_contests(ContestSettings(), ["flatt"])


def test_every_setting_of_a_contest_has_an_effect():
    lines = []
    settings = ContestSettings(("numpy", "keras-jax"), rounds=1, quick=True, log=lines.append)
    batch = batch_contest(settings, conversations=3)
    assert batch.left_out == {"keras-jax": "it does not do this task"}
    assert batch.results[0].rounds[0].turns == 3 * 2
    assert "  round 1 of 1" in lines


@pytest.mark.large
def test_the_peak_is_measured_between_the_rounds(tmp_path):
    held = run_contest(STEP, task_folder(tmp_path), step_contenders("numpy"), rounds=1, peak=PEAK)
    assert held.peak > 1e8


@pytest.mark.parametrize("kind", ["flat", "bits"])
def test_trainings_agree(tmp_path, kind):
    """turncast and Keras: the outputs, and the losses of three steps, so gradients and updates too."""
    task = replace(STEP, kind=kind, batch=4, batches=2, turns=3)
    folder = task_folder(tmp_path, task)
    answers = []
    for runner in (TurncastTraining(task, folder), KerasTraining(task, folder)):
        losses = [runner.first()]
        answers.append((runner.outputs(), [*losses, *runner.losses()]))
        assert runner.round().turns == 4 * 2 * 3
    assert len(answers[0][1]) == 3
    assert answers[0][1][0] > answers[0][1][2]
    assert disagreement(*answers) == ""


@pytest.mark.parametrize("kind", ["flat", "bits", "hierarchy"])
def test_torch_agrees(tmp_path, kind):
    pytest.importorskip("torch")
    from benchmarks.speed.contenders.torch_training import TorchBags, TorchTraining

    task = replace(STEP, kind=kind, batch=4, batches=2, turns=3)
    folder = task_folder(tmp_path, task)
    kinds = [TurncastTraining, TorchTraining, *([TorchBags] * (kind == "bits"))]
    answers = []
    for runner in (kind(task, folder) for kind in kinds):
        losses = [runner.first()]
        answers.append((runner.outputs(), [*losses, *runner.losses()]))
    for others in answers[1:]:
        assert disagreement(answers[0], others) == ""


def test_all_contenders_read_the_same_corpus(tmp_path):
    """The padded dense bits, and the bags of bits, are the bits of the encoded corpus."""
    task = write_corpus_task(tiny(dialogues=20), 1, tmp_path)
    encoded = encoded_corpus(read_arrays(tmp_path, "data"), "train")
    padded = PaddedBatch.from_corpus(encoded, np.array([3, 0]))
    dense = padded.dense(encoded)
    assert dense.shape == (2, int(encoded.lengths[[3, 0]].max()), task.features)
    assert dense.sum() == sum(encoded.bits.lengths[padded.turns])
    assert not dense[~padded.real].any()
    assert (padded.targets[~padded.real] == NO_ACTION).all()
    # As bags: the sum of each turn's one-hot rows is the same.
    offsets = [*padded.offsets(encoded), len(padded.indices(encoded))]
    bags = np.zeros((len(offsets) - 1, task.features))
    for number, (start, end) in enumerate(pairwise(offsets)):
        bags[number, padded.indices(encoded)[start:end]] = 1
    np.testing.assert_array_equal(bags.reshape(dense.shape), dense)
    orders = [np.concatenate(list(batches_by_length(encoded, 4, np.random.default_rng(1))))]
    assert sorted(orders[0]) == list(range(len(encoded.lengths)))
    with pytest.raises(ConfigError, match="takes several actions"):
        write_corpus_task(tiny(multi=True), 1, tmp_path)


def test_a_model_that_the_others_cannot_rebuild_is_refused(policy, multi_policy, tmp_path):
    live = BenchmarkTask("turn", "a turn", batch=1)
    task = write_policy_task(policy, tiny(), live, tmp_path)
    assert (task.features, task.actions) == (policy.encoder.width, len(policy.space))
    for other, why in (
        (multi_policy, "several actions"),
        (
            dataclasses.replace(policy, config=NetworkConfig(cell="simple-rnn")),
            "the model's cell is simple-rnn",
        ),
    ):
        with pytest.raises(ConfigError, match=why):
            write_policy_task(other, tiny(), live, tmp_path / "other")
