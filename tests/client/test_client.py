"""Both clients against a real server: the same methods, the same answers."""

import asyncio
import inspect
import threading
import uuid

import pytest

from support.corpora import tiny
from turncast import Session, Turn
from turncast.client import AsyncClient, Client, NotFound, Predicted

MESSAGES = [{"role": "user", "content": "a tea please"}]


class SyncAsyncClient:
    """An AsyncClient that waits for its answers, so that one test runs with both clients."""

    def __init__(self, *args, **kwargs):
        self._runner = asyncio.Runner()
        self._client = self._runner.run(self._made(args, kwargs))

    async def _made(self, args, kwargs):
        return await AsyncClient(*args, **kwargs).__aenter__()

    def __getattr__(self, name):
        return lambda *args, **kwargs: self._runner.run(getattr(self._client, name)(*args, **kwargs))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._runner.run(self._client.__aexit__(*error))
        self._runner.close()


@pytest.fixture(params=[Client, SyncAsyncClient], ids=["sync", "async"])
def client(request, address):
    with request.param(address) as client:
        yield client


def test_unused_inputs_are_reported(client):
    id = client.begin().id
    assert client.observe(id, "a tea please", {"stock": 1}).warnings == ()
    (warning,) = client.observe(id, "a tea please", {"stok": 1}).warnings
    assert warning == "the policy does not know the fact 'stok'; did you mean 'stock'?"


def test_a_conversation(client, policy):
    session = Session(policy)
    begun = client.begin(model="default")
    assert (begun.model, begun.turns) == ("default", 0)
    expected = session.observe("a tea please", {"stock": 1})
    answer = client.observe(begun.id, "a tea please", {"stock": 1}, top=2)
    assert (answer.turn, answer.actions, answer.committed) == (1, expected.actions, expected.actions)
    assert answer.probability == pytest.approx(expected.probability, abs=1e-5)
    assert [action for action, _ in answer.ranked] == [action for action, _ in expected.top(2)]
    assert answer.response == "Which size?"
    answer = client.observe(begun.id, "small", commit=False, threshold=1.0)
    assert (answer.abstain, answer.committed, answer.turn) == (True, None, 2)
    assert client.get(begun.id).open is True
    assert client.commit(begun.id, ["confirm"], "Small, yes?") == ("confirm",)
    corrected = client.override(begun.id, 1, ["confirm"], "A tea?", top=1)
    assert corrected.committed == ("confirm",)
    assert list(corrected.later) == [2]
    assert len(corrected.later[2].ranked) == 1
    conversation = client.get(begun.id)
    assert (conversation.id, conversation.model, conversation.open) == (begun.id, "default", False)
    assert conversation.turns == (
        Turn("a tea please", ("confirm",), {"stock": 1}, "A tea?"),
        Turn("small", ("confirm",), response="Small, yes?"),
    )
    assert conversation.created <= conversation.updated
    undone = client.undo(begun.id)
    assert (undone.turn, undone.turns) == (conversation.turns[1], 1)
    assert client.delete(begun.id) is True
    assert client.delete(begun.id) is False
    with pytest.raises(NotFound, match="id: There is no conversation with this id"):
        client.get(begun.id)


@pytest.mark.quick
def test_without_a_conversation(client, policy):
    dialogue = tiny().dialogues[0]
    predictions = client.predict(dialogue, top=2)
    for one, expected in zip(predictions, policy.predict(dialogue), strict=True):
        assert one.actions == expected.actions
        assert one.probability == pytest.approx(expected.probability, abs=1e-6)
        assert len(one.ranked) == 2
    assert client.predict(list(dialogue), model="default", top=2) == predictions
    answer = client.next_action(MESSAGES, top=1)
    assert isinstance(answer, Predicted)
    assert answer.actions == policy.predict(tiny().dialogues[0])[0].actions
    model = client.model()
    assert (model.name, model.names, model.digest) == ("default", ("default",), policy.digest)
    assert model.actions == tuple(policy.space)
    assert model.network["units"] == 8
    assert model.abstain_below == 0.0
    assert client.model("default") == model
    assert client.ready() is True


def test_a_repeated_turn_id_counts_once(client):
    name = uuid.uuid4().hex
    assert [client.begin(name).turns for _ in range(2)] == [0, 0]
    first, repeated = (client.observe(name, "a tea please", turn_id="t-1") for _ in range(2))
    assert first == repeated
    assert client.observe(name, "a tea please").turn == 2  # without a turn_id it is another turn
    assert client.begin(name).turns == 2


def test_both_clients_have_the_same_methods():
    def public(kind):
        return {name for name, one in vars(kind).items() if name[0] != "_" and callable(one)}

    assert public(Client) == public(AsyncClient)
    for name in sorted(public(Client) - {"send", "close"}):
        one, other = getattr(Client, name), getattr(AsyncClient, name)
        assert inspect.signature(one).parameters == inspect.signature(other).parameters
        assert one.__doc__ == other.__doc__
        assert one.__name__ == name
        assert next(iter(inspect.signature(one).parameters)) == "self"


def test_many_requests_at_once(address):
    """Threads that share a client, and tasks that share one, with few connections between them."""
    names = [uuid.uuid4().hex for _ in range(12)]
    with Client(address, connections=3) as client:

        def converse(name):
            client.begin(name)
            for number in range(3):
                client.observe(name, str(number))

        threads = [threading.Thread(target=converse, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        users = {name: [turn.user for turn in client.get(name).turns] for name in names}
    assert users == {name: ["0", "1", "2"] for name in names}

    async def observe_all():
        async with AsyncClient(address, connections=3) as client:
            return await asyncio.gather(*(client.observe(name, "3") for name in names))

    assert [one.turn for one in asyncio.run(observe_all())] == [4] * 12
