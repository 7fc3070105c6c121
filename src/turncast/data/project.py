"""A small project to begin with: settings, a sample corpus, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from turncast.atomic_files import check_output_folder, replace_folder
from turncast.errors import OutputExists
from turncast.readers import to_json
from turncast.simulator import simulate

SETTINGS = """\
# Settings of `turncast train --config turncast.toml`. Options on the command line go before them.
# A line that begins with # shows a setting's default. All settings: `docs/commands.md` of turncast.

# The network. layout: many-to-many-2 answers every turn and carries memory from turn to turn.
# layout = "many-to-many-2"
# cell = "lstm"            # or "gru", "simple-rnn", "transformer"
# words = "bits"           # or in order: "lstm", "mean", "max", "conv"
units = 64                 # width of the hidden layers; more for a large corpus
# layers = 1
# dropout = 0.4

# The training.
epochs = 15                # passes over the training part, at most
# patience = 6             # stop after so many epochs in which the dev part did no better
# learning_rate = 0.003
# dev_share = 0.1          # held out when there is no --dev
# seed = 1                 # the same seed gives the same model

# The input.
# min_count = 2            # words seen less often are unknown
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

`dialogs.jsonl` holds {dialogues} simulated restaurant bookings, a dialogue a line. Put your own dialogues in
their place: turns with what the user said, what else the system saw (`facts`), and the `actions` it took.

Next, in this folder:

```bash
{commands}
```

The first puts a part of the dialogues aside. The second learns, with the settings in `turncast.toml`. The
third says how good it is on the dialogues put aside. After that, `turncast chat model` talks to it, and
`turncast data validate dialogs.jsonl` looks for what is wrong with a corpus.
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A new project: its folder, its files, and the commands that come next."""

    folder: str
    files: tuple[str, ...]
    commands: tuple[str, ...] = COMMANDS


def new_project(folder: str | Path, dialogues: int = 300, seed: int = 1) -> Project:
    """Make a project folder; what is there already is never touched.

    >>> made = new_project(Path(getfixture("tmp_path")) / "bookings", dialogues=10)
    >>> made.files
    ('README.md', 'dialogs.jsonl', 'turncast.toml')

    Raises:
        OutputExists: where something of this name is there.
        OutputDenied: where the folder around it cannot be written to.
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
