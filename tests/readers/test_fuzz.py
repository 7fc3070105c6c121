"""Every reader reads damaged files, or refuses them in one line."""

import functools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turncast
from support.damage import damaged
from support.property_tests import examples
from support.reader_examples import EXAMPLES, CorpusExample
from turncast.errors import TurncastError
from turncast.readers import FORMATS

ODD_BYTES = [
    b"",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n\n",
    b"\t",
    b'"',
    b"\\",
    b"{",
    b"]",
    b",",
    b"-1",
]


@functools.cache
def example(name: str) -> CorpusExample:
    return EXAMPLES[name]()


@pytest.mark.quick
@pytest.mark.parametrize("name", FORMATS)
def test_the_example_is_detected_and_read(tmp_path, name):
    """Every format needs an example in tests/support/reader_examples.py, so that its reader is fuzzed."""
    path = example(name).write(tmp_path)
    assert turncast.readers.detect_format(path).name == name
    assert list(turncast.read(path))


def damaged_json(draw: st.DrawFn, content: bytes) -> bytes | None:
    """Damage the values of JSON or of JSON Lines; return None for other text."""
    for parts in ([content], content.splitlines()):
        try:
            values = [json.loads(part) for part in parts]
        except (ValueError, RecursionError):
            continue
        escaped = draw(st.booleans())
        text = "\n".join(json.dumps(value, ensure_ascii=escaped) for value in draw(damaged(values)))
        return text.encode(errors="surrogatepass")
    return None


def damaged_bytes(draw: st.DrawFn, content: bytes) -> bytes:
    """Cut the text, remove or repeat a piece of it, or insert unusual bytes."""
    start = draw(st.integers(0, len(content)))
    end = min(len(content), start + draw(st.integers(0, 40)))
    inserted = draw(
        st.sampled_from([*ODD_BYTES, content[start:end] * 2, b"9" * 400, b"\\ud800", b"[" * 5000])
    )
    return content[:start] + inserted + (b"" if draw(st.integers(0, 4)) == 0 else content[end:])


@st.composite
def damages(draw: st.DrawFn, source: CorpusExample) -> CorpusExample:
    files = dict(source.files)
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(files)))
        changed = damaged_json(draw, files[name]) if draw(st.booleans()) else None
        files[name] = damaged_bytes(draw, files[name]) if changed is None else changed
    return CorpusExample(files, source.path)


@pytest.mark.parametrize("named", [True, False], ids=["named", "detected"])
@pytest.mark.parametrize("name", FORMATS)
@examples(30)
@given(data=st.data())
def test_damage_is_read_or_refused_in_one_line(tmp_path_factory, name, named, data):
    path = data.draw(damages(example(name))).write(tmp_path_factory.mktemp("fuzz"))
    refusal = "no"
    try:
        corpus = turncast.read(path, format=name if named else None)
        for turn in (turn for dialogue in corpus for turn in dialogue):
            assert isinstance(turn.user, str | None)
            assert isinstance(turn.response, str | None)
            assert all(isinstance(fact, bool | int | float | str) for fact in turn.facts.values())
        assert all(count > 0 for count in corpus.skipped.values())
    except TurncastError as error:
        refusal = str(error)
    assert len(refusal.splitlines()) == 1
