"""Rasa projects: which files hold what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from turncast.errors import CorpusError
from turncast.readers.folders import walk_files
from turncast.readers.rasa.domain import Domain, add_files, find_domain_files
from turncast.readers.rasa.markdown_stories import is_story_markdown, markdown_stories
from turncast.readers.rasa.story import Story
from turncast.readers.rasa.yaml_stories import yaml_stories
from turncast.readers.read_context import Skipped
from turncast.readers.safe_yaml import YamlMapping, load_yaml, yaml_kind
from turncast.readers.text_files import open_binary, read_lines, read_text

_SECTION = re.compile(rb"""^(?:\xef\xbb\xbf)?[ ]*['"]?(?:stories|rules)['"]?[ ]*:""", re.MULTILINE)
_TITLE = re.compile(rb"""^[ ]*-[ ]+['"]?(?:story|rule)['"]?[ ]*:""", re.MULTILINE)
_KEY = re.compile(r"""^['"]?([A-Za-z_]\w*)['"]?[ ]*:""", re.MULTILINE)
_DOMAIN = {"responses", "templates", "actions", "forms", "e2e_actions"}
_SECTIONS = _DOMAIN | {"version", "stories", "rules", "intents", "entities", "slots", "session_config"}
_YAML, _MARKDOWN = {".yml", ".yaml"}, {".md", ".markdown"}
_TEST = re.compile(r"tests?(?:[_-](?:stories|conversations))?", re.IGNORECASE)
_NO_STORIES = re.compile(
    r"(readme|changelog|changes|history|news|contributing|licen[cs]e|code_of_conduct|security)\b.*",
    re.IGNORECASE,
)
_PASSED_OVER = {"node_modules", "venv", "env", "models", "__pycache__"}


def is_story_yaml(raw: bytes) -> bool:
    """Tell whether bytes hold stories or rules of Rasa's YAML."""
    return bool(_SECTION.search(raw) and _TITLE.search(raw))


def is_rasa(path: Path, head: bytes) -> bool:
    """Tell whether a file holds stories or rules, by its whole if its name is right, else by its head."""
    if path.suffix.lower() in _YAML | _MARKDOWN:
        return is_story_file(path)
    return is_story_yaml(head) or is_story_markdown(head.decode("utf-8-sig", errors="replace"))


def is_story_file(path: Path) -> bool:
    """Tell whether a file holds stories or rules, in YAML or markdown."""
    suffix = path.suffix.lower()
    if suffix in _YAML:
        with open_binary(path) as file:
            return is_story_yaml(file.read())
    if suffix in _MARKDOWN and not _NO_STORIES.fullmatch(path.stem):
        with open_binary(path) as file:
            return is_story_markdown(file.read().decode("utf-8-sig", errors="replace"))
    return False


def is_rasa_folder(folder: Path) -> bool:
    """Tell whether a folder is a Rasa project, or a part of one with stories."""
    return any(is_story_file(path) for path in project_files(folder))


def read_project(path: Path, domain: Domain, skipped: Skipped) -> list[Story]:
    """Return the stories and rules of a project, or of one file, and read its domain.

    In a folder, test stories are left out (unless it is a folder of tests), and so are markdown stories
    beside YAML stories: they are the same, from before; both are read when their files are named. Every
    file left out is counted.
    """
    project = _Project(domain, skipped)
    if path.is_file():
        kind = "test" if _is_test(path.name) or _TEST.fullmatch(path.resolve().parent.name) else "story"
        project.add_stories(path, path.stem, kind)
        add_files(domain, (file for file in find_domain_files(path) if file.resolve() != path.resolve()))
    else:
        _read_folder(path, project, skipped)
        if not domain.complete:
            add_files(domain, find_domain_files(path / "here"))
    if not project.stories:
        raise CorpusError(
            str(path), "there are no stories or rules", "name a project or a file that has some"
        )
    return project.blocks


def _read_folder(folder: Path, project: _Project, skipped: Skipped) -> None:
    tests = bool(_TEST.fullmatch(folder.resolve().name))
    files = sorted(project_files(folder), key=lambda file: (len(file.parts), file))
    stories = [file for file in files if is_story_file(file)]
    chosen = [file for file in stories if tests or not _in_tests(file, folder)]
    in_yaml = any(file.suffix.lower() in _YAML for file in chosen)
    skipped_as = dict.fromkeys(set(stories) - set(chosen), "file of test stories")
    for file in chosen:
        if in_yaml and file.suffix.lower() in _MARKDOWN:
            skipped_as[file] = "markdown beside stories in YAML"
    for file in files:
        if file in skipped_as:
            skipped.add(skipped_as[file])
        elif file in chosen:
            name = file.relative_to(folder).with_suffix("").as_posix()
            project.add_stories(file, name, "test" if tests else "story")
        elif file.suffix.lower() in _YAML:
            project.add_other(file)
        else:
            skipped.add("file without stories: other")


def project_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and the folders in it, except what programs and other tools keep there."""
    found = walk_files(folder, lambda name: name not in _PASSED_OVER and not name.startswith("."))
    yield from (path for path in found if not path.name.startswith("."))


def _in_tests(file: Path, folder: Path) -> bool:
    return _is_test(file.name) or any(map(_TEST.fullmatch, file.relative_to(folder).parts[:-1]))


def _is_test(name: str) -> bool:
    return name.startswith("test_")


@dataclass(slots=True)
class _Project:
    """What the files of a project said so far."""

    domain: Domain
    skipped: Skipped
    blocks: list[Story] = field(default_factory=list)
    stories: bool = False

    def add_stories(self, path: Path, file: str, kind: str) -> None:
        """Read a file of stories or rules, and what it says of the domain."""
        text = read_text(path)
        if path.suffix.lower() not in _YAML and not is_story_yaml(text.encode()):
            self.stories = True
            self.blocks += markdown_stories(read_lines(path), str(path), file, kind, self.skipped)
            return
        document = load_yaml(text, str(path))
        if not isinstance(document, YamlMapping):
            cure = "give 'stories:' or 'rules:' and a list"
            raise CorpusError(str(path), f"the file holds {yaml_kind(document)}", cure)
        self.domain.add(document)
        self.stories = self.stories or bool(document.keys() & {"stories", "rules"})
        self.blocks += yaml_stories(document, str(path), file, kind, self.skipped)
        for key in document.keys() - _SECTIONS:
            self.skipped.add(
                "section nlu beside stories" if key == "nlu" else "unknown section beside stories"
            )

    def add_other(self, path: Path) -> None:
        """Read a file of the domain; count it where it is something else."""
        text = read_text(path)
        keys = set(_KEY.findall(text))
        if keys & _DOMAIN:
            document = load_yaml(text, str(path))
            if isinstance(document, YamlMapping):
                self.domain.add(document)
        elif not keys & _SECTIONS - {"version", "stories", "rules"}:
            kind = "nlu" if "nlu" in keys else "config" if keys & {"pipeline", "policies"} else "other"
            self.skipped.add(f"file without stories: {kind}")
