"""A policy as a folder: a manifest, JSON and safetensors; never a pickle."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import safetensors.numpy
from safetensors import SafetensorError

from turncast.atomic_files import check_output_folder, replace_folder
from turncast.baselines import Baselines, CountTable, Histories
from turncast.config import EncoderConfig, NetworkConfig, TrainConfig
from turncast.errors import ConfigError, ModelError
from turncast.features import TurnEncoder
from turncast.features.blocks.user_vectors import UserVectors, with_vectors_at
from turncast.policy.artifacts import Card, PolicyParts
from turncast.policy.decision import Decision
from turncast.rules import NO_RULES, rules_from_json
from turncast.vocabulary import ActionSpace

FORMAT = "turncast-policy-1"
MANIFEST, DECISION, HISTORIES = "manifest.json", "decision.json", "histories.safetensors"
RULES = "rules.json"  # only where there are rules
_COUNTS = "count_table.safetensors"  # only where a count table is mixed into the predictions
# The files that a prediction needs; the manifest holds the hash of each.
_HASHED = (
    "encoder.json",
    "actions.json",
    "responses.json",
    DECISION,
    "baselines.safetensors",
    HISTORIES,
    "weights.safetensors",
)


def write_folder(parts: PolicyParts, path: Path, *, force: bool, report: str | None) -> Path:
    """Write a policy's folder; an older one stays whole until the new one is complete."""
    check_output_folder(path, MANIFEST, force=force)
    arrays, labels = parts.baselines.to_arrays()
    space, card = parts.space, parts.card
    files = {
        "encoder.json": _json(parts.encoder.to_json()),
        "actions.json": _json(
            {"actions": list(space), "multi": space.multi, "may_be_empty": space.may_be_empty},
        ),
        "responses.json": _json(
            {
                "actions": dict(parts.responses),
                "sets": [[list(actions), text] for actions, text in parts.set_responses.items()],
            }
        ),
        DECISION: _json(parts.decision.to_json(space)),
        "baselines.safetensors": safetensors.numpy.save(arrays, {"labels": labels}),
        HISTORIES: safetensors.numpy.save(parts.histories.to_arrays()),
        "weights.safetensors": parts.weights_file(),
    }
    if parts.table is not None:
        files[_COUNTS] = safetensors.numpy.save(parts.table.to_arrays())
    if parts.rules:
        files[RULES] = _json(parts.rules.to_json())
    manifest = {
        "format": FORMAT,
        "network": parts.config.model_dump(),
        "encoder": card.encoder.model_dump(),
        "train": card.train.model_dump(),
        "corpus": dict(card.corpus),
        "interrupted": card.interrupted,
        "parent": None if card.parent is None else dict(card.parent),
        "members": parts.members,
        "count_table": 0.0 if parts.table is None else parts.table.weight,
        "versions": dict(card.versions),
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    files[MANIFEST] = _json(manifest)
    files["metrics.jsonl"] = "".join(json.dumps(dict(record)) + "\n" for record in card.metrics).encode()
    if report is not None:
        files["report.json"] = report.encode()
    replace_folder(path, files)
    return path


def read_folder(path: Path, vectors: str | Path | None = None) -> PolicyParts:
    """Read a policy's folder and check its hashes; `vectors` is a new path of the vectors, if they moved."""
    manifest = _manifest(path)
    hashes = manifest["sha256"]
    names = (*_HASHED, *(name for name in (RULES,) if name in hashes))
    files = {name: _checked(path, name, hashes) for name in names}
    try:
        actions = json.loads(files["actions.json"])
        space = ActionSpace(actions["actions"], multi=actions["multi"], may_be_empty=actions["may_be_empty"])
        responses = json.loads(files["responses.json"])
        baselines = _baselines(files["baselines.safetensors"])
        record = json.loads(files["encoder.json"])
        encoder = TurnEncoder.from_json(record if vectors is None else with_vectors_at(record, vectors))
        rules = files.get(RULES)
        return PolicyParts(
            encoder=encoder,
            space=space,
            config=NetworkConfig(**manifest["network"]),
            weights=safetensors.numpy.load(files["weights.safetensors"]),
            baselines=baselines,
            responses=responses["actions"],
            set_responses={tuple(names): text for names, text in responses["sets"]},
            card=Card(
                corpus=manifest["corpus"],
                train=TrainConfig(**manifest["train"]),
                encoder=_encoder_config(manifest["encoder"], encoder),
                metrics=tuple(_metrics(path)),
                interrupted=manifest["interrupted"],
                versions=manifest["versions"],
                parent=manifest["parent"],
            ),
            histories=Histories.from_arrays(safetensors.numpy.load(files[HISTORIES])),
            decision=Decision.from_json(json.loads(files[DECISION]), space),
            members=manifest["members"],
            table=_table(path, manifest, baselines, len(space)),
            rules=rules_from_json(json.loads(rules), str(path / RULES)) if rules else NO_RULES,
        )
    except (KeyError, TypeError, json.JSONDecodeError, SafetensorError, ConfigError) as error:
        raise ModelError(f"{path}: the model cannot be read ({error}); save it again") from None


def _encoder_config(settings: dict[str, Any], encoder: TurnEncoder) -> EncoderConfig:
    """Return the encoder's settings with the current path of its vectors, for growing from the policy."""
    for block in encoder.blocks:
        if isinstance(block, UserVectors):
            settings = settings | {"vectors": str(block.vectors.path)}
    return EncoderConfig(**settings)


def _manifest(path: Path) -> dict[str, Any]:
    if path.exists() and not path.is_dir():
        raise ModelError(f"{path}: a file, not a model; give a folder that `turncast train` made")
    try:
        manifest = json.loads((path / MANIFEST).read_bytes())
    except FileNotFoundError:
        problem = (
            f"{path}: there is no such folder" if not path.exists() else f"{path}: {MANIFEST} is missing"
        )
        raise ModelError(f"{problem}; give a folder that `turncast train` made") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path / MANIFEST}: cannot be read ({error}); restore it") from None
    version = manifest.get("format") if isinstance(manifest, dict) else None
    if version != FORMAT:
        raise ModelError(
            f"{path}: unknown format {version!r}, expected {FORMAT!r}; another turncast may know it"
        )
    if not isinstance(manifest.get("sha256"), dict):
        raise ModelError(f"{path / MANIFEST}: 'sha256' is missing; restore it")
    return dict(manifest)


