"""Folders of vectors, small and real."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

TEXTS = ("a tea please", "a coffee please", "small", "large", "yes", "a thai place", "in the north, thai")


def tokenizer_of(texts: Iterable[str] = TEXTS) -> Tokenizer:
    """Return a tokenizer of whole words, in lower case."""
    tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.WordLevelTrainer(special_tokens=["[PAD]", "[UNK]"], show_progress=False)
    tokenizer.train_from_iterator(sorted(texts), trainer)
    return tokenizer


def model2vec_folder(
    folder: Path, texts: Iterable[str] = TEXTS, width: int = 12, seed: int = 1, **config: Any
) -> Path:
    """Write a folder as model2vec does: `model.safetensors`, `tokenizer.json` and `config.json`."""
    tokenizer = tokenizer_of(texts)
    shape = (tokenizer.get_vocab_size(), width)
    embeddings = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return write_folder(folder, tokenizer, {"embeddings": embeddings}, {"normalize": True, **config})


def write_folder(
    folder: Path, tokenizer: Tokenizer, arrays: Mapping[str, np.ndarray], config: Mapping[str, Any]
) -> Path:
    """Write the three files."""
    folder.mkdir(parents=True, exist_ok=True)
    safetensors.numpy.save_file(dict(arrays), folder / "model.safetensors")
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps(config))
    return folder
