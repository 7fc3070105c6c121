"""A report's page from disk, in a real browser: on a wide screen, a phone, in the dark and on paper."""

import pytest

from support.browser import PHONE, WIDE
from support.corpora import tiny
from support.evaluation import ScriptedPolicy, choose
from support.report_pages import evaluated_page
from turncast import ActionSpace

ACTIONS = ("ask_size", "confirm", "serve_tea", "serve_coffee")


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The address of a report with many errors, as a file."""
    policy = ScriptedPolicy(lambda history: (choose(ACTIONS, history, 1),), ActionSpace(ACTIONS))
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(evaluated_page(policy, tiny(dialogues=40), name="scripted")[0], encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize(
    "screen",
    [
        {"viewport": WIDE},
        {"viewport": PHONE},
        {"viewport": WIDE, "color_scheme": "dark"},
        {"viewport": PHONE, "color_scheme": "dark"},
        {"viewport": PHONE, "javascript": False, "offline": True},
    ],
    ids=["wide", "phone", "dark", "dark phone", "offline without scripts"],
)
def test_the_report_is_accessible_and_its_dialogues_open(visit, report, screen):
    visitor = visit(report, **screen)
    page = visitor.go("")
    assert page.locator("details[open]").count() == 0
    page.locator(".matrix a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("details[open] article")
    first = page.locator("details[open]")
    assert (first.count(), page.locator(".matrix a").first.inner_text()) == (
        1,
        first.locator(".number").inner_text().split()[0],
    )
    box = first.locator("summary").bounding_box()
    assert 0 <= box["y"] < page.viewport_size["height"]
    visitor.check()


def test_the_texts_of_plots_fit(visit, report):
    for viewport in (WIDE, PHONE):
        page = visit(report, viewport=viewport).go("")
        outside = page.evaluate(
            """() => [...document.querySelectorAll("svg text")].filter(text => {
              const one = text.getBoundingClientRect(), all = text.closest("svg").getBoundingClientRect();
              return one.left < all.left - 1 || one.right > all.right + 1;
            }).map(text => text.textContent)"""
        )
        assert outside == []


def test_the_table_of_actions_sorts_by_keyboard(visit, report):
    page = visit(report).go("")
    rows = page.locator(".sortable tbody tr")

    def column(number):
        return [row.locator("th, td").nth(number).inner_text() for row in rows.all()]

    page.get_by_role("button", name="recall").focus()
    page.keyboard.press("Enter")
    recalls = [float(text.rstrip("%")) for text in column(5)]
    assert recalls == sorted(recalls, reverse=True) != sorted(recalls)
    page.keyboard.press("Enter")
    assert [float(text.rstrip("%")) for text in column(5)] == sorted(recalls)
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    page.get_by_role("button", name="action").click()
    assert column(0) == sorted(ACTIONS)


def test_the_printed_report_is_light_and_complete(visit, report):
    page = visit(report, viewport=WIDE, color_scheme="dark").go("")
    page.locator(".matrix a").first.click()
    page.wait_for_selector("details[open] article")
    page.emulate_media(media="print", color_scheme="dark")
    style = "element => getComputedStyle(element)"
    assert page.locator("body").evaluate(f"({style})(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("body").evaluate(f"({style})(document.body).color") == "rgb(28, 28, 40)"
    assert not page.is_visible("nav")
    assert page.locator("article:visible").count() > 0
    assert page.pdf(format="A4").startswith(b"%PDF")
