"""Vectors of sentence-transformers: the refusals need no library, the vectors do."""

import importlib.util
import json

import numpy as np
import pytest

from support.corpora import tiny
from support.vectors import tokenizer_of
from turncast import EncoderConfig
from turncast.errors import ConfigError, MissingExtra
from turncast.features import CorpusStatistics, TurnEncoder
from turncast.features.text.vectors import SentenceVectors, open_vectors

INSTALLED = importlib.util.find_spec("sentence_transformers") is not None
TRANSFORMER = "sentence_transformers.models.Transformer"


def listing(folder, kind=TRANSFORMER):
    (folder / "modules.json").write_text(json.dumps([{"idx": 0, "name": "0", "path": "", "type": kind}]))


@pytest.mark.quick
def test_code_in_the_folder_is_never_run(tmp_path):
    listing(tmp_path, "os.path.Transformer")
    with pytest.raises(ConfigError) as error:
        open_vectors(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}: modules.json names 'os.path.Transformer', which is not of sentence-transformers; "
        "give a folder without code of its own"
    )


def test_a_pickle_is_never_loaded(tmp_path):
    listing(tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(ConfigError) as error:
        open_vectors(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}/pytorch_model.bin: a pickle, which is never loaded; save the model as safetensors"
    )


@pytest.mark.skipif(INSTALLED, reason="the library is installed")
def test_without_the_library_the_extra_is_named(tmp_path):
    listing(tmp_path)
    with pytest.raises(MissingExtra, match=r"'turncast\[sentence-vectors\]'"):
        open_vectors(tmp_path)


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A small network of random weights, as that library saves it."""
    if not INSTALLED:
        pytest.skip("sentence-transformers is not installed")
    import transformers
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    folder, tokenizer = tmp_path_factory.mktemp("sentences"), tokenizer_of()
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    config = transformers.BertConfig(vocab_size=tokenizer.get_vocab_size(), **shape)
    transformers.BertModel(config).save_pretrained(folder / "bert")
    named = {"pad_token": "[PAD]", "unk_token": "[UNK]"}
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **named).save_pretrained(folder / "bert")
    modules = [Transformer(str(folder / "bert")), Pooling(16, "mean"), Normalize()]
    model = SentenceTransformer(modules=modules, device="cpu")
    model.save(str(folder / "model"))
    return folder / "model", model


def test_vectors_equal_those_of_the_library(network):
    folder, model = network
    vectors = open_vectors(folder)
    assert isinstance(vectors.model, SentenceVectors)
    assert vectors.model.width == 16
    for text in ("a tea please", "zzz"):
        assert np.array_equal(vectors.vector(text), model.encode(text))


def test_bits_of_sentence_vectors_survive_json(network):
    config = EncoderConfig(vectors=str(network[0]), vector_parts=4)
    encoder = CorpusStatistics.from_corpus(tiny(), config=config).encoder()
    again = TurnEncoder.from_json(json.loads(json.dumps(encoder.to_json())))
    turns = [turn for dialogue in tiny() for turn in dialogue]
    encoded = [encoder.encode(turn, encoder.start())[0].bits for turn in turns]
    block = encoder.block_bits("user_vectors")
    assert all(len([bit for bit in bits if bit in block]) == 4 for bits in encoded)
    assert len({tuple(bit for bit in bits if bit in block) for bits in encoded}) > 1
    assert [again.encode(turn, again.start())[0].bits for turn in turns] == encoded


def test_a_damaged_network_is_refused_in_one_line(network):
    folder, _ = network
    content = (folder / "model.safetensors").read_bytes()
    try:
        (folder / "model.safetensors").write_bytes(b"no")
        with pytest.raises(ConfigError, match="the vectors cannot be read") as error:
            open_vectors(folder)
    finally:
        (folder / "model.safetensors").write_bytes(content)
    assert "\n" not in str(error.value)
