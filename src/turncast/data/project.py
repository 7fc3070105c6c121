"""Create a starter project: settings, a sample corpus, and a README with the next commands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from turncast.atomic_files import check_output_folder, replace_folder
from turncast.errors import OutputExists
from turncast.readers import to_json
from turncast.simulator import simulate

SETTINGS = """\
# Settings of `turncast train --config turncast.toml`. Options on the command line override them.
# Lines that begin with # show defaults. All settings: `docs/commands.md` of turncast.

# The network. layout: many-to-many-2 predicts actions at every turn, with memory from turn to turn.
# layout = "many-to-many-2"
# cell = "lstm"            # or "gru", "simple-rnn", "transformer"
# words = "bits"           # or as a sequence: "lstm", "mean", "max", "conv"
units = 64                 # width of the hidden layers; more for a large corpus
# layers = 1
# dropout = 0.4

# The training.
epochs = 15                # passes over the training part, at most
# patience = 6             # stop after this many epochs without a better result on the dev part
# learning_rate = 0.003
# dev_share = 0.1          # share of the corpus for the dev part, without --dev
# seed = 1                 # the same seed gives the same model

# The input.
# min_count = 2            # rarer words are unknown
# max_words = 20000
"""

COMMANDS = (
    "turncast data split dialogs.jsonl --out parts",
    "turncast train parts/train.jsonl --dev parts/dev.jsonl --config turncast.toml --out model",
    "turncast evaluate model parts/test.jsonl",
)

_README = """\
# {name}

A policy that learns from recorded dialogues what the system should do next.

`dialogs.jsonl` holds {dialogues} simulated restaurant bookings, one dialogue per line. Replace them by your
own: turns with what the user said, what else the system saw (`facts`), and the `actions` that it took.

Next, in this folder:

```bash
{commands}
```

The first splits the dialogues into a train, a dev and a test part. The second trains a model with the
settings in `turncast.toml`. The third evaluates it on the test part. After that, talk to the model with
`turncast chat model`, and look for problems in the corpus with `turncast data validate dialogs.jsonl`.
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A new project: its folder, its files, and the commands that come next."""

    folder: str
    files: tuple[str, ...]
    commands: tuple[str, ...] = COMMANDS


def new_project(folder: str | Path, dialogues: int = 300, seed: int = 1) -> Project:
    """Create a project folder; an existing file or folder is never changed.

    >>> new_project(Path(getfixture("tmp_path")) / "bookings", dialogues=10).files
    ('README.md', 'dialogs.jsonl', 'turncast.toml')

    Raises:
        OutputExists: if something of this name exists.
        OutputDenied: if the parent folder is not writable.
    """
    path = Path(folder)
    if path.exists() or path.is_symlink():
        raise OutputExists(f"{path}: it exists already; choose another name")
    check_output_folder(path, "turncast.toml", force=False)
    readme = _README.format(name=path.name, dialogues=dialogues, commands="\n".join(COMMANDS))
    corpus = "".join(to_json(dialogue) + "\n" for dialogue in simulate(dialogues, seed))
    files = {"README.md": readme, "dialogs.jsonl": corpus, "turncast.toml": SETTINGS}
    replace_folder(path, {name: text.encode() for name, text in files.items()})
    return Project(str(path), tuple(files))
