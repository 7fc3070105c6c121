"""Many conversations at once: every answer is saved, and no repeated request counts twice."""

import json
import threading
from dataclasses import replace

import pytest

import turncast
from support.corpora import QUICK, SMALL, tiny
from turncast import Session
from turncast.errors import NoConversation, NoModel, NoTurn, RequestIdReused, UnknownAction
from turncast.policy.decision import ALWAYS_ABSTAIN
from turncast.sessions import Snapshot, open_store, turns_from_events
from turncast.sessions.conversations import Conversations
from turncast.sessions.request import Begin, Commit, Observe, Override, Undo


@pytest.fixture
def conversations(policy, store):
    return Conversations(lambda: {"default": policy}, store)


def run(conversations, *requests):
    return [json.loads(one) if isinstance(one, str) else one for one in conversations.run(requests)]


@pytest.mark.quick
def test_a_whole_conversation(conversations, policy, store):
    session = Session(policy)
    (begun,) = run(conversations, Begin(id="c1", model="default"))
    assert begun == {"id": "c1", "model": "default", "turns": 0}
    (answer,) = run(conversations, Observe(id="c1", user="a tea please", top=2))
    expected = session.observe("a tea please")
    assert answer["actions"] == answer["committed"] == list(expected.actions)
    assert [one["action"] for one in answer["ranked"]] == [action for action, _ in expected.top(2)]
    assert answer["turn"] == 1
    assert answer["abstain"] is False
    assert answer["response"] == policy.responses[expected.actions[0]]
    (answer,) = run(conversations, Observe(id="c1", user="small", facts={"stock": 2}, commit=False))
    assert answer["committed"] is None
    (answer,) = run(conversations, Commit(id="c1", actions=("confirm",), response="Right?"))
    assert answer == {"committed": ["confirm"], "turn": 2}
    (answer,) = run(conversations, Override(id="c1", turn=1, actions=("confirm",), top=1))
    assert [one["turn"] for one in answer["later"]] == [2]
    (answer,) = run(conversations, Undo(id="c1"))
    done = {"committed": ["confirm"], "response": "Right?"}
    assert answer["undone"] == {"turn": 2, "user": "small", "facts": {"stock": 2}, **done}
    assert [turn.actions for turn in turns_from_events(store.events("c1"))] == [("confirm",)]
    refused = run(
        conversations, Override(id="c1", turn=2, actions=()), Undo(id="c2"), Begin(id="c3", model="other")
    )
    assert [type(one) for one in refused] == [NoTurn, NoConversation, NoModel]
    (refused,) = run(conversations, Commit(id="c1", actions=("dance",)))
    assert isinstance(refused, UnknownAction)
    run(conversations, Undo(id="c1"))
    assert isinstance(run(conversations, Undo(id="c1"))[0], NoTurn)


def test_an_abstaining_policy_commits_nothing(conversations, store):
    run(conversations, Begin(id="c1", model="default"))
    (answer,) = run(conversations, Observe(id="c1", user="a tea please", threshold=0.999))
    assert (answer["abstain"], answer["committed"]) == (True, None)
    run(conversations, Observe(id="c1", user="small"))
    assert turns_from_events(store.events("c1"))[0].actions == ()


def test_the_threshold_of_the_model_is_the_default(policy, store):
    decision = replace(policy.decision, abstain_below=ALWAYS_ABSTAIN)
    unsure = replace(policy, decision=decision)
    conversations = Conversations(lambda: {"default": unsure}, store)
    run(conversations, Begin(id="c1", model="default"))
    (answer,) = run(conversations, Observe(id="c1", user="a tea please"))
    assert (answer["abstain"], answer["committed"]) == (True, None)
    (answer,) = run(conversations, Observe(id="c1", user="small", threshold=0.0))
    assert (answer["abstain"], answer["committed"]) == (False, answer["actions"])
    run(conversations, Observe(id="c1", user="yes", commit=False))
    (answer,) = run(conversations, Commit(id="c1"))
    assert answer["committed"] == []
    session = Session(unsure)
    assert session.observe("a tea please").abstains
    assert session.commit() == ()


