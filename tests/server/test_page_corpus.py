"""The page without a browser: the corpus, the evaluation and what was taken for what."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from support.web import CORPUS, page_of, send, texts, trained, wait_until, workspace_in, written
from turncast.evaluation import evaluate
from turncast.training import split_dev
from turncast.web.confusions import Confusions, PlacesTally
from turncast.web.corpus_search import PAGE, Search, search


@pytest.fixture
def model(tmp_path):
    trained(tmp_path / "model", CORPUS)
    return tmp_path / "model"


@pytest.fixture
def page(model, tmp_path):
    with page_of(model, workspace_in(tmp_path, CORPUS)) as client:
        yield client


def test_the_corpus_is_searched_by_text_and_action(page):
    everything = page.get("/ui/corpus").text
    assert f"{len(list(CORPUS))} dialogues" in everything
    assert everything.count('class="card dialogue"') == PAGE
    tea = page.get("/ui/corpus?text=A TEA").text
    assert "12 of 24 dialogues fit" in texts(tea)["results"]
    assert tea.count('class="marked"') == PAGE
    served = page.get("/ui/corpus?text=yes&action=serve_tea").text
    assert "12 of 24 dialogues fit" in texts(served)["results"]
    assert "0 of 24" in texts(page.get("/ui/corpus?text=a tea&action=serve_tea").text)["results"]
    assert "Try a shorter text" in page.get("/ui/corpus?text=nothing says this").text
    assert "Which size?" in page.get("/ui/corpus?text=which SIZE").text


def test_pages_hold_every_dialogue_once(page):
    seen, number = [], 1
    while True:
        found = search(CORPUS, Search(page=number))
        seen += [hit.dialogue.id for hit in found.hits]
        shown = page.get(f"/ui/corpus?page={number}").text
        assert all(f"<strong>{hit.dialogue.id}</strong>" in shown for hit in found.hits)
        assert f"Page {number} of {found.pages}" in shown
        if number == found.pages:
            break
        assert f"page={number + 1}" in shown
        number += 1
    assert seen == [dialogue.id for dialogue in CORPUS]
    assert page.get("/ui/corpus?page=99").status_code == 200


def test_a_corpus_that_is_missing_or_damaged_is_said_so(policy, tmp_path):
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


def test_what_the_reader_left_out_is_told(policy, tmp_path):
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
        assert (f"{share:.1%}" if 0 < share < 1 else f"{share:.0%}") in shown
    assert "Taken for another most often" in shown
    first = report["confusions"][0]
    assert f'<td class="number">{first["count"]}</td>' in shown
    for name in ("free_running", "ceiling", "confusions"):  # as an older turncast wrote it
        del report[name]
    (model / "report.json").write_text(json.dumps(report))
    assert "Taken for another" not in page.get("/ui/evaluation").text


def test_without_a_report_the_model_can_be_judged(model, page):
    (model / "report.json").unlink()
    assert "has no report in its folder" in page.get("/ui/evaluation").text
    send(page, "/ui/evaluation")
    shown = wait_until(page, "/ui/evaluation", "Action by action")
    assert "has no report" not in shown
    (model / "report.json").write_text("[1]")
    assert page.get("/ui/evaluation").status_code == 200


def found_in(policy, corpus):
    tally = PlacesTally()
    report = evaluate(policy, corpus, errors=tally)
    return report, Confusions.of(report, tally.places())


def test_confusions_are_those_of_an_evaluation(policy):
    report, found = found_in(policy, CORPUS)
    assert [(one.true, one.predicted, one.count) for one in report.confusions] == [
        (*cell, count) for cell, count in found.wrong
    ]
    assert sum(found.counts.values()) == report.turns.whole
    assert sum(n for (true, taken), n in found.counts.items() if true == taken) == report.turns.part
    assert sum(count for _, count in found.wrong) == report.turns.whole - report.turns.part
    assert {cell: len(places) for cell, places in found.places.items()} == found.counts
    by_id = {dialogue.id: dialogue for dialogue in CORPUS}
    for (true, taken), places in found.places.items():
        for place in places:
            dialogue = by_id[place.dialogue]
            assert dialogue[place.turn - 1].actions == true
            assert policy.predict(dialogue)[place.turn - 1].actions == taken
    assert set(found.matrix(3)) <= {name for cell in found.counts for name in cell}
    assert len(found.matrix(3)) == 3


def test_behind_a_cell_are_its_dialogues(page):
    policy = page.app.state.site.policy
    assert page.get("/ui/evaluation/cell?true=confirm&taken=ask_size").status_code == 303  # not judged yet
    send(page, "/ui/evaluation")
    shown = wait_until(page, "/ui/evaluation", "The confusions are there.")
    _, dev = split_dev(CORPUS, policy.card.train.dev_share, policy.card.train.seed)
    _, found = found_in(policy, dev)
    links = {part.split('"')[0] for part in shown.split('href="')[1:] if "/cell?" in part.split('"')[0]}
    assert len(links) == len(found.counts)
    for link in links:
        query = parse_qs(urlsplit(link.replace("&amp;", "&")).query)
        cell = tuple(query.get("true", ())), tuple(query.get("taken", ()))
        behind = page.get(link.replace("&amp;", "&")).text
        assert f"{found.counts[cell]} turn" in behind
        for place in found.places[cell]:
            assert f"<strong>{place.dialogue}</strong>" in behind
            assert f"turn {place.turn} of" in behind
    assert "No turn of the dev part" in page.get("/ui/evaluation/cell?true=none&taken=none").text


def test_a_dev_part_of_its_own_judges(policy, tmp_path):
    dev = written(list(CORPUS)[:3], tmp_path / "dev.jsonl")
    with page_of(policy, workspace_in(tmp_path, CORPUS, dev=(str(dev),))) as page:
        send(page, "/ui/evaluation")
        assert "3 dialogues" in wait_until(page, "/ui/evaluation", "Action by action")
