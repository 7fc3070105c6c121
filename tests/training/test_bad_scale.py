"""What is only large works, in bounded memory."""

import subprocess
import sys

import pytest

# `ru_maxrss` would begin with what the process that tests had taken when it made this one.
CODE = """
import turncast
from turncast import Corpus, Dialogue, NetworkConfig, TrainConfig, Turn
long = Dialogue("long", [Turn("word%d and" % (n % 50), ("a" if n % 3 else "b",)) for n in range(5000)])
text = " ".join("w%d" % (n % 9000) for n in range(100_000))
giant = Dialogue("giant", [Turn(text, ("a",)), Turn("x", ("b",))])
small = [Dialogue("s%d" % n, [Turn("hi there", ("a",)), Turn("bye", ("b",))]) for n in range(40)]
corpus = Corpus("large", [long, giant, *small])
policy = turncast.train(corpus, Corpus("dev", [long, giant]), network=NetworkConfig(units=16),
                        config=TrainConfig(epochs=1))
report = turncast.evaluate(policy, corpus)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(report.turns.whole, int(status["VmHWM"].split()[0]) // 1024)
"""


@pytest.mark.large
def test_a_long_dialogue_and_a_long_text():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    turns, megabytes = map(int, done.stdout.split())
    assert turns == 5082
    assert megabytes < 1000
