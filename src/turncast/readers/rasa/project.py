"""Rasa projects: which files have stories, rules or a part of the domain, and which are skipped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from turncast.errors import CorpusError, kind_of
from turncast.readers.folders import walk_files
from turncast.readers.rasa.domain import Domain, find_domain_files
from turncast.readers.rasa.markdown_stories import is_story_markdown, markdown_stories
from turncast.readers.rasa.story import Story
from turncast.readers.rasa.yaml_stories import yaml_stories
from turncast.readers.safe_yaml import YamlMapping, load_yaml
from turncast.readers.text_files import open_binary, read_lines, read_text

_STORY_SECTION = re.compile(
    rb"""^(?:\xef\xbb\xbf)?[ ]*['"]?(?:stories|rules|test_conversations)['"]?[ ]*:""", re.MULTILINE
)
_STORY_ITEM = re.compile(rb"""^[ ]*-[ ]+(?:\{\s*)?['"]?(?:story|rule)['"]?[ ]*:""", re.MULTILINE)
_TEST_SECTION = re.compile(rb"""(?:^[ ]*|[{,]\s*)['"]?test_conversations['"]?\s*:""", re.MULTILINE)
# YAML in JSON form: {"stories": [{"story": "a", "steps": []}]}
_STORY_LIST = re.compile(
    rb"""(?:^[ ]*|[{,]\s*)['"]?(?:stories|rules|test_conversations)['"]?\s*:\s*\[\s*\{"""
    rb"""[^{}]*?['"]?(?:story|rule|steps)['"]?\s*:""",
    re.MULTILINE,
)
_STEPS = re.compile(rb"""[{,]\s*['"]?steps['"]?\s*:\s*\[""")
_KEY_IN_BRACES = re.compile(r"""[{,]\s*['"]?([A-Za-z_]\w*)['"]?\s*:""")
_TOP_LEVEL_KEY = re.compile(r"""^['"]?([A-Za-z_]\w*)['"]?[ ]*:""", re.MULTILINE)
_DOMAIN_SECTIONS = {"responses", "templates", "actions", "forms", "e2e_actions"}
_SECTIONS = _DOMAIN_SECTIONS | {
    "version",
    "stories",
    "rules",
    "test_conversations",
    "intents",
    "entities",
    "slots",
    "session_config",
}
_STORY_SECTIONS = {"stories", "rules", "test_conversations"}
_YAML, _MARKDOWN = {".yml", ".yaml"}, {".md", ".markdown"}
_TEST_NAME = re.compile(r"tests?(?:[_-](?:stories|conversations))?", re.IGNORECASE)
_NOT_STORIES = re.compile(
    r"(readme|changelog|changes|history|news|contributing|licen[cs]e|code_of_conduct|security)\b.*",
    re.IGNORECASE,
)
_SKIPPED_FOLDERS = {"node_modules", "venv", "env", "models", "__pycache__"}


def is_story_yaml(raw: bytes) -> bool:
    """Return whether YAML has stories or rules of Rasa."""
    in_blocks = _STORY_SECTION.search(raw) and _STORY_ITEM.search(raw)
    return bool(in_blocks or (_STEPS.search(raw) and _STORY_LIST.search(raw)))


def is_rasa(path: Path, head: bytes) -> bool:
    """Return whether a file has stories or rules.

    A file with a suffix of YAML or markdown is read completely; of any other file, only the head is used.
    """
    if path.suffix.lower() in _YAML | _MARKDOWN:
        return is_story_file(path)
    return is_story_yaml(head) or is_story_markdown(head.decode("utf-8-sig", errors="replace"))


def is_story_file(path: Path) -> bool:
    """Return whether a YAML or markdown file has stories or rules."""
    suffix = path.suffix.lower()
    if suffix in _YAML:
        with open_binary(path) as file:
            return is_story_yaml(file.read())
    if suffix in _MARKDOWN and not _NOT_STORIES.fullmatch(path.stem):
        with open_binary(path) as file:
            return is_story_markdown(file.read().decode("utf-8-sig", errors="replace"))
    return False


def is_rasa_folder(folder: Path) -> bool:
    """Return whether a folder is a Rasa project, or a part of one that has stories."""
    return any(is_story_file(path) for path in project_files(folder))


