"""Load a Keras model, predict from the bits of one turn, print: run by its path, in a new process.

It must not load turncast, so it imports Keras itself and not from `turncast.backend`.
"""

import importlib
import json
import os
import sys
from pathlib import Path

import numpy as np


def main() -> None:
    """Run the program."""
    folder = Path(sys.argv[1])
    model = importlib.import_module("keras").saving.load_model(
        folder / f"{os.environ['KERAS_BACKEND']}.keras"
    )
    probabilities = model.predict(np.load(folder / "turn.npy")[None, None], verbose=0)
    print(json.dumps(probabilities[0, -1].tolist()), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
