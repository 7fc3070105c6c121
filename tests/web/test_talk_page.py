"""The page without a browser: talk, correct, undo and save, as plain forms."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

import turncast
from support.bookings import bookings
from support.corpora import QUICK, SMALL
from support.property_tests import examples
from support.server import client_of, client_of_app
from support.web import CORPUS, HERE, begin, page_of, send, texts, workspace_in
from turncast import Corpus, Dialogue, Session, Turn, train
from turncast.server import Models, create_app
from turncast.sessions import Snapshot, open_store, turns_from_events
from turncast.web import create_web_app
from turncast.web.conversation_view import displayed_turns, last_correction
from turncast.web.corrections import Corrections


@pytest.fixture
def page(policy, tmp_path):
    with page_of(policy, workspace_in(tmp_path, CORPUS)) as client:
        yield client


def store_of(client):
    return client.app.state.context.server.store


@pytest.mark.quick
def test_the_first_page(page):
    for path in ("/", "/ui"):
        assert page.get(path).headers["location"] == "/ui/talk"
    first = page.get("/ui/talk").text
    assert "It knows 4 actions" in first
    assert "a tea please" in first  # an example turn of the corpus
    for fact in ("<code>paid</code> (", "<code>stock</code> (a number)"):
        assert fact in first  # the facts that the policy knows, with their values
    assert "No user text was in the training corpus" not in first


def test_a_policy_that_never_saw_words_says_so(tmp_path):
    turns = [Turn(None, [f"utter_{name}"], {"intent": name}) for name in ("greet", "leave")]
    corpus = Corpus("stories", [Dialogue(str(number), turns) for number in range(6)])
    with page_of(train(corpus, config=QUICK, network=SMALL), workspace_in(tmp_path, CORPUS)) as page:
        first = page.get("/ui/talk").text
        assert "No user text was in the training corpus" in first
        assert "<code>intent=greet</code>" in first
        assert "<code>intent</code> (greet, leave)" in first
        shown = page.get(send(page, "/ui/talk", facts="intnt=greet").headers["location"]).text
        assert "did you mean &#39;intent&#39;?" in shown


def test_a_conversation_shows_the_facts_of_its_own_model(policy, tmp_path):
    turns = [Turn(None, [f"utter_{name}"], {"intent": name}) for name in ("greet", "leave")]
    corpus = Corpus("stories", [Dialogue(str(number), turns) for number in range(6)])
    models = Models({"default": policy, "stories": train(corpus, config=QUICK, network=SMALL)})
    app = create_web_app(create_app(models, open_store("memory:")), workspace_in(tmp_path, CORPUS))
    with client_of_app(app) as page:
        id = page.post("/v1/conversations", {"model": "stories"}).json()["id"]
        shown = page.get(f"/ui/talk/{id}").text
        assert "No user text was in the training corpus" in shown
        assert "<code>intent</code> (greet, leave)" in shown


def test_the_api_alone_has_no_page(policy):
    with client_of({"default": policy}) as client:
        assert client.get("/ui/talk").status_code == 404


def test_get_requests_create_nothing(page):
    for path in ("/", "/ui/talk", "/ui/corpus", "/ui/evaluation", "/ui/retrain", "/ui/talk/none"):
        page.get(path)
    assert list(store_of(page).ids()) == []
    assert not page.app.state.context.workspace.corrections_file.exists()


def test_a_turn_shows_the_ranked_actions(page, policy):
    path = begin(page, "a tea please")
    shown = texts(page.get(path).text)["turn-1"]
    expected, _ = policy.step(policy.start(), Turn("a tea please"))
    for action, probability in expected.ranked:
        assert f"{action}" in shown
        assert f"{probability:.1%}" in shown
    assert f"{expected.actions[0]} done" in shown


def test_the_policy_sees_the_facts(page, policy):
    path = send(page, "/ui/talk", user="yes", facts="paid=true\nstock = 2").headers["location"]
    events = store_of(page).events(path.rpartition("/")[2])
    assert dict(events[0].facts) == {"paid": True, "stock": 2}
    shown = texts(page.get(path).text)["turn-1"]
    expected, _ = policy.step(policy.start(), Turn("yes", facts={"paid": True, "stock": 2}))
    assert f"{expected.probability:.1%}" in shown
    assert "paid true" in shown


def test_the_system_acts_again_without_new_text(page):
    path = begin(page, "a tea please")
    send(page, path, again="1", user="not sent")
    assert store_of(page).events(path.rpartition("/")[2])[2].user is None
    assert "the system acts again" in texts(page.get(path).text)["turn-2"]


def test_a_correction_rebuilds_the_state(page, policy):
    path = begin(page, "a tea please", "small", "yes")
    id = path.rpartition("/")[2]
    assert send(page, f"{path}/turns/1", actions="serve_coffee").headers["location"] == path
    straight = Session(policy)
    for user, actions in zip(("a tea please", "small", "yes"), store_turns(page, id), strict=True):
        straight.observe(user)
        straight.commit(actions)
    ours, theirs = (Snapshot.from_bytes(one) for one in (store_of(page).load([id])[id].state, straight.state))
    for cell, other in zip(ours.state.network, theirs.state.network, strict=True):
        for vector, expected in zip(cell, other, strict=True):
            np.testing.assert_allclose(vector, expected, atol=1e-5)
    assert ours.state.previous == theirs.state.previous
    changed = texts(page.get(path).text)["changed"]
    assert "turn 1 is now serve_coffee" in changed
    assert "Turn 2:" in changed
    assert "Turn 3:" in changed
    begun = send(page, path, user="thanks")
    assert "changed" not in texts(page.get(begun.headers["location"]).text)


def store_turns(page, id):
    return [turn.actions for turn in turns_from_events(store_of(page).events(id))]


@examples(25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    users=st.lists(st.sampled_from(["a tea please", "small", "yes", None]), min_size=1, max_size=5),
    turn=st.integers(1, 5),
    actions=st.sampled_from([("confirm",), ("serve_tea",), ()]),
)
def test_the_changes_of_a_correction_are_those_of_the_session(policy, users, turn, actions):
    session = Session(policy)
    for user in users:
        session.observe(user)
        session.commit()
    turn = min(turn, len(users))
    before = displayed_turns(policy, session.events)
    later = session.override(turn, actions)
    correction = last_correction(policy, session.events)
    assert (correction.turn, correction.after) == (turn, actions)
    assert correction.before == before[turn - 1].committed
    assert [change.turn for change in correction.changes] == list(range(turn + 1, len(users) + 1))
    for change, now, old in zip(correction.changes, later, before[turn:], strict=True):
        assert change.after == now.top(1)[0]
        assert change.before == (old.bars[0].action, old.bars[0].probability)
    assert displayed_turns(policy, session.events)[turn - 1].committed == actions


def test_templates_are_shown_with_their_values(tmp_path):
    corpus = bookings(tmp_path)
    policy = turncast.train(corpus, network=SMALL, config=QUICK)
    session, dialogue = Session(policy), next(iter(corpus))
    for turn in dialogue:
        session.observe(turn.user, turn.facts)
        session.commit(turn.actions)
    pairs = zip(displayed_turns(policy, session.events), dialogue, strict=True)
    shown = [(one.response, turn.response) for one, turn in pairs if "R_" in turn.actions[0]]
    assert len(shown) > 1
    assert all(response == recorded for response, recorded in shown), shown


def test_several_actions_can_be_chosen(multi_policy, tmp_path):
    with page_of(multi_policy, workspace_in(tmp_path)) as page:
        path = begin(page, "a tea please")
        page.ask("POST", f"{path}/turns/1", data={"actions": ["greet", "confirm"]}, headers=HERE)
        assert store_turns(page, path.rpartition("/")[2]) == [("greet", "confirm")]
        send(page, f"{path}/turns/1")  # none is chosen: nothing was done
        assert store_turns(page, path.rpartition("/")[2]) == [()]


def test_undo_every_turn(page):
    path = begin(page, "a tea please", "small")
    for left in (1, 0):
        send(page, f"{path}/undo")
        assert len(store_turns(page, path.rpartition("/")[2])) == left
    assert "There are no turns" in page.get(path).text
    answer = send(page, f"{path}/undo")
    assert answer.status_code == 404
    assert "no such turn" in texts(answer.text)["problem"]


def test_saving_replaces_what_was_saved_before(page):
    path = begin(page, "a tea please", "small")
    file = page.app.state.context.workspace.corrections_file
    send(page, f"{path}/save")
    (saved,) = turncast.read(file)
    assert saved == Dialogue(path.rpartition("/")[2], turns_from_events(store_of(page).events(saved.id)))
    assert "holds 1 dialogue." in texts(page.get(path).text)["saved"]
    send(page, f"{path}/turns/1", actions="confirm")
    assert "has changed since" in texts(page.get(path).text)["saved"]
    send(page, f"{path}/save")
    (saved,) = turncast.read(file)
    assert saved[0].actions == ("confirm",)
    assert page.get("/ui/retrain").text.count('class="saved"') == 1
    send(page, f"/ui/retrain/corrections/{saved.id}/remove")
    assert not file.exists()
    assert "No conversation is saved yet" in page.get("/ui/retrain").text


def test_threads_that_save_lose_nothing(tmp_path):
    corrections = Corrections(tmp_path / "corrections.jsonl")

    def save(name):
        for number in range(5):
            corrections.save(Dialogue(f"{name}-{number}", [Turn("hello", ["greet"])]))

    threads = [threading.Thread(target=save, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(corrections.by_id()) == {f"{name}-{number}" for name in "abcd" for number in range(5)}


def test_errors_of_saving_are_beside_the_button(page, policy, tmp_path):
    path, file = begin(page, "a tea please"), page.app.state.context.workspace.corrections_file
    file.write_text("no dialogue\n")
    answer = send(page, f"{path}/save")
    assert answer.status_code == 422
    assert "corrections.jsonl line 1" in texts(answer.text)["save-problem"]
    assert file.read_text() == "no dialogue\n"
    assert "corrections.jsonl line 1" in page.get("/ui/retrain").text
    file.unlink()
    file.mkdir()
    assert "save-problem" in texts(send(page, f"{path}/save").text)
    file.rmdir()
    send(page, f"{path}/undo")
    assert "no turn to save" in texts(send(page, f"{path}/save").text)["save-problem"]


def test_a_form_sent_twice_counts_once(page):
    path = begin(page, "a tea please")
    for _ in range(2):
        assert send(page, path, user="small", turn_id="t-1").headers["location"] == path
    assert len(store_turns(page, path.rpartition("/")[2])) == 2


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"user": "  "}, "user", "Write what the user says"),
        ({"user": "x" * 10_001}, "user", "The text is too long"),
        ({"user": "hello", "facts": "open"}, "facts", "“open” has no value"),
        ({"user": "hello", "facts": "a=1\na=2"}, "facts", "“a” is there twice"),
        ({"user": "hello", "facts": "a=" + "x" * 1001}, "facts", "a value at most 1,000"),
        (
            {"user": "hello", "facts": "\n".join(f"f{n}=1" for n in range(300))},
            "facts",
            "Give at most 200 facts",
        ),
    ],
)
def test_errors_are_beside_the_field(page, fields, field, message):
    path = begin(page, "a tea please")
    for where in ("/ui/talk", path):
        answer = send(page, where, **fields)
        assert answer.status_code == 422
        shown = texts(answer.text)
        assert message in shown[f"{field}-problem"]
        assert f'aria-describedby="{"facts-help " if field == "facts" else ""}{field}-problem"' in answer.text
        assert message in shown["status"]
        if field == "facts":  # nothing that was written is lost
            assert 'value="hello"' in answer.text
            assert shown["facts"] == " ".join(fields["facts"].split())
    assert len(store_turns(page, path.rpartition("/")[2])) == 1
    assert len(list(store_of(page).ids())) == 1


def test_the_error_of_an_unknown_action_is_beside_the_turn(page):
    path = begin(page, "a tea please", "small")
    answer = send(page, f"{path}/turns/1", actions="dance")
    assert answer.status_code == 422
    assert "does not know" in texts(answer.text)["turn-1-problem"]
    assert send(page, f"{path}/turns/9", actions="confirm").status_code == 404


def test_a_conversation_opens_by_its_id(page):
    page.post("/v1/conversations", {"id": "live-1"})
    page.post("/v1/conversations/live-1/turns", {"user": "a tea please", "commit": False})
    assert page.get("/ui/talk?id= live-1").headers["location"] == "/ui/talk/live-1"
    assert "nothing is committed yet" in page.get("/ui/talk/live-1").text
    send(page, "/ui/talk/live-1/turns/1", actions="confirm")
    assert store_turns(page, "live-1") == [("confirm",)]
    assert "changed" not in texts(page.get("/ui/talk/live-1").text)
    for id in ("none", "..", "a/b", "x" * 64):
        answer = page.get(f"/ui/talk?id={id}")
        if answer.status_code == 303:
            answer = page.get(answer.headers["location"])
        assert answer.status_code == 404
        assert "no conversation with this id" in texts(answer.text)["problem"]


def test_a_person_commits_where_the_policy_abstains(policy, tmp_path):
    unsure = replace(policy, decision=replace(policy.decision, abstain_below=2.0))
    with page_of(unsure, workspace_in(tmp_path)) as page:
        path = begin(page, "a tea please")
        shown = texts(page.get(path).text)["turn-1"]
        assert "nothing is committed yet" in shown
        assert "the policy abstains" in shown
        send(page, f"{path}/turns/1", actions="confirm")
        assert store_turns(page, path.rpartition("/")[2]) == [("confirm",)]
        assert "nothing is committed yet" not in page.get(path).text


def test_texts_of_users_are_escaped(page):
    bad = "<script>alert(1)</script>\"'{{ 7 * 7 }}"
    path = begin(page, bad)
    send(page, path, user=bad, facts="<b>=<i>")
    send(page, f"{path}/save")
    for where in (path, "/ui/retrain"):
        shown = page.get(where).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
        assert "<script>alert" not in shown
        assert "{{ 7 * 7 }}" in shown
    assert "<b>" not in page.get(path).text
