"""The served models, by name; a model whose folder is replaced is loaded again."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from turncast.errors import ConfigError, ModelError, NoModel
from turncast.policy import Policy

_log = logging.getLogger("turncast.server")
_FileStamp = tuple[int, int, int]


class Models:
    """Policies by name.

    A conversation continues when its model is replaced: its state is computed again from its log.

    Args:
        models: a folder or a policy for each name; the first is the default.

    Raises:
        ModelError: for a folder that cannot be loaded.
    """

    def __init__(self, models: Mapping[str, Path | Policy]) -> None:
        if not models:
            raise ConfigError("there is no model to serve; name a folder")
        self._folders = {name: Path(one) for name, one in models.items() if not isinstance(one, Policy)}
        self._stamps = {name: _stamp(folder) for name, folder in self._folders.items()}
        self._policies = {
            name: one if isinstance(one, Policy) else Policy.load(one) for name, one in models.items()
        }
        for policy in self._policies.values():
            _ = policy.digest  # computed and cached now, instead of at the first request

    @property
    def default(self) -> str:
        """The name of the default model."""
        return next(iter(self._policies))

    def policies(self) -> Mapping[str, Policy]:
        """Return the current policies, by name."""
        return self._policies

    def get(self, name: str | None) -> Policy:
        """Return the policy with this name; None is the default.

        Raises:
            NoModel: where there is none.
        """
        policies, wanted = self._policies, name or self.default
        if wanted not in policies:
            raise NoModel(wanted, policies)
        return policies[wanted]

    def folder(self, name: str) -> Path | None:
        """Return the folder of a model; None where it was not loaded from one."""
        return self._folders.get(name)

    def reload(self) -> dict[str, bool]:
        """Load the folders that were replaced; return for each of them whether it could be loaded.

        Where a folder cannot be loaded, the old policy stays until the folder is replaced again.
        """
        outcomes = {}
        for name, folder in self._folders.items():
            stamp = _stamp(folder)
            if stamp is None or stamp == self._stamps[name]:
                continue  # None: the folder is missing for a moment while it is replaced
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
            self._stamps[name] = stamp
        return outcomes


def _stamp(folder: Path) -> _FileStamp | None:
    """Return a value that changes when the folder's manifest is replaced; None where it has none."""
    try:
        status = (folder / "manifest.json").stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size
