"""The project's former name, which belongs to another package, is in no file but the changelog."""

import subprocess

import pytest

from conftest import ROOT

FORMER = "turn" + "wise"


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    if not (ROOT / ".git").exists():
        pytest.skip("this is not a clone: git does not know the files")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.quick
def test_no_file_has_the_former_name(tracked):
    assert not [name for name in tracked if FORMER in name.lower()]
    texts = {name: (ROOT / name).read_bytes().lower() for name in tracked if name != "CHANGELOG.md"}
    assert not [name for name, text in texts.items() if FORMER.encode() in text]


def test_the_changelog_says_once_what_the_project_was_called():
    text = (ROOT / "CHANGELOG.md").read_text().lower()
    assert text.count(FORMER) == 1
