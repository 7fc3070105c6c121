"""Load weights into PyTorch, predict from the bits of one turn, print: run by its path, in a new process."""

import json
import sys
from pathlib import Path

import numpy as np


def main() -> None:
    """Run the program."""
    import torch
    from torch import nn

    folder = Path(sys.argv[1])
    state = torch.load(folder / "torch.pt", weights_only=True)
    first, units = state["bits.weight"].shape, state["lstm.weight_hh_l0"].shape[1]
    lstm, actions = nn.LSTM(first[0], units, batch_first=True), nn.Linear(units, len(state["actions.bias"]))
    for name, module in (("lstm", lstm), ("actions", actions)):
        module.load_state_dict(
            {
                key.removeprefix(f"{name}."): value
                for key, value in state.items()
                if key.startswith(f"{name}.")
            }
        )
    with torch.inference_mode():
        x = torch.from_numpy(np.load(folder / "turn.npy"))[None, None]
        output, _ = lstm(x @ state["bits.weight"].T + state["bits.added"])
        print(json.dumps(actions(output[0, -1]).softmax(-1).tolist()), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
