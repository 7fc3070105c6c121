"""Files of rules: YAML or JSON."""

from __future__ import annotations

from pathlib import Path

from turncast.errors import ConfigError, CorpusError
from turncast.rules.parse import rules_from_json
from turncast.rules.rules import Rules


def read_rules(path: str | Path) -> Rules:
    """Return the rules in a file: a list of them, or an object whose `rules` is one; YAML, or JSON.

    Raises:
        ConfigError: for a file that cannot be read, and a rule that cannot be understood, with its line.
        MissingExtra: for YAML where the library that reads it is not installed.
    """
    # Here, so that a model that is loaded live brings no reader with it.
    from turncast.readers.json_values import parse_json
    from turncast.readers.safe_yaml import load_yaml
    from turncast.readers.text_files import read_text

    path = Path(path)
    try:
        text = read_text(path)
        document = parse_json(text, str(path)) if path.suffix == ".json" else load_yaml(text, str(path))
    except CorpusError as error:
        raise ConfigError(str(error)) from None
    return rules_from_json(document, str(path))
