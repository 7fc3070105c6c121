"""Load a policy, predict one turn from its text, print: run by its path, in a new process."""

import json
import sys
from pathlib import Path

from turncast.dialogue import Turn
from turncast.policy import Policy


def main() -> None:
    """Run the program."""
    folder = Path(sys.argv[1])
    policy = Policy.load(folder / "model")
    turn = json.loads((folder / "turn.json").read_text(encoding="utf-8"))
    prediction, _ = policy.step(policy.start(), Turn(turn["user"], facts=turn["facts"]))
    prediction.top(3)
    print(json.dumps(prediction.probabilities.tolist()), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
