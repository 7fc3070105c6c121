"""A new project."""

import re
import tomllib

import pytest

from turncast.config import Configuration
from turncast.data import new_project
from turncast.data.project import SETTINGS
from turncast.errors import OutputExists


@pytest.mark.quick
def test_existing_files_stay(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("mine")
    for name in ("empty", "file", "."):
        with pytest.raises(OutputExists, match="it exists already; choose another name"):
            new_project(tmp_path / name)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["empty", "file"]


def test_the_settings_are_known_and_the_ones_in_comments_are_the_defaults():
    given = Configuration.from_settings(tomllib.loads(SETTINGS))
    assert (given.network.units, given.training.epochs) == (64, 15)
    commented = re.sub(r"^# (?=\w+ = )", "", SETTINGS, flags=re.M)
    assert len(tomllib.loads(commented)) > len(tomllib.loads(SETTINGS))
    assert Configuration.from_settings(tomllib.loads(commented)) == given
