"""What a policy is known by: a hash of its encoder, actions, settings and weights."""

from __future__ import annotations

import hashlib
import json

from turncast.policy.artifacts import Parts


def digest_of(parts: Parts) -> str:
    """Return the SHA-256 of what the state of a conversation depends on, as hex digits."""
    space, encoder = parts.space, parts.encoder.to_json()
    for block in encoder["blocks"]:
        block.pop("path", None)  # of vectors: another path to the same ones changes nothing
    described = {
        "encoder": encoder,
        "actions": [list(space), space.multi, space.may_be_empty],
        "network": parts.config.model_dump(),
        "rules": parts.rules.to_json(),
    }
    found = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    found.update(parts.weights_file())
    return found.hexdigest()