def _checked(path: Path, name: str, hashes: dict[str, str]) -> bytes:
    try:
        content = (path / name).read_bytes()
    except FileNotFoundError:
        raise ModelError(f"{path}: {name} is missing; restore it, or train again") from None
    except OSError as error:
        raise ModelError(f"{path / name}: cannot be read ({error.strerror})") from None
    if hashlib.sha256(content).hexdigest() != hashes.get(name):
        raise ModelError(f"{path / name}: altered since it was saved; restore it, or train again")
    return content


def _baselines(content: bytes) -> Baselines:
    return Baselines.from_arrays(safetensors.numpy.load(content), json.loads(_metadata(content)["labels"]))


def _table(path: Path, manifest: dict[str, Any], baselines: Baselines, num_actions: int) -> CountTable | None:
    weight = manifest["count_table"]
    if not weight:
        return None
    arrays = safetensors.numpy.load(_checked(path, _COUNTS, manifest["sha256"]))
    return CountTable.from_arrays(arrays, baselines, num_actions, weight)


def _metrics(path: Path) -> list[dict[str, Any]]:
    try:
        return [
            json.loads(line) for line in (path / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
        ]
    except (OSError, ValueError):
        return []  # only a record of the past: a prediction does not need it


def _metadata(content: bytes) -> dict[str, str]:
    """Return the metadata of a safetensors file: its head is 8 bytes of length, then JSON."""
    length = int.from_bytes(content[:8], "little")
    return dict(json.loads(content[8 : 8 + length])["__metadata__"])


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
