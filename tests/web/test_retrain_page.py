"""Retraining with corrections: the training part, the dev part, and which model is in use afterwards."""

import shutil
from dataclasses import replace

import pytest

import turncast
from support.corpora import QUICK
from support.web import CORPUS, begin, page_of, poor, send, texts, trained, wait_until, workspace_in, written
from turncast import Dialogue, Policy, Turn
from turncast.errors import CorpusError, ModelError
from turncast.training import split_dev
from turncast.web.retrain_process import retrain

WELL = QUICK.model_copy(update={"epochs": 30, "patience": 30, "learning_rate": 0.02})


@pytest.fixture(scope="module")
def poor_model(tmp_path_factory):
    """A model of low accuracy; read only."""
    folder = tmp_path_factory.mktemp("poor") / "model"
    poor(folder)
    return folder


@pytest.fixture
def model(poor_model, tmp_path):
    return shutil.copytree(poor_model, tmp_path / "model")


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A model that a retraining of one slow epoch cannot improve; read only."""
    folder = tmp_path_factory.mktemp("good") / "model"
    trained(folder, CORPUS, WELL, epochs=1, learning_rate=1e-6)
    return folder


def corrected(number=0, user="a tea please"):
    return Dialogue(f"corrected-{number}", [Turn(user, ["confirm"]), Turn("yes", ["serve_tea"])])


def test_a_model_that_is_not_worse_replaces_the_old_one(model, tmp_path):
    workspace, messages = workspace_in(tmp_path, CORPUS), []
    old = Policy.load(model)
    for number in range(6):
        workspace.corrections.save(corrected(number))
    outcome = retrain(model, workspace, messages.append)
    new = Policy.load(model)
    assert outcome["taken"]
    assert outcome["held_out"]
    assert outcome["after"][0] >= outcome["before"][0]
    assert new.digest != old.digest
    assert new.config == old.config
    assert new.card.train == old.card.train
    part, dev = split_dev(CORPUS, QUICK.dev_share, QUICK.seed)
    assert new.card.corpus["dialogues"] == len(list(part)) + 6
    report = turncast.evaluate(new, dev)
    assert outcome["after"] == [report.turns.part, report.turns.whole]
    assert outcome["before"][0] == turncast.evaluate(old, dev).turns.part
    stages = [record["stage"] for record in messages if "stage" in record]
    assert stages == ["training", "evaluating", "saving"]
    assert messages[0]["total"] == new.card.train.epochs * new.card.corpus["turns"]
    assert (
        max(record.get("done", 0) for record in messages) == len(new.card.metrics) * new.card.corpus["turns"]
    )
    # After one more correction: the model that was trained on the first ones was not trained on dev either.
    workspace.corrections.save(corrected(7))
    assert retrain(model, workspace, messages.append)["held_out"]


def test_a_worse_model_is_dropped(good, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(good, folder)
    before = Policy.load(folder)
    outcome = retrain(folder, workspace_in(tmp_path, CORPUS), lambda record: None)
    assert not outcome["taken"]
    assert outcome["after"][0] < outcome["before"][0]
    assert Policy.load(folder).digest == before.digest


def test_corrections_are_left_out_of_the_dev_part(model, tmp_path):
    workspace = workspace_in(tmp_path, CORPUS)
    _, dev = split_dev(CORPUS, QUICK.dev_share, QUICK.seed)
    first = next(iter(dev))
    workspace.corrections.save(replace(first, turns=first.turns[:1]))  # a dialogue of the dev part, put right
    outcome = retrain(model, workspace, lambda record: None)
    kept_out, whole = len(first), sum(len(dialogue) for dialogue in dev)
    _, judges = workspace.train_and_dev(QUICK, {first.id})
    assert first.id not in {dialogue.id for dialogue in judges}
    assert outcome["after"][1] == sum(len(dialogue) for dialogue in judges)
    assert first.id in {dialogue.id for dialogue in CORPUS}
    assert kept_out <= whole


def test_the_outcome_says_whether_the_dev_part_was_held_out(model, tmp_path):
    other = turncast.Corpus("more", [*CORPUS, *(replace(d, id=f"more-{d.id}") for d in CORPUS)])
    outcome = retrain(model, workspace_in(tmp_path, other), lambda record: None)
    assert not outcome["held_out"]


def test_a_model_replaced_meanwhile_is_left_alone(model, good, tmp_path):
    def send(record):
        if record.get("stage") == "evaluating":
            Policy.load(good).save(model, force=True)

    with pytest.raises(ModelError, match="was replaced meanwhile"):
        retrain(model, workspace_in(tmp_path, CORPUS), send)
    assert Policy.load(model).digest == Policy.load(good).digest


@pytest.mark.quick
def test_a_damaged_file_of_corrections_is_refused(model, tmp_path):
    workspace = workspace_in(tmp_path, CORPUS)
    workspace.corrections_file.write_text("{}\n")
    with pytest.raises(CorpusError, match=r"corrections\.jsonl line 1"):
        retrain(model, workspace, lambda record: None)


def test_a_retraining_replaces_the_served_model(model, tmp_path):
    """The training runs in a process of its own while the server answers."""
    with page_of(model, workspace_in(tmp_path, CORPUS)) as page:
        old = page.get("/v1/model").json()["digest"]
        assert texts(page.get("/ui/retrain").text)["start"] == "Retrain"
        path = begin(page, "a tea please", "small")
        send(page, f"{path}/turns/1", actions="confirm")
        send(page, f"{path}/save")
        assert send(page, "/ui/retrain").headers["location"] == "/ui/retrain"
        task = page.app.state.context.retraining._task
        assert 'id="progress"' in page.get("/ui/retrain").text
        send(page, "/ui/retrain")  # one at a time
        assert page.app.state.context.retraining._task is task
        send(page, path, user="yes")
        shown = texts(wait_until(page, "/ui/retrain", 'id="outcome"'))
        assert "The new model is in use." in shown["outcome"]
        assert "on the dev part" in shown["outcome"]
        assert "(2 of" in shown["outcome"] or "of 2)" in shown["outcome"]
        new = Policy.load(model).digest
        assert new != old
        wait_until(page, "/v1/model", new)
        assert "Turn 3" in page.get(path).text  # the conversation continues


def test_a_retraining_is_cancelled(model, tmp_path):
    with page_of(model, workspace_in(tmp_path, CORPUS)) as page:
        old = Policy.load(model).digest
        send(page, "/ui/retrain")
        send(page, "/ui/retrain/cancel")
        assert "was cancelled" in texts(page.get("/ui/retrain").text)["outcome"]
        assert Policy.load(model).digest == old
        send(page, "/ui/retrain/cancel")  # there is nothing to cancel now
        send(page, "/ui/retrain")  # a new one; stopping the server cancels it
        process = page.app.state.context.retraining
    assert process.status.stage == "cancelled"


def test_a_failed_retraining_says_why(model, tmp_path):
    with page_of(model, workspace_in(tmp_path, CORPUS)) as page:
        written([], tmp_path / "corpus.jsonl")
        send(page, "/ui/retrain")
        shown = texts(wait_until(page, "/ui/retrain", "job-problem"))
        assert "corpus.jsonl" in shown["job-problem"]
        assert "The model did not change." in shown["job-problem"]
        assert "start" in shown


def test_the_page_says_why_it_cannot_retrain(policy, model, tmp_path):
    with page_of(model, workspace_in(tmp_path)) as page:
        assert "Start the server with --corpus FILE" in page.get("/ui/retrain").text
        assert send(page, "/ui/retrain").status_code == 409
    with page_of(policy, workspace_in(tmp_path, CORPUS)) as page:
        assert "was not loaded from a folder" in page.get("/ui/retrain").text
        assert send(page, "/ui/retrain").status_code == 409
