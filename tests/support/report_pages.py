"""Pages of reports: policies to judge, and what a page holds, read as a browser reads it."""

from collections import Counter
from html.parser import HTMLParser

from support.evaluation import Scripted
from turncast import EncoderConfig, TrainConfig, evaluate
from turncast.evaluation import Errors
from turncast.evaluation.html_report import report_page
from turncast.policy.artifacts import Card

METRICS = (
    {"epoch": 1, "loss": 2.0, "dev_loss": 1.5, "dev_turn_accuracy": 0.5, "best": True},
    {"epoch": 2, "loss": 1.0, "dev_loss": 1.6, "dev_turn_accuracy": 0.4, "best": False},
)
_EMPTY = {"meta", "link"}


def judged(policy, corpus, metrics=METRICS, **given):
    """The page of a policy that is judged on a corpus, as HTML; and the report."""
    if isinstance(policy, Scripted):
        policy.card = Card({"name": "its part"}, TrainConfig(), EncoderConfig(), metrics)
    errors = Errors()
    report = evaluate(policy, corpus, errors=errors)
    return report_page(policy, report, errors, **given), report


class Page(HTMLParser):
    """A page: its elements, their attributes, and the texts of each, all of them balanced."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.open = Counter(), [], []
        self.texts = {"all": ""}
        self.rows = []
        self.feed(html)
        self.close()
        assert self.open == [], "an element is not closed"

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        self.attributes += [(tag, name, value) for name, value in attributes]
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
        if tag not in _EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        for tag in {*self.open, "all"}:
            self.texts[tag] = self.texts.get(tag, "") + data
        if self.rows and self.rows[-1] and {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    def values(self, name):
        return [value for _, known, value in self.attributes if known == name]

    def row(self, first):
        """The cells of the row that begins so, without spaces at their ends."""
        return next(
            [" ".join(cell.split()) for cell in row]
            for row in self.rows
            if row and " ".join(row[0].split()) == first
        )
