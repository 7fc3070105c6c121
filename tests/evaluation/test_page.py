"""A report as a page: whole, offline, bounded, the same each time, and safe whatever a corpus says."""

import re
import sys
from dataclasses import replace

import pytest
from hypothesis import example, given

from support.evaluation import ScriptedPolicy, parse_corpus
from support.layouts import LAYOUTS, drinks_corpus
from support.property_tests import examples
from support.report_pages import METRICS, Page, evaluated_page
from support.strategies import corpora
from support.untrained import untrained_policy
from turncast import ActionSpace, Corpus, Dialogue, Turn
from turncast.dialogue_sources import LoadedDialogues
from turncast.errors import MissingExtra, OutputExists
from turncast.evaluation import Errors, evaluate, write_report
from turncast.evaluation.html_report import check_libraries
from turncast.evaluation.html_report.page import _SCRIPT as SCRIPT
from turncast.evaluation.html_report.render import environment

SPACE = ActionSpace("abc")
LARGEST = 2_000_000  # bytes
HEADINGS = ["summary", "learning", "confusions", "sure", "turns", "actions", "left-out"]
HOSTILE = "</script></style><img src=x onerror=alert(1)>\"'>{{ 7 * 7 }}<!--&lt;$a$\ud800\x00"
WRONG = Corpus(
    HOSTILE, [Dialogue(HOSTILE, [Turn(HOSTILE, (HOSTILE,), {HOSTILE: HOSTILE}, HOSTILE)] * 2, {"drink": "a"})]
)


def words(*lines):
    return {word for line in lines for word in line.split()}


# All that the page's own templates and plots hold.
TAGS = words(
    "html head meta link title style body a header p span h1 h2 h3 h4 bdi strong nav main section div figure",
    "figcaption table caption thead tbody tr th td b dl dt dd abbr details summary code q article ol li",
    "footer script svg g path defs use text rect clippath",
)
ATTRIBUTES = words(
    "lang charset name content http-equiv rel href class id tabindex aria-labelledby aria-label scope role",
    "title start value dir viewbox d style clip-path x y transform width height xlink:href",
)


def as_b(corpus, **given):
    """The page of a policy that always says b, and knows a, b and c."""
    return evaluated_page(ScriptedPolicy(lambda history: ("b",), SPACE), corpus, **given)


def check(html):
    """What holds of every page: nothing is asked for, nothing of a corpus is markup, links lead somewhere."""
    page = Page(html)
    assert set(page.tags) <= TAGS
    assert {name for _, name, _ in page.attributes} <= ATTRIBUTES
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    links = page.values("href") + page.values("xlink:href")
    assert {link for link in links if not link.startswith("#")} == {"data:,"}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    referred = re.findall(r"url\(([^)]*)\)", html)
    assert {link for link in referred if not link.startswith("#")} == set()
    assert {link[1:] for link in referred} <= set(ids)
    assert "@import" not in html
    assert page.texts["script"] == SCRIPT.read_text(encoding="utf-8")
    assert [tag for tag in ("h1", "main", "title") if page.tags[tag] != 1] == []
    assert len(html.encode(errors="replace")) < LARGEST
    return page


@pytest.mark.quick
def test_the_page_shows_the_report():
    html, report = as_b(parse_corpus("x:b y:a x:b", "x:a y:c", "x:b"), name="model")
    page = check(html)
    sections = [value for tag, name, value in page.attributes if (tag, name) == ("h2", "id")]
    assert sections == HEADINGS
    assert "Of 6 turns in 3 dialogues, 3 are right: 50.0%" in page.texts["p"]
    runs = (report.teacher_forced, report.free_running)
    assert page.row("teacher-forced") == [
        "teacher-forced",
        f"50.0% 3 of 6 {runs[0].turns_interval}",
        f"33.3% 1 of 3 {runs[0].dialogues_interval}",
    ]
    assert page.row("fed its own actions")[1] == f"50.0% 3 of 6 {runs[1].turns_interval}"
    assert page.row("ceiling: no policy has more")[1].endswith(f"{report.ceiling.turns.part} of 6")
    for floor in report.floors.values():
        assert f"{floor.part} of 6" in html
    assert page.row("b") == ["b", "3", "6", "3", "50.0%", "100.0%", "0.667"]  # by action
    assert page.row("1") == ["1", "3", "66.7%", "66.7%"]  # by turn
    assert page.tags["figure"] == page.tags["svg"] == 6
    labels = [value for tag, name, value in page.attributes if (tag, name) == ("svg", "aria-label")]
    assert labels[0].startswith("Accuracy: ceiling")
    assert "Right on the dev part: from 50.0% to 40.0% in 2 epochs." in labels
    links = [value for tag, name, value in page.attributes if (tag, name) == ("a", "href")]
    assert links[: 1 + len(HEADINGS)] == ["#main", *(f"#{heading}" for heading in HEADINGS)]
    assert "the dotted line is epoch 1, whose weights the model has" in html
    assert "The policy knows every action of the corpus" in html


