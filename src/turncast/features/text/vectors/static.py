"""Static vectors: each token has a vector; the vector of a text is the mean of its tokens' vectors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from turncast.errors import ConfigError, MissingExtra

_MAX_TOKENS = 512  # model2vec's default


@dataclass(frozen=True, slots=True, eq=False)
class StaticVectors:
    """The mean of the vectors of a text's tokens, as model2vec and sentence-transformers compute it.

    Args:
        tokenizer: a tokenizer of the library `tokenizers`; it must not pad or add tokens.
        embeddings: the vector of each token, (V, D).
        unknown: the id of the unknown token, which the mean leaves out; None where it counts too.
        normalised: whether the mean is scaled to unit length.
        max_characters: the number of characters of a text that are read at most; None reads all.
    """

    tokenizer: Any
    embeddings: NDArray[np.float32]
    unknown: int | None
    normalised: bool
    max_characters: int | None = None

    @property
    def width(self) -> int:
        """D, the number of numbers in a vector."""
        return int(self.embeddings.shape[1])

    def vector(self, text: str) -> NDArray[np.float32] | None:
        """Return the vector of a text, (D,); None where no token is known."""
        ids = self.tokenizer.encode(text[: self.max_characters], add_special_tokens=False).ids
        known = [number for number in ids if number != self.unknown]
        if not known:
            return None
        mean = self.embeddings[known].mean(axis=0)
        return unit_length(mean) if self.normalised else mean

    @classmethod
    def read(cls, folder: Path, modules: Sequence[Mapping[str, Any]]) -> StaticVectors:
        """Read a folder.

        A folder of model2vec leaves out the unknown token, and its `config.json` says whether to normalise.
        In a folder of sentence-transformers the unknown token counts, and a module says whether to normalise.

        Args:
            folder: holds `model.safetensors` and `tokenizer.json`.
            modules: the entries of `modules.json`; none where there is no such file.

        Raises:
            ConfigError: where the folder cannot be read.
            MissingExtra: where the library `tokenizers` is not installed.
        """
        kinds = [module_kind(module) for module in modules]
        inner = folder / str(modules[0].get("path", "")) if modules else folder
        library = _library()
        try:
            arrays = safetensors.numpy.load_file(inner / "model.safetensors")
            text = (inner / "tokenizer.json").read_text(encoding="utf-8")
            of_model2vec = "embeddings" in arrays
            config = json.loads((folder / "config.json").read_bytes()) if of_model2vec else {}
            embeddings = _token_rows(arrays)
        except (OSError, ValueError, KeyError, IndexError, SafetensorError) as error:
            raise ConfigError(
                f"{folder}: the vectors cannot be read ({error}); fetch the folder again"
            ) from None
        tokenizer = _tokenizer(library, text, folder)
        if embeddings.ndim != 2 or len(embeddings) < tokenizer.get_vocab_size():
            problem = f"{tokenizer.get_vocab_size()} tokens, and vectors of {embeddings.shape}"
            raise ConfigError(f"{folder}: {problem}; its files are not of one model")
        if not of_model2vec:
            return cls(tokenizer, embeddings, None, "Normalize" in kinds)
        max_characters = _truncate(tokenizer, config.get("max_length", _MAX_TOKENS))
        return cls(
            tokenizer, embeddings, _unknown(text, tokenizer), bool(config.get("normalize")), max_characters
        )


def module_kind(module: Mapping[str, Any]) -> str:
    """Return the class name, without its package, of an entry of `modules.json`.

    >>> module_kind({"type": "sentence_transformers.models.StaticEmbedding"})
    'StaticEmbedding'
    """
    return str(module.get("type", "")).rpartition(".")[2]


def _token_rows(arrays: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
    """Return a row for each token: tokens may share rows (`mapping`) and have a weight each (`weights`)."""
    rows = arrays["embeddings"] if "embeddings" in arrays else arrays["embedding.weight"]
    if "mapping" in arrays:
        rows = rows[arrays["mapping"]]
    rows = rows.astype(np.float32)
    if "weights" in arrays:
        rows = rows * arrays["weights"].astype(np.float32)[:, None]
    return rows


def _tokenizer(library: Any, text: str, folder: Path) -> Any:
    try:
        tokenizer = library.Tokenizer.from_str(text)
    except Exception as error:  # noqa: BLE001  # the library raises plain Exception
        raise ConfigError(
            f"{folder}: tokenizer.json cannot be read ({error}); fetch the folder again"
        ) from None
    tokenizer.no_padding()
    return tokenizer


def _truncate(tokenizer: Any, max_tokens: int | None) -> int | None:
    """Let the tokenizer truncate texts as model2vec does; return how many characters are read before that."""
    if max_tokens is None:
        tokenizer.no_truncation()
        return None
    tokenizer.enable_truncation(max_tokens)
    return max_tokens * int(np.median([len(token) for token in tokenizer.get_vocab()]))


def _unknown(text: str, tokenizer: Any) -> int | None:
    model = json.loads(text)["model"]
    number: int | None = model.get("unk_id")  # of a unigram model; the others name the token
    if number is None and model.get("unk_token") is not None:
        number = tokenizer.token_to_id(model["unk_token"])
    return number


def unit_length(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the vector scaled to unit length; zeros stay zeros.

    >>> unit_length(np.array([3, 4], np.float32)).tolist()
    [0.6000000238418579, 0.800000011920929]
    """
    return vector / np.float32(np.linalg.norm(vector) or 1)


def _library() -> Any:
    try:
        import tokenizers
    except ImportError:
        raise MissingExtra("reading static vectors", "vectors") from None
    return tokenizers