def test_a_repeated_request_counts_once(conversations, store):
    run(conversations, Begin(id="c1", model="default", key="b"), Begin(id="c1", model="default", key="b"))
    request = Observe(id="c1", key="t1", user="a tea please")
    answers = conversations.run([request, request])
    assert answers == [*conversations.run([request]), answers[0]]
    assert len(turns_from_events(store.events("c1"))) == 1
    (refused,) = conversations.run([Observe(id="c1", key="t1", user="a coffee please")])
    assert isinstance(refused, RequestIdReused)
    undo = Undo(id="c1", key="u")
    assert conversations.run([undo]) == conversations.run([undo])
    run(conversations, Begin(id="c1", model="default"))  # continues
    assert store.load(["c1"])["c1"].version == 3


def test_a_batch_gives_the_answers_of_single_requests(conversations, policy):
    names = [f"c{number}" for number in range(40)]
    run(conversations, *(Begin(id=name, model="default") for name in names))
    users = ["a tea please", "small", "yes"]
    requests = [Observe(id=name, user=user) for user in users for name in names]
    answer = run(conversations, *requests)
    session = Session(policy)
    for number, user in enumerate(users):
        expected = session.observe(user)
        session.commit()
        for one in answer[40 * number : 40 * number + 40]:
            assert one["actions"] == list(expected.actions)
            assert one["probability"] == pytest.approx(expected.probability, abs=2e-6)


def test_servers_that_share_a_store_lose_no_turn(policy, store_url):
    if store_url == "memory:":
        pytest.skip("memory is of one process")
    stores = [open_store(store_url) for _ in range(4)]
    servers = [Conversations(lambda: {"default": policy}, store) for store in stores]
    names = ["c1", "c2", "c3"]
    run(servers[0], *(Begin(id=name, model="default") for name in names))

    def client(server, number):
        for turn in range(6):
            for name in names:
                for _ in range(2):  # each request is made twice
                    (outcome,) = server.run(
                        [Observe(id=name, key=f"{number}-{turn}", user=f"{number} {turn}")]
                    )
                    assert isinstance(outcome, str), outcome

    threads = [threading.Thread(target=client, args=(server, n)) for n, server in enumerate(servers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in names:
        turns = turns_from_events(stores[0].events(name))
        assert sorted(turn.user for turn in turns) == sorted(f"{n} {t}" for n in range(4) for t in range(6))
        for number in range(4):
            users = [turn.user for turn in turns if turn.user.startswith(f"{number} ")]
            assert users == [f"{number} {turn}" for turn in range(6)]
        stored = stores[0].load([name])[name]
        replayed = Session.resume(policy, None, stores[0].events(name))
        for cell, same in zip(
            Snapshot.from_bytes(stored.state).state.network,
            Snapshot.from_bytes(replayed.state).state.network,
            strict=True,
        ):
            for vector, expected in zip(cell, same, strict=True):
                assert vector == pytest.approx(expected, abs=1e-5)
    for store in stores:
        store.close()


def test_a_new_model_continues_from_the_log(policy, store):
    other = turncast.train(tiny(), network=SMALL, config=QUICK.model_copy(update={"seed": 9}))
    models = {"default": policy}
    conversations = Conversations(lambda: models, store)
    run(conversations, Begin(id="c1", model="default"), Observe(id="c1", user="a tea please"))
    models["default"] = other
    (answer,) = run(conversations, Observe(id="c1", user="small"))
    expected = other.predict(turncast.Dialogue("d", turns_from_events(store.events("c1"))))[1]
    assert answer["probability"] == pytest.approx(expected.probability, abs=2e-6)
    assert Snapshot.from_bytes(store.load(["c1"])["c1"].state).model == other.digest
