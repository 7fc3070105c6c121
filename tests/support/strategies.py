"""Any corpus at all, for hypothesis."""

from hypothesis import strategies as st

from turncast import Corpus, Dialogue, Turn

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
fact = st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | text
facts = st.dictionaries(text, fact, max_size=3)
turns = st.builds(
    Turn,
    user=st.none() | text,
    actions=st.lists(text.filter(bool), max_size=3).map(tuple),
    facts=facts,
    response=st.none() | text,
)
dialogues = st.builds(
    Dialogue,
    id=text,
    turns=st.lists(turns, min_size=1, max_size=4).map(tuple),
    metadata=facts,
    group=st.none() | text,
)
corpora = st.lists(dialogues, min_size=1, max_size=4, unique_by=lambda dialogue: dialogue.id).map(
    lambda made: Corpus("any", tuple(made))
)