def read_project(path: Path, skipped: Counter[str]) -> tuple[list[Story], Domain]:
    """Return the stories and rules of a project, or of one file, and the domain.

    In a folder, test stories are skipped, unless it is a folder of tests. Markdown stories beside YAML
    stories are skipped too, because they are older copies. Both are read if their file is named. Skipped
    files are counted.
    """
    project = _ProjectReader(skipped)
    if path.is_file():
        kind = "test" if _is_test(path.name) or _TEST_NAME.fullmatch(path.resolve().parent.name) else "story"
        project.add_stories(path, path.stem, kind)
        project.domain.read(file for file in find_domain_files(path) if file.resolve() != path.resolve())
    else:
        _read_folder(path, project)
        if not project.domain.complete:
            project.domain.read(find_domain_files(path / "any file"))
    if not project.has_stories:
        raise CorpusError(str(path), "there are no stories or rules", "give a project or a file with stories")
    return project.stories, project.domain


def _read_folder(folder: Path, project: _ProjectReader) -> None:
    is_test_folder = bool(_TEST_NAME.fullmatch(folder.resolve().name))
    files = sorted(project_files(folder), key=lambda file: (len(file.parts), file))
    story_files = [file for file in files if is_story_file(file)]
    chosen = {file for file in story_files if is_test_folder or not _has_tests(file, folder)}
    in_yaml = any(file.suffix.lower() in _YAML for file in chosen)
    reasons = dict.fromkeys(set(story_files) - chosen, "file of test stories")
    for file in chosen:
        if in_yaml and file.suffix.lower() in _MARKDOWN:
            reasons[file] = "markdown stories beside YAML stories"
    for file in files:
        if file in reasons:
            project.skipped[reasons[file]] += 1
        elif file in chosen:
            name = file.relative_to(folder).with_suffix("").as_posix()
            project.add_stories(file, name, "test" if is_test_folder else "story")
        elif file.suffix.lower() in _YAML:
            project.add_domain(file)
        else:
            project.skipped["file without stories: other"] += 1


def project_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and below it, except hidden ones and those in folders of tools."""
    files = walk_files(folder, lambda name: name not in _SKIPPED_FOLDERS and not name.startswith("."))
    yield from (path for path in files if not path.name.startswith("."))


def _has_tests(file: Path, folder: Path) -> bool:
    """Return whether a file of stories has test stories, by its name, its folders or its section."""
    if _is_test(file.name) or any(map(_TEST_NAME.fullmatch, file.relative_to(folder).parts[:-1])):
        return True
    if file.suffix.lower() not in _YAML:
        return False
    with open_binary(file) as opened:
        return bool(_TEST_SECTION.search(opened.read()))


def _is_test(name: str) -> bool:
    return name.startswith("test_")


@dataclass(slots=True)
class _ProjectReader:
    """Reads the files of a project, one after another."""

    skipped: Counter[str]
    domain: Domain = field(default_factory=Domain)
    stories: list[Story] = field(default_factory=list)
    has_stories: bool = False  # a file has a list of stories or rules, which may be empty

    def add_stories(self, path: Path, file: str, kind: str) -> None:
        """Read a file of stories or rules, and the part of the domain in it."""
        text = read_text(path)
        if path.suffix.lower() not in _YAML and not is_story_yaml(text.encode()):
            self.has_stories = True
            self.stories += markdown_stories(read_lines(path), str(path), file, kind, self.skipped)
            return
        document = load_yaml(text, str(path))
        if not isinstance(document, YamlMapping):
            cure = "give 'stories:' or 'rules:' with a list"
            raise CorpusError(str(path), f"the file is {kind_of(document)}", cure)
        self.domain.add(document)
        self.has_stories = self.has_stories or bool(document.keys() & _STORY_SECTIONS)
        self.stories += yaml_stories(document, str(path), file, kind, self.skipped)
        for key in document.keys() - _SECTIONS:
            section = "section nlu" if key == "nlu" else "unknown section"
            self.skipped[f"{section} beside stories"] += 1

    def add_domain(self, path: Path) -> None:
        """Read a file if it is a part of the domain; otherwise count it."""
        text = read_text(path)
        in_braces = text.lstrip().startswith("{") and not text.lstrip().startswith(("{{", "{%"))
        keys = set((_KEY_IN_BRACES if in_braces else _TOP_LEVEL_KEY).findall(text))
        if keys & _DOMAIN_SECTIONS:
            document = load_yaml(text, str(path))
            if isinstance(document, YamlMapping):
                self.domain.add(document)
        elif not keys & _SECTIONS - _STORY_SECTIONS - {"version"}:
            kind = "nlu" if "nlu" in keys else "config" if keys & {"pipeline", "policies"} else "other"
            self.skipped[f"file without stories: {kind}"] += 1
