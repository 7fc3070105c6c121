"""The corpus, the evaluation, signing in, and retraining, in a real browser."""

from urllib.parse import parse_qs, urlsplit

import pytest

from support.server import serving
from support.web import CORPUS
from turncast import Policy


def test_the_corpus_is_searched(address, visit):
    visitor = visit(address)
    page = visitor.go("/ui/corpus")
    assert page.locator(".dialogue").count() == 10
    page.click("#after")
    page.wait_for_selector("text=Page 2 of 3")
    page.fill("#text", "a tea")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=12 of 24 dialogues match")
    assert visitor.focused == "text"
    assert page.locator(".dialogue[open] .marked").count() == 3
    assert parse_qs(urlsplit(page.url).query)["text"] == ["a tea"]
    page.select_option("#action", "serve_tea")
    page.click("#search")
    page.wait_for_selector("text=Try a shorter text")
    page.go_back()
    page.wait_for_selector("text=12 of 24 dialogues match")


def test_a_cell_links_to_its_dialogues(address, visit, folder):
    visitor = visit(address)
    page = visitor.go("/ui/evaluation")
    page.click("#evaluate")
    page.wait_for_selector(".matrix")
    cell = page.locator(".matrix .wrong a").first
    count, message = int(cell.inner_text()), cell.get_attribute("aria-label")
    right, _, taken = message.partition(": ")[2].partition(" predicted as ")
    cell.click()
    page.wait_for_selector(".dialogue")
    assert page.inner_text("h1") == f"{right} predicted as {taken}"
    assert page.locator(".dialogue").count() == count
    policy, by_id = Policy.load(folder), {dialogue.id: dialogue for dialogue in CORPUS}
    for one in page.locator(".dialogue").all():
        dialogue = by_id[one.locator("summary strong").inner_text()]
        number = int(one.locator("summary .hint").inner_text().split()[1])
        assert dialogue[number - 1].actions == (right,)
        assert policy.predict(dialogue)[number - 1].actions == (taken,)
        assert right in one.locator(".marked").inner_text()


def test_a_retraining_replaces_the_model(address, visit, folder):
    visitor = visit(address)
    page = visitor.go("/")
    visitor.say("a tea please")
    visitor.say("small")
    visitor.correct(1, "confirm")
    page.click("#save")
    page.wait_for_selector("#saved")
    page.click("#saved a")
    before = Policy.load(folder).digest
    page.click("#start")
    page.wait_for_selector("#progress")
    visitor.check()
    page.wait_for_selector("#outcome", timeout=120_000)
    page.wait_for_selector("#outcome:focus")
    message = page.inner_text("#outcome")
    assert "The new model is in use." in message
    assert "on the dev part" in message
    assert page.inner_text("#status") == "The new model is in use."
    assert Policy.load(folder).digest != before
    visitor.check()
    page.click("text=Remove")
    page.wait_for_selector("text=No conversation is saved yet")


def test_a_retraining_is_cancelled(address, visit, folder):
    visitor = visit(address)
    page = visitor.go("/ui/retrain")
    before = Policy.load(folder).digest
    page.click("#start")
    page.click("#cancel")
    page.wait_for_selector("#outcome")
    assert "cancelled" in page.inner_text("#outcome")
    assert Policy.load(folder).digest == before


def test_sign_in(visit, folder, tmp_path):
    keys = tmp_path / "keys.txt"
    keys.write_text("a-key-that-is-long\n")
    with serving(folder, "memory:", "--api-key-file", str(keys)) as (address, _):
        visitor = visit(address, may_fail=True)
        page = visitor.go("/ui/corpus")
        visitor.check()
        page.fill("#key", "a-wrong-key-altogether")
        page.click("#sign-in")
        page.wait_for_selector("#key-problem")
        assert visitor.focused == "key"
        page.fill("#key", "a-key-that-is-long")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=The server has no corpus")
        assert page.evaluate("document.cookie") == ""
        visitor.check()
        page.click("#leave")
        page.wait_for_selector("#key")
        visitor.go("/ui/talk")
        assert "/ui/sign-in" in page.url


@pytest.mark.parametrize("path", ["/ui/evaluation", "/ui/retrain", "/ui/corpus"])
def test_without_a_corpus_the_pages_say_what_to_do(visit, folder, path):
    with serving(folder, "memory:") as (address, _):
        visitor = visit(address)
        page = visitor.go(path)
        assert "--corpus" in page.inner_text(".empty >> nth=0")
        visitor.check()