def test_a_cell_of_the_matrix_leads_to_its_dialogues():
    html, _ = as_b(parse_corpus("x:b y:a x:b", "x:a y:c", "w:a"))
    page = check(html)
    # Most errors first: b was given five times for others or itself, a missed three times.
    assert page.row("true b") == ["true b", "2", "", "", "", "2"]
    assert page.row("true a") == ["true a", "3", "", "", "", "3"]
    assert page.row("true c") == ["true c", "1", "", "", "", "1"]
    labels = [value for tag, name, value in page.attributes if (tag, name) == ("a", "aria-label")]
    assert labels == ["3 turns: a predicted as b", "1 turn: c predicted as b"]
    behind = html.split('<div id="confusion-1">')[1].split("</details>")[0]
    headings = re.findall(r"<h4>Dialogue <bdi>(\w+)</bdi>, turn (\d)</h4>", behind)
    assert sorted(headings) == [("d0", "2"), ("d1", "1"), ("d2", "1")]
    first = behind.split("<article")[1]
    assert re.findall(r"<q[^>]*>(\w)</q>", first) == ["x", "y"]
    assert re.findall(r"<code>(\w)</code>", first) == ["b", "a", "b"]  # before it, right, predicted


def test_every_wrong_cell_of_the_matrix_has_a_target():
    names = "abcdefghij"
    policy = ScriptedPolicy(
        lambda history: (history[-1][0],), ActionSpace(names)
    )  # the text says what it answers
    html, report = evaluated_page(
        policy, parse_corpus(" ".join(f"{one}:{other}" for one in names for other in names))
    )
    page = check(html)
    assert len(report.confusions) == 90
    links = [value for value in page.values("href") if value.startswith("#confusion-")]
    assert sorted(links) == sorted(f"#confusion-{number}" for number in range(1, 91))


def test_an_example_shows_three_turns_before_the_wrong_one():
    html, _ = as_b(parse_corpus("1:b 2:b 3:b 4:b 5:b 6:a 7:b"))
    assert re.findall(r'<li value="(\d)">', html) == ["3", "4", "5", "6"]
    assert "2 earlier turns not shown" in html


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_has_its_page(layout):
    policy = untrained_policy(drinks_corpus(), LAYOUTS[layout])
    html, report = evaluated_page(policy, drinks_corpus(dialogues=8))
    page = check(html)
    assert (report.free_running is None) == ("fed its own actions" not in html)
    assert page.tags["details"] == 1 + len(report.confusions)
    assert html.count("<article") == report.turns.whole - report.turns.part
    for one in html.split("<article")[1:] if policy.config.layout != "many-to-one" else ():
        (number,) = re.findall(r"</bdi>, (?:turn|decision) (\d+)</h4>", one)
        last = re.findall(r'<li value="(\d+)">', one)[-1]
        assert int(last) <= int(number), "nothing of what came later is shown"
    if layout == "many-to-one":
        assert page.row("tea")[1:3] == ["4", str(report.actions["tea"].predicted)]
        assert "dialogues right</th>" in html
        assert "turns right" not in html


def test_several_actions_a_turn(multi_policy):
    html, report = evaluated_page(multi_policy, drinks_corpus(multi=True))
    page = check(html)
    assert report.sets is not None
    wholes = {" + ".join(sorted(true)): share.whole for true, share in report.answers.items()}
    shown = [row for row in page.rows if row and row[0].split()[:1] == ["true"] and row[0].strip() != "true"]
    assert shown
    for row in shown:
        assert row[-1] == str(wholes.get(" ".join(row[0].split()[1:]), 0))


def test_the_page_without_errors():
    html, _ = as_b(parse_corpus("x:b y:b"))
    page = check(html)
    assert "Nothing: every one of the 2 turns is right." in page.texts["p"]
    assert page.tags["article"] == 0


