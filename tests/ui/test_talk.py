"""Talk, correct, undo and save, in a real browser."""

from urllib.parse import urlsplit

import pytest

import turncast
from support.browser import PHONE
from turncast import Policy, Session
from turncast.sessions import open_store, turns_from_events
from turncast.sessions.snapshot import Snapshot


def conversation(page, tmp_path):
    id = urlsplit(page.url).path.rpartition("/")[2]
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    try:
        return id, turns_from_events(store.events(id)), store.load([id])[id].state
    finally:
        store.close()


def test_talk_correct_undo_and_save(address, visit, folder, tmp_path):
    visitor = visit(address)
    page = visitor.go("/")
    visitor.check()
    for text in ("a tea please", "small", "yes"):
        visitor.say(text)
        page.wait_for_selector("#user:focus")
        assert page.input_value("#user") == ""
    assert page.get_attribute("#status", "role") == "status"
    assert page.inner_text("#status").startswith("Turn 3:")
    policy = Policy.load(folder)
    expected, _ = policy.step(policy.start(), turncast.Turn("a tea please"))
    shown = page.locator("#turn-1 .bars tbody tr").all()
    for row, (action, probability) in zip(shown, expected.ranked, strict=True):
        assert row.locator("th").inner_text().startswith(action)
        assert row.locator(".number").inner_text() == f"{probability:.1%}"
        track, fill = (row.locator(f".{kind}").bounding_box()["width"] for kind in ("track", "fill"))
        assert fill / track == pytest.approx(probability, abs=0.01)

    visitor.correct(1, "serve_coffee")
    page.wait_for_selector("#changed:focus")
    assert "turn 1 is now serve_coffee" in page.inner_text("#changed")
    _, turns, state = conversation(page, tmp_path)
    uncorrected = Session(policy)
    for turn in turns:
        uncorrected.observe(turn.user)
        uncorrected.commit(turn.actions)
    assert turns[0].actions == ("serve_coffee",)
    ours, theirs = Snapshot.from_bytes(state), Snapshot.from_bytes(uncorrected.state)
    for cell, other in zip(ours.state.network, theirs.state.network, strict=True):
        for vector, vector_of_other in zip(cell, other, strict=True):
            assert abs(vector - vector_of_other).max() <= 1e-5
    now = policy.predict(turncast.Dialogue("d", turns))
    for number in (2, 3):
        first = page.locator(f"#turn-{number} .bars .number").first.inner_text()
        assert first == f"{now[number - 1].probability:.1%}"

    page.click("#undo")
    page.wait_for_selector("#turn-3", state="detached")
    page.wait_for_selector("#undo:focus")
    page.click("#save")
    page.wait_for_selector("#saved")
    id, turns, _ = conversation(page, tmp_path)
    (saved,) = turncast.read(tmp_path / "model.corrections.jsonl")
    assert (saved.id, saved.turns) == (id, turns)
    visitor.check()
    page.click("#new")
    page.wait_for_url("**/ui/talk")
    page.go_back()
    page.wait_for_selector("#turn-2")


def test_the_page_works_by_keyboard(address, visit, tmp_path):
    visitor = visit(address)
    page = visitor.go("/")
    press = page.keyboard.press

    def to(id):
        for _ in range(60):
            if visitor.focused == id:
                return
            press("Tab")
        raise AssertionError(f"the Tab key does not lead to {id}")

    page.keyboard.type("a tea please")
    press("Enter")
    page.wait_for_selector("#turn-1")
    page.wait_for_selector("#user:focus")  # the page puts the focus there, a moment after the turn is shown
    page.keyboard.type("small")
    press("Enter")
    page.wait_for_selector("#turn-2")
    page.wait_for_selector("#user:focus")
    page.evaluate("document.querySelector('#turn-1 summary').focus()")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    press("Enter")
    to("actions-1")
    before = page.input_value("#actions-1")
    press("ArrowDown" if page.evaluate("document.activeElement.selectedIndex") == 0 else "ArrowUp")
    assert page.input_value("#actions-1") != before
    to("correct-1")
    press("Enter")
    page.wait_for_selector("#changed:focus")
    to("again")
    press("Space")
    page.wait_for_selector("#turn-3")
    page.wait_for_selector("#user:focus, #again:focus")
    to("save")
    press("Enter")
    page.wait_for_selector("#saved")
    page.wait_for_selector("#save:focus")
    page.goto(page.url)
    press("Shift+Tab")
    visitor.go("/ui/corpus")
    press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    press("Enter")
    assert page.evaluate("document.activeElement.id || location.hash") in ("main", "#main")


def test_errors_are_beside_the_field_and_get_the_focus(address, visit):
    visitor = visit(address, may_fail=True)
    page = visitor.go("/")
    page.click("#send")
    page.wait_for_selector("#user-problem")
    page.wait_for_selector("#user:focus")
    assert page.get_attribute("#user", "aria-invalid") == "true"
    visitor.check()
    page.fill("#user", "hello")
    page.click(".composer summary")
    page.fill("#facts", "open")
    page.click("#send")
    page.wait_for_selector("#facts-problem")
    page.wait_for_selector("#facts:focus")
    assert (page.input_value("#user"), page.input_value("#facts")) == ("hello", "open")
    page.fill("#facts", "stock=2")
    page.click("#send")
    page.wait_for_selector("#turn-1")
    assert "stock 2" in page.inner_text("#turn-1")


def test_without_javascript(address, visit):
    visitor = visit(address, javascript=False)
    page = visitor.go("/")
    page.locator(".starters button").first.click()
    page.fill("#user", "small")
    page.keyboard.press("Enter")
    page.locator("#turn-1 summary").click()
    page.locator("#actions-1").select_option("confirm")
    page.locator("#correct-1").click()
    assert "is now confirm" in page.locator("#changed").inner_text()
    page.locator("#undo").click()
    page.locator("#save").click()
    assert page.locator("#saved").is_visible()
    page.goto(f"{address}/ui/evaluation")
    page.locator("#evaluate").click()
    page.locator(".matrix").wait_for()  # the page loads itself again meanwhile
    page.goto(f"{address}/ui/retrain")
    page.locator("#start").click()
    page.locator("#cancel").click()
    assert "cancelled" in page.locator("#outcome").inner_text()


SCREENS = {"light": {}, "dark": {"color_scheme": "dark"}, "phone": {"viewport": PHONE}}


@pytest.mark.parametrize("screen", SCREENS.values(), ids=SCREENS)
def test_every_page_is_accessible(address, visit, screen):
    visitor = visit(address, **screen)
    page = visitor.go("/")
    visitor.check()
    for text in ("a tea please", "a-very-long-word-" * 20, "small"):
        visitor.say(text)
    visitor.correct(1, "confirm")
    page.click("#turn-2 summary")
    page.click("#save")
    page.wait_for_selector("#saved")
    page.click(".composer summary")
    visitor.check()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(20, 20, 28)") == (screen.get("color_scheme") == "dark")
    for path in ("/ui/corpus", "/ui/corpus?text=tea", "/ui/corpus?text=none", "/ui/retrain"):
        visitor.go(path)
        visitor.check()
    visitor.go("/ui/evaluation")
    page.click("#evaluate")
    page.wait_for_selector(".matrix")
    visitor.check()
    page.locator(".matrix a").first.click()
    page.wait_for_selector(".dialogue")
    visitor.check()
