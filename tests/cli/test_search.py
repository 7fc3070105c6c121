"""`turnwise search`, as a user runs it."""

import json
import tomllib

from test_cli import names_in, refused, turnwise

from support import tiny
from turnwise.readers import to_json

SEARCH = ["--space", "units=4,8", "--fix", "epochs=1", "--fix", "batch_turns=64"]


def test_search_goes_on_and_what_it_wrote_trains(tmp_path):
    (tmp_path / "tiny.jsonl").write_text("".join(to_json(dialogue) + "\n" for dialogue in tiny()))
    command = ["search", "tiny.jsonl", "--out", "best.toml", *SEARCH]
    done = turnwise(*command, "--trials", 1, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("trial 1/1  dev ")
    assert "Wrote best.toml; the trials are in best.db. Next: turnwise train CORPUS" in done.stderr
    assert "tiny: the best of 1 trials, by the dev part" in done.stdout
    assert names_in(tmp_path) == ["best.db", "best.toml", "tiny.jsonl"]

    done = turnwise(*command, "--trials", 2, "--json", cwd=tmp_path)
    record = json.loads(done.stdout)
    assert len(record["trials"]) == 2
    assert done.stderr.startswith("trial 2/2  dev ")
    best = tomllib.loads((tmp_path / "best.toml").read_text())
    assert best == record["best"]["settings"]
    assert (
        turnwise("train", "tiny.jsonl", "--config", "best.toml", "--out", "m", cwd=tmp_path).returncode == 0
    )
    manifest = json.loads((tmp_path / "m" / "manifest.json").read_text())
    assert (manifest["train"]["epochs"], manifest["network"]["units"]) == (1, best["units"])

    message = refused(turnwise(*command, "--seeds", 2, cwd=tmp_path))
    assert message == "best.db: the study is of another seeds; give the same, or another --study"
    message = refused(turnwise(*command, "--study", "new.db", cwd=tmp_path))
    assert message == "best.toml: the file exists; give --force to replace it, or choose another name"
    message = refused(turnwise(*command, "--study", "new.db", "--force", "--minutes", "0", cwd=tmp_path))
    assert message == "stopped before the first trial was done; the same command goes on"
