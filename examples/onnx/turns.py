"""Step a policy without turncast, with ONNX Runtime, NumPy and regex: the file says how a turn becomes bits.

    python examples/onnx/turns.py model.onnx < turns.jsonl

Each line of the input is a turn, such as {"user": "a table", "facts": {"open": true}, "actions": ["ask"]}.
Its actions are what the system really did; without them the predicted one is taken. Each output line has the
most probable action and its probability. `docs/onnx.md` explains the steps.
"""

import bisect
import json
import re
import sys
import unicodedata

import numpy as np
import onnxruntime
import regex


class Conversation:
    """One conversation: the states of the network and of the blocks."""

    def __init__(self, path):
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        texts = self.session.get_modelmeta().custom_metadata_map
        self.inputs = json.loads(texts["inputs"])
        self.states = {
            value.name: np.zeros((1, value.shape[1]), np.float32) for value in self.session.get_inputs()[1:]
        }
        self.previous, self.turns, self.silent, self.last_facts = None, 0, 0, {}

    def observe(self, user=None, facts=None):
        """Return the probability of each action, after what the system saw since its last decision."""
        bits = sorted(self.bits(user, facts or {}))
        feed = {"bits": np.array([bits], np.int64), **self.states}
        probabilities, *states = self.session.run(None, feed)
        self.states = dict(zip(self.states, states, strict=True))
        return dict(zip(self.inputs["actions"], probabilities[0].tolist(), strict=True))

    def commit(self, actions):
        """Say what the system really did: the next turn sees it."""
        self.previous = list(actions)

    def bits(self, user, facts):
        """Yield the bits of a turn, block by block."""
        words = self.words(user or "")
        facts = {name: value for name, value in facts.items() if not name.startswith("candidate.")}
        self.silent = 0 if user else min(self.silent + 1, 4)
        for block in self.inputs["blocks"]:
            for bit in self.bits_of_block(block, words, facts):
                yield block["first_bit"] + bit
        self.turns += 1

    def words(self, text):
        """Return the words of a text; slots replace their values, the longest first."""
        words, replaced = self.tokens(text), []
        values = [
            (self.tokens(spelling), f"<{slot}>")
            for slot, known in self.inputs["slot_values"].items()
            for value in known
            for spelling in (value, value.replace("_", " "))
        ]
        values.sort(key=lambda entry: -len(entry[0]))
        while words:
            match = next((entry for entry in values if entry[0] and words[: len(entry[0])] == entry[0]), None)
            replaced.append(match[1] if match else words[0])
            del words[: len(match[0]) if match else 1]
        return replaced

    def tokens(self, text):
        """Return the words of a text as they are written; scripts without spaces give pairs of characters."""
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).replace("’", "'")
        patterns = self.inputs["words"]
        if text.isascii():
            return re.findall(patterns["ascii"], text)
        run = regex.compile(patterns["unspaced_run"])
        return [
            word
            for token in regex.findall(patterns["any_script"], text, regex.V1)
            for word in (pairs(token) if run.fullmatch(token) else [token])
        ]

    def bits_of_block(self, block, words, facts):
        """Return the bits of one block, counted from its first bit."""
        kind, known = block["block"], block.get("words") or block.get("actions") or []
        if kind == "user_words":
            return indices(known, words) or {len(known) + 1}
        if kind == "previous_actions":
            return {len(known) + 1} if self.previous is None else indices(known, self.previous)
        if kind == "last_response":
            usual = [block["usual"].get(action, ()) for action in self.previous or ()]
            return indices(known, [word for said in usual for word in said])
        if kind == "position":
            edges = block["turn_edges"]
            return {bisect.bisect_right(edges, self.turns), len(edges) + 1 + self.silent}
        if kind == "facts":
            return {fact_bit(block["facts"], name, value) for name, value in facts.items()}
        raise NotImplementedError(f"this example does not know the block {kind!r}")


def pairs(run):
    """Return the overlapping pairs of characters of a run; the run itself where it has one or two."""
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def indices(known, names):
    """Return the index of each name; an unknown one has the index after the last."""
    return {known.index(name) if name in known else len(known) for name in names}


def fact_bit(codes, name, value):
    """Return the bit of a fact: of its value or bucket, of an unknown value, or of an unknown fact."""
    first = 0
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    for code in codes:
        if "edges" in code:
            unknown = len(code["edges"]) + 1
            bit = bisect.bisect_right(code["edges"], value) if is_number else unknown
        else:
            unknown = len(code["values"])
            bit = code["values"].index(text) if text in code["values"] else unknown
        if code["name"] == name:
            return first + bit
        first += unknown + 1
    return first


if __name__ == "__main__":
    conversation = Conversation(sys.argv[1])
    for line in sys.stdin:
        turn = json.loads(line)
        probabilities = conversation.observe(turn.get("user"), turn.get("facts"))
        action = max(probabilities, key=probabilities.get)
        conversation.commit(turn.get("actions") or [action])
        print(
            json.dumps({"action": action, "probability": round(probabilities[action], 4)}, ensure_ascii=False)
        )