def test_the_page_lists_what_was_skipped():
    corpus = parse_corpus("x:b y:z z:z z:q")
    skipped = {"turns of <nobody>": 1234}
    html, _ = as_b(Corpus("letters", LoadedDialogues(tuple(corpus), skipped)))
    page = check(html)
    assert page.row("turns of <nobody>") == ["turns of <nobody>", "1,234"]
    assert page.row("z")[:2] == ["z", "2"]
    assert "Actions that the policy does not know; 3 turns with them count as wrong" in page.texts["caption"]


def test_a_member_of_an_ensemble_has_a_curve_of_its_own():
    members = [{"member": number, **record} for number in (1, 2, 3) for record in METRICS]
    html, _ = as_b(parse_corpus("x:b"), metrics=members)
    check(html)
    assert "A line for each of 3 members." in html
    one, _ = as_b(parse_corpus("x:b"))
    lines = [
        page.split('aria-label="Loss')[1].split("</svg>")[0].count("var(--second)") for page in (html, one)
    ]
    assert lines[0] > 2
    without, _ = as_b(parse_corpus("x:b"), metrics=())
    assert 'id="learning"' not in without
    undeveloped, _ = as_b(parse_corpus("x:b"), metrics=({"epoch": 1, "loss": 2.0},))
    assert 'aria-label="Loss' in undeveloped
    assert "dev part" not in undeveloped


def test_the_page_shows_where_a_policy_abstains(policy):
    corpus = drinks_corpus(dialogues=40)
    plain, _ = evaluated_page(policy, corpus)
    decision = replace(policy.decision, abstain_below=0.3)
    html, report = evaluated_page(replace(policy, decision=decision), corpus)
    assert report.calibration.answered.part > 0
    assert f"The policy answers {report.calibration.answered}" in html
    assert "abstains below 0.300</text>" in html
    assert "abstains below" not in plain


@given(corpora)
@example(WRONG)
@examples(3)  # each draws six plots
def test_no_text_of_a_corpus_is_markup(corpus):
    html, _ = as_b(corpus, name=corpus.name)
    check(html)


def test_markup_in_a_text_is_shown_literally():
    page = check(as_b(WRONG, name=HOSTILE)[0])
    shown = " ".join(HOSTILE.split())
    for tag in ("title", "h1", "h4", "q", "code", "bdi"):
        assert shown in page.texts[tag], tag


def test_a_large_corpus_stays_below_two_megabytes(tmp_path):
    names = [f"{number}{'<&' * 200}" for number in range(600)]
    facts = {f'{number}"{"<" * 99}': '"' * 999 for number in range(12)}
    turns = [Turn("'" * 5000, (name,), facts, '"' * 5000) for name in names]
    corpus = Corpus("c" * 5000, [Dialogue(f"{place}", turns[place::15] * 2) for place in range(15)])
    policy = ScriptedPolicy(lambda history: (names[len(history) * 7 % 300],), ActionSpace(names[:300]))
    html, report = evaluated_page(policy, corpus, metrics=[{"epoch": n, "loss": 1.0} for n in range(1, 3000)])
    page = check(html)
    assert len(html.encode()) > LARGEST / 4, "it would be larger"
    assert "the 400 most frequent of 600" in page.texts["caption"]
    cases = html.count('<details class="case">')
    others = report.confusions[30:]
    assert 30 <= cases < len(report.confusions)
    assert f"{len(report.confusions) - cases:,} smaller confusions" in page.texts["p"]
    assert sum(one.count for one in others) >= len(report.confusions) - cases
    assert "of this confusion" in html
    assert "270 more are not shown." in page.texts["p"]  # 300 unknown actions, 30 of them shown
    assert "and 4 more" in page.texts["p"]


def test_the_same_report_has_the_same_bytes():
    import matplotlib

    corpus = parse_corpus("x:b y:a x:b", "x:a y:c", "x:b")
    first, _ = as_b(corpus)
    with matplotlib.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.linewidth": 9}):
        assert as_b(corpus)[0] == first


def test_a_file_is_replaced_only_with_force(policy, tmp_path):
    errors, corpus = Errors(), drinks_corpus()
    report = evaluate(policy, corpus, errors=errors)
    path = write_report(tmp_path / "new" / "report.html", policy, report, errors)
    before = path.read_bytes()
    with pytest.raises(OutputExists, match="the file exists"):
        write_report(path, policy, report, errors)
    write_report(path, policy, report, errors, name="other", force=True)
    assert path.read_bytes() != before


@pytest.mark.parametrize("library", ["jinja2", "matplotlib.figure"])
def test_without_its_libraries_the_extra_is_named(library, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    environment.cache_clear()
    with pytest.raises(MissingExtra, match=re.escape("pip install 'turncast[report]'")):
        check_libraries()
