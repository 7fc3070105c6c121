"""The models that are served, by name; a folder that is replaced is loaded anew."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from turncast.errors import ConfigError, ModelError, NoModel
from turncast.policy import Policy

_log = logging.getLogger("turncast.server")
_Mark = tuple[int, int, int]


class Models:
    """Policies by name.

    Conversations go on when a model is replaced: their state is made again from their log.

    Args:
        models: a folder, or a policy, for each name; the first is the default.

    Raises:
        ModelError: for a folder that cannot be loaded.
    """

    def __init__(self, models: Mapping[str, Path | Policy]) -> None:
        if not models:
            raise ConfigError("there is no model to serve; name a folder")
        self._folders = {name: Path(one) for name, one in models.items() if not isinstance(one, Policy)}
        self._marks = {name: _mark(folder) for name, folder in self._folders.items()}
        self._policies = {
            name: one if isinstance(one, Policy) else Policy.load(one) for name, one in models.items()
        }
        for policy in self._policies.values():
            _ = policy.digest  # made now, and not at the first request

    @property
    def default(self) -> str:
        """The name of the model of conversations that name none."""
        return next(iter(self._policies))

    def policies(self) -> Mapping[str, Policy]:
        """Return the policies as they are now, by name."""
        return self._policies

    def named(self, name: str | None) -> Policy:
        """Return the policy of a name, or the default.

        Raises:
            NoModel: where there is none.
        """
        policies, wanted = self._policies, name or self.default
        if wanted not in policies:
            raise NoModel(wanted, policies)
        return policies[wanted]

    def folder(self, name: str) -> Path | None:
        """Return the folder of a model; None where there is none to be replaced."""
        return self._folders.get(name)

    def reload(self) -> dict[str, bool]:
        """Load the folders that were replaced; return for each of them whether it could be loaded.

        Where one cannot be loaded, the policy that is there stays, until the folder is replaced again.
        """
        outcomes = {}
        for name, folder in self._folders.items():
            mark = _mark(folder)
            if mark is None or mark == self._marks[name]:
                continue  # nothing is there while a folder is exchanged for another
            try:
                policy = Policy.load(folder)
            except ModelError as error:
                _log.warning("model %s is not replaced: %s", name, error)
                outcomes[name] = False
            else:
                _ = policy.digest
                self._policies = {**self._policies, name: policy}
                _log.info("model %s is replaced", name)
                outcomes[name] = True
            self._marks[name] = mark
        return outcomes


def _mark(folder: Path) -> _Mark | None:
    """Return what changes when a folder's manifest is replaced; None where there is none."""
    try:
        found = (folder / "manifest.json").stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
