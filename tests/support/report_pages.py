"""Report pages as HTML, and a parser that checks them and returns their content."""

from collections import Counter
from html.parser import HTMLParser

from support.evaluation import ScriptedPolicy
from turncast import EncoderConfig, TrainConfig, evaluate
from turncast.evaluation import Errors
from turncast.evaluation.html_report import report_page
from turncast.policy.artifacts import Card

METRICS = (
    {"epoch": 1, "loss": 2.0, "dev_loss": 1.5, "dev_turn_accuracy": 0.5, "best": True},
    {"epoch": 2, "loss": 1.0, "dev_loss": 1.6, "dev_turn_accuracy": 0.4, "best": False},
)
_EMPTY = {"meta", "link"}


def evaluated_page(policy, corpus, metrics=METRICS, **given):
    """Return the report page of a policy on a corpus, as HTML, and the report."""
    if isinstance(policy, ScriptedPolicy):
        policy.card = Card({"name": "its part"}, TrainConfig(), EncoderConfig(), metrics)
    errors = Errors()
    report = evaluate(policy, corpus, errors=errors)
    return report_page(policy, report, errors, **given), report


class Page(HTMLParser):
    """A page whose elements are all closed: its tags, attributes and texts."""

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
        """Return the cells of the row with this first cell, without surrounding spaces."""
        return next(
            [" ".join(cell.split()) for cell in row]
            for row in self.rows
            if row and " ".join(row[0].split()) == first
        )
