"""The pages of the corpus and of the evaluation, without a browser."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from support.web import CORPUS, page_of, send, texts, trained, wait_until, workspace_in, written
from turncast.evaluation import evaluate
from turncast.evaluation.html_report.confusion_matrix import ConfusionMatrix
from turncast.metrics import percent
from turncast.training import split_dev
from turncast.web.cell_turns import CellTally
from turncast.web.corpus_search import PAGE_SIZE, CorpusQuery, search


@pytest.fixture
def model(tmp_path):
    trained(tmp_path / "model", CORPUS)
    return tmp_path / "model"


@pytest.fixture
def page(model, tmp_path):
    with page_of(model, workspace_in(tmp_path, CORPUS)) as client:
        yield client


@pytest.mark.quick
def test_the_corpus_is_searched_by_text_and_action(page):
    everything = page.get("/ui/corpus").text
    assert f"{len(list(CORPUS))} dialogues" in everything
    assert everything.count('class="card dialogue"') == PAGE_SIZE
    tea = page.get("/ui/corpus?text=A TEA").text
    assert "12 of 24 dialogues match" in texts(tea)["results"]
    assert tea.count('class="marked"') == PAGE_SIZE
    served = page.get("/ui/corpus?text=yes&action=serve_tea").text
    assert "12 of 24 dialogues match" in texts(served)["results"]
    assert "0 of 24" in texts(page.get("/ui/corpus?text=a tea&action=serve_tea").text)["results"]
    assert "Try a shorter text" in page.get("/ui/corpus?text=nothing says this").text
    assert "Which size?" in page.get("/ui/corpus?text=which SIZE").text


def test_each_dialogue_is_on_one_page(page):
    ids, number = [], 1
    while True:
        results = search(CORPUS, CorpusQuery(page=number))
        ids_on_page = [match.dialogue.id for match in results.matches]
        ids += ids_on_page
        shown = page.get(f"/ui/corpus?page={number}").text
        assert all(f"<strong>{id}</strong>" in shown for id in ids_on_page)
        assert f"Page {number} of {results.num_pages}" in shown
        if number == results.num_pages:
            break
        assert f"page={number + 1}" in shown
        number += 1
    assert ids == [dialogue.id for dialogue in CORPUS]
    assert page.get("/ui/corpus?page=99").status_code == 200


def test_a_missing_or_damaged_corpus_is_reported(policy, tmp_path):
    with page_of(policy, workspace_in(tmp_path)) as page:
        assert "--corpus dialogs.jsonl" in page.get("/ui/corpus").text
        assert "--corpus FILE" in page.get("/ui/evaluation").text
        answer = send(page, "/ui/evaluation")
        assert answer.status_code == 409
    with page_of(policy, workspace_in(tmp_path, CORPUS)) as page:
        (tmp_path / "corpus.jsonl").write_text('{"id": "a"}\n')
        answer = page.get("/ui/corpus")
        assert answer.status_code == 422
        assert "corpus.jsonl line 1: the dialogue has no 'turns'" in texts(answer.text)["problem"]
        assert page.get("/ui/talk").status_code == 200
        send(page, "/ui/evaluation")
        assert "line 1" in texts(wait_until(page, "/ui/evaluation", "job-problem"))["job-problem"]


def test_what_the_reader_skipped_is_shown(policy, tmp_path):
    workspace = workspace_in(tmp_path, CORPUS)
    (tmp_path / "corpus.jsonl").write_text('{"turns": [{"actions": ["a"]}], "odd": 1}\n')
    with page_of(policy, workspace) as page:
        assert "1 × unknown dialogue key &#39;odd&#39;" in page.get("/ui/corpus").text


def test_the_report_of_the_model_is_shown_with_its_floors(page, model):
    report = json.loads((model / "report.json").read_text())
    shown = page.get("/ui/evaluation").text
    assert f"{report['right_turns']:,} of {report['turns']:,}" in shown
    free, ceiling = report["free_running"]["turn_accuracy"], report["ceiling"]["turn_accuracy"]
    for share in (report["turn_accuracy"], *report["floors"].values(), free, ceiling):
        assert percent(share) in shown
    assert "The largest confusions" in shown
    first = report["confusions"][0]
    assert f'<td class="number">{first["count"]}</td>' in shown


def test_without_a_report_the_model_can_be_evaluated(model, page):
    (model / "report.json").unlink()
    assert "has no report in its folder" in page.get("/ui/evaluation").text
    send(page, "/ui/evaluation")
    shown = wait_until(page, "/ui/evaluation", "Action by action")
    assert "has no report" not in shown
    (model / "report.json").write_text("[1]")
    assert page.get("/ui/evaluation").status_code == 200


def cell_turns_of(policy, corpus):
    tally = CellTally()
    report = evaluate(policy, corpus, errors=tally)
    return report, tally.result()


def test_the_turns_of_the_cells_are_those_of_an_evaluation(policy):
    report, cell_turns = cell_turns_of(policy, CORPUS)
    counts = cell_turns.counts
    assert {(one.true, one.predicted): one.count for one in report.confusions} == {
        cell: count for cell, count in counts.items() if cell[0] != cell[1]
    }
    assert sum(counts.values()) == report.turns.whole
    assert sum(n for (true, predicted), n in counts.items() if true == predicted) == report.turns.part
    assert {cell: len(turns) for cell, turns in cell_turns.turns.items()} == counts
    by_id = {dialogue.id: dialogue for dialogue in CORPUS}
    for (true, predicted), turns in cell_turns.turns.items():
        for reference in turns:
            dialogue = by_id[reference.dialogue]
            assert dialogue[reference.turn - 1].actions == true
            assert policy.predict(dialogue)[reference.turn - 1].actions == predicted


def test_a_cell_links_to_its_dialogues(page):
    policy = page.app.state.context.policy
    cell = "/ui/evaluation/cell"
    assert page.get(f"{cell}?true=confirm&predicted=ask_size").status_code == 303  # not evaluated yet
    send(page, "/ui/evaluation")
    shown = wait_until(page, "/ui/evaluation", "The evaluation is finished.")
    _, dev = split_dev(CORPUS, policy.card.train.dev_share, policy.card.train.seed)
    report, cell_turns = cell_turns_of(policy, dev)
    matrix = ConfusionMatrix.from_report(report, 12)
    links = {part.split('"')[0] for part in shown.split('href="')[1:] if "/cell?" in part.split('"')[0]}
    assert len(links) == len([cell for row in matrix.rows for cell in row.cells if cell.count]) > 0
    for link in links:
        query = parse_qs(urlsplit(link.replace("&amp;", "&")).query)
        names = tuple(query.get("true", ())), tuple(query.get("predicted", ()))
        dialogues = page.get(link.replace("&amp;", "&")).text
        assert f"{cell_turns.counts[names]} turn" in dialogues
        for reference in cell_turns.turns[names]:
            assert f"<strong>{reference.dialogue}</strong>" in dialogues
            assert f"turn {reference.turn} of" in dialogues
    assert "No turn of the dev part" in page.get(f"{cell}?true=none&predicted=none").text


def test_the_given_dev_part_is_evaluated(policy, tmp_path):
    dev = written(list(CORPUS)[:3], tmp_path / "dev.jsonl")
    with page_of(policy, workspace_in(tmp_path, CORPUS, dev=(str(dev),))) as page:
        send(page, "/ui/evaluation")
        assert "3 dialogues" in wait_until(page, "/ui/evaluation", "Action by action")
