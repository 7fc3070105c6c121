"""Static vectors: a vector for each token, and a text's is their mean."""

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
from turncast.features.text.vectors.protocol import of_length_one

_MOST_TOKENS = 512  # model2vec's, where its folder does not say


@dataclass(frozen=True, slots=True, eq=False)
class StaticVectors:
    """The mean of the vectors of a text's tokens, as model2vec and sentence-transformers make it.

    Args:
        tokenizer: of the library `tokenizers`; neither pads nor adds tokens.
        embeddings: the vector of each token, (V, D).
        unknown: the number of the token that is left out of the mean; None where none is.
        normalised: whether the mean is scaled to length 1.
        most_signs: what comes after so many signs of a text is not read; None reads all.
    """

    tokenizer: Any
    embeddings: NDArray[np.float32]
    unknown: int | None
    normalised: bool
    most_signs: int | None = None

    @property
    def width(self) -> int:
        """D, the numbers of a vector."""
        return int(self.embeddings.shape[1])

    def vector(self, text: str) -> NDArray[np.float32] | None:
        """Return the text's vector, (D,); None where no token is known."""
        ids = self.tokenizer.encode(text[: self.most_signs], add_special_tokens=False).ids
        found = [number for number in ids if number != self.unknown]
        if not found:
            return None
        mean = self.embeddings[found].mean(axis=0)
        return of_length_one(mean) if self.normalised else mean

    @classmethod
    def read(cls, folder: Path, modules: Sequence[Mapping[str, Any]]) -> StaticVectors:
        """Read a folder.

        model2vec's own leaves the unknown token out, and its `config.json` says whether to normalise. Where
        sentence-transformers wrote it, the unknown token has its vector, and a module says so.

        Args:
            folder: holds `model.safetensors` and `tokenizer.json`.
            modules: what `modules.json` lists; none where there is no such file.

        Raises:
            ConfigError: where it cannot be read.
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
            embeddings = _unfolded(arrays)
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
        most_signs = _cut_off(tokenizer, config.get("max_length", _MOST_TOKENS))
        return cls(
            tokenizer, embeddings, _unknown(text, tokenizer), bool(config.get("normalize")), most_signs
        )


def module_kind(module: Mapping[str, Any]) -> str:
    """Return the class of a module that `modules.json` lists, without where it is from.

    >>> module_kind({"type": "sentence_transformers.models.StaticEmbedding"})
    'StaticEmbedding'
    """
    return str(module.get("type", "")).rpartition(".")[2]


def _unfolded(arrays: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
    """Return a row for each token: tokens may share rows (`mapping`), and have `weights` of their own."""
    rows = arrays["embeddings"] if "embeddings" in arrays else arrays["embedding.weight"]
    if "mapping" in arrays:
        rows = rows[arrays["mapping"]]
    found: NDArray[np.float32] = rows.astype(np.float32)
    if "weights" in arrays:
        found = found * arrays["weights"].astype(np.float32)[:, None]
    return found


def _tokenizer(library: Any, text: str, folder: Path) -> Any:
    try:
        tokenizer = library.Tokenizer.from_str(text)
    except Exception as error:  # noqa: BLE001  # the library raises no kind of its own
        raise ConfigError(
            f"{folder}: tokenizer.json cannot be read ({error}); fetch the folder again"
        ) from None
    tokenizer.no_padding()
    return tokenizer


def _cut_off(tokenizer: Any, most_tokens: int | None) -> int | None:
    """Let the tokenizer cut texts off as model2vec does; return after how many signs they are cut before."""
    if most_tokens is None:
        tokenizer.no_truncation()
        return None
    tokenizer.enable_truncation(most_tokens)
    return most_tokens * int(np.median([len(token) for token in tokenizer.get_vocab()]))


def _unknown(text: str, tokenizer: Any) -> int | None:
    model = json.loads(text)["model"]
    number: int | None = model.get("unk_id")  # of a unigram model; the others name the token
    if number is None and model.get("unk_token") is not None:
        number = tokenizer.token_to_id(model["unk_token"])
    return number


def _library() -> Any:
    try:
        import tokenizers
    except ImportError:
        raise MissingExtra("reading static vectors", "vectors") from None
    return tokenizers
