"""Which requests the page accepts, and what headers it sends to a browser."""

import time

import pytest

from support.web import CORPUS, HERE, begin, page_of, send, texts, workspace_in

KEY = "a-key-that-is-long"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def page(policy, tmp_path):
    with page_of(policy, workspace_in(tmp_path, CORPUS), local=True) as client:
        yield client


@pytest.fixture
def locked(policy, tmp_path):
    with page_of(policy, workspace_in(tmp_path, CORPUS), keys=[KEY]) as client:
        yield client


@pytest.mark.quick
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({**HERE, "host": "evil.example"}, 403),
        ({**HERE, "content-type": "text/plain"}, 415),
        ({**HERE, "content-type": "application/json"}, 415),
        (HERE, 303),
        ({"sec-fetch-site": "same-origin"}, 303),
    ],
)
def test_only_forms_of_the_page_change_anything(page, headers, status):
    answer = page.ask("POST", "/ui/talk", content="user=hello", headers={**FORM, **headers})
    assert answer.status_code == status
    assert len(list(page.app.state.context.server.store.ids())) == (status == 303)


def test_every_answer_has_the_security_headers(page):
    path = begin(page, "hello")
    answers = [page.get(where) for where in ("/", path, "/ui/corpus", "/ui/none", "/ui/static/page.css")]
    answers += [send(page, path, user=""), send(page, path, user="hi"), send(page, path, {}, user="hi")]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
            assert answer.headers["cache-control"] == "no-store"


def test_no_page_loads_anything_from_other_sites(page):
    path = begin(page, "hello")
    for where in ("/ui/talk", path, "/ui/corpus", "/ui/evaluation", "/ui/retrain", "/ui/none"):
        shown = page.get(where).text
        assert "http:" not in shown
        assert "https:" not in shown
        assert " style=" not in shown
        assert "<script>" not in shown
        assert not [word for word in shown.split() if word.startswith("on") and "=" in word]
    assert "url(" not in page.get("/ui/static/page.css").text
    assert page.get("/ui/static/htmx-2.0.11.min.js").status_code == 200
    assert "Zero-Clause BSD" in page.get("/ui/static/htmx-LICENSE.txt").text
    assert page.get("/ui/static/../app.py").status_code == 404


def test_errors_are_pages(page, monkeypatch):
    answer = page.get("/ui/none")
    assert answer.status_code == 404
    assert "nothing at this path" in texts(answer.text)["problem"]
    assert page.ask("DELETE", "/ui/talk", headers=HERE).status_code == 405
    assert page.get("/ui/corpus?page=0").status_code == 422
    store = page.app.state.context.server.store
    monkeypatch.setattr(store, "events", lambda id: 1 / 0)
    path = begin(page, "hello")
    answer = page.get(path)
    assert answer.status_code == 500
    assert "The server failed" in texts(answer.text)["problem"]
    assert "ZeroDivision" not in answer.text


def test_large_forms_are_refused(page):
    answer = send(page, "/ui/talk", user="x" * 1_000_001)
    assert answer.status_code == 413
    assert "Shorten" in texts(answer.text)["problem"]
    many = "&".join(f"f{n}=1" for n in range(3_000))
    answer = page.ask("POST", "/ui/talk", content=many, headers={**FORM, **HERE})
    assert answer.status_code == 422


def test_signing_in_sets_a_cookie(locked):
    answer = locked.get("/ui/corpus")
    assert (answer.status_code, answer.headers["location"]) == (303, "/ui/sign-in?to=/ui/corpus")
    assert send(locked, "/ui/talk", user="hello").headers["location"] == "/ui/sign-in?to=/ui/talk"
    assert locked.get("/ui/talk", headers={"hx-request": "true"}).headers["hx-redirect"] == "/ui/sign-in"
    assert locked.get("/ui/static/page.css").status_code == 200
    assert locked.get("/ui/sign-in?to=/ui/corpus").status_code == 200
    answer = send(locked, "/ui/sign-in", key="another-key-altogether", to="/ui/corpus")
    assert answer.status_code == 403
    assert "none of the keys" in texts(answer.text)["key-problem"]
    assert "another-key" not in answer.text
    answer = send(locked, "/ui/sign-in", key=KEY, to="/ui/corpus")
    assert (answer.status_code, answer.headers["location"]) == (303, "/ui/corpus")
    cookie = answer.headers["set-cookie"].lower()
    for attribute in ("httponly", "samesite=strict", "path=/ui", "max-age=43200"):
        assert attribute in cookie
    assert KEY not in cookie
    assert locked.get("/ui/corpus").status_code == 200  # the client kept the cookie
    assert locked.get("/v1/model", headers={"cookie": answer.headers["set-cookie"]}).status_code == 401
    assert "Sign out" in locked.get("/ui/corpus").text
    send(locked, "/ui/sign-out")
    assert locked.get("/ui/corpus").status_code == 303


def test_altered_and_expired_tickets_are_refused(locked):
    keys = locked.app.state.context.server.keys
    now = int(time.time())
    good, old = keys.make_ticket(KEY, now + 60), keys.make_ticket(KEY, now - 1)
    for ticket, status in (
        (good, 200),
        (old, 303),
        (good.replace(str(now + 60), str(now + 6000)), 303),
        (good[:-1] + ("0" if good[-1] != "0" else "1"), 303),
        ("", 303),
        (".", 303),
        ("9" * 5000 + ".x", 303),
        ("²." + "0" * 64, 303),
    ):
        cookie = f"turncast={ticket}".encode()
        answer = locked.ask("GET", "/ui/talk", headers=[(b"cookie", cookie)])
        assert answer.status_code == status, ticket


def test_signing_in_redirects_to_own_pages_only(locked):
    for to in ("//evil.example", "https://evil.example", "/ui/../v1", "/ui//evil", "javascript:alert(1)", ""):
        answer = send(locked, "/ui/sign-in", key=KEY, to=to)
        assert answer.headers["location"].startswith("/ui/"), to
        assert ".." not in answer.headers["location"]


def test_without_keys_there_is_no_sign_in(page):
    assert page.get("/ui/sign-in").headers["location"] == "/ui/talk"
