"""Helpers for tests of the page: a server with a page, its forms, and a workspace."""

import json
import time
from contextlib import contextmanager
from dataclasses import replace
from html.parser import HTMLParser

import turncast
from support.corpora import QUICK, SMALL, tiny
from support.server import client_of_app
from turncast.evaluation import evaluate
from turncast.readers import to_json
from turncast.server import Models, create_app
from turncast.sessions import open_store
from turncast.training import split_dev
from turncast.web import Workspace, create_web_app

HERE = {"origin": "http://127.0.0.1:8000"}


def written(corpus, path):
    """Write a corpus as JSON Lines, and return the path."""
    path.write_text("".join(to_json(dialogue) + "\n" for dialogue in corpus))
    return path


def trained(folder, corpus, config=QUICK, **later):
    """Save a model with its report, as `turncast train` does; `later` are settings for a retraining."""
    part, dev = split_dev(corpus, config.dev_share, config.seed)
    policy = turncast.train(part, dev, network=SMALL, config=config)
    card = replace(policy.card, train=policy.card.train.model_copy(update=later))
    policy = replace(policy, card=card)
    policy.save(folder, report=json.dumps(evaluate(policy, dev).to_json()))
    return policy


def workspace_in(folder, corpus=None, **given):
    """Return a workspace in a folder, with the corpus in a file."""
    sources = () if corpus is None else (str(written(corpus, folder / "corpus.jsonl")),)
    return Workspace(sources, corrections_file=folder / "corrections.jsonl", **given)


@contextmanager
def page_of(model, workspace, **options):
    api = create_app(Models({"default": model}), open_store("memory:"), **options)
    with client_of_app(create_web_app(api, workspace)) as client:
        yield client


def send(client, path, headers=HERE, **fields):
    """Send a form, and return the answer; redirects are not followed."""
    return client.ask("POST", path, data=fields, headers=headers)


def begin(client, *users):
    """Have a conversation, and return its path."""
    path = send(client, "/ui/talk", user=users[0]).headers["location"]
    for user in users[1:]:
        assert send(client, path, user=user).headers["location"] == path
    return path


def wait_until(client, path, expected, seconds=60):
    """Reload a page until it contains a text, and return it."""
    end = time.monotonic() + seconds
    while expected not in (text := client.get(path).text):
        assert time.monotonic() < end, text
        client.sleep(0.1)
    return text


class Texts(HTMLParser):
    """The texts of the elements of a page, by their id."""

    def __init__(self, html):
        super().__init__()
        self.open, self.by_id = [], {}
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "link", "input", "img"):
            self.open.append(dict(attributes).get("id"))

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        self.open.pop()

    def handle_data(self, data):
        for id in filter(None, self.open):
            self.by_id[id] = " ".join(f"{self.by_id.get(id, '')} {data}".split())


def texts(html):
    return Texts(html).by_id


CORPUS = tiny(dialogues=24)


def poor(folder):
    """Save a model of low accuracy, which a retraining improves."""
    return trained(
        folder,
        CORPUS,
        QUICK.model_copy(update={"epochs": 1, "learning_rate": 1e-6}),
        epochs=8,
        learning_rate=0.02,
    )
