"""Rasa projects: invented golden stories, and real projects if they are available."""

import sys
from collections import Counter

import pytest

import turncast
from support.rasa import CHECKPOINTS, DOMAIN, END_TO_END, MARKDOWN, RULES, STORIES, TESTS
from support.reader_examples import EXAMPLES
from turncast import Turn
from turncast.errors import CorpusError, MissingExtra
from turncast.readers import ReadConfig, detect_format

pytest.importorskip("yaml")


@pytest.fixture
def project(tmp_path):
    files = {
        "domain.yml": DOMAIN,
        "config.yml": "language: en\npipeline: []\n",
        "endpoints.yml": "action_endpoint: {}\n",
        "data/nlu.yml": "nlu:\n- intent: greet\n  examples: |\n    - hi\n",
        "data/stories.yml": STORIES,
        "data/rules.yml": RULES,
        "data/old.md": MARKDOWN,
        "tests/test_stories.yml": TESTS,
        "actions/actions.py": "",
        "README.md": "# Boats\n* a\n- b\n",
        "deploy.yaml": "rules:\n- apiGroups: [a]\n---\nb: 1\n",
    }
    for name, text in files.items():
        path = tmp_path / "boats" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "boats"


def read(tmp_path, text, name="stories.yml", **config):
    path = tmp_path / name
    path.write_text(text)
    corpus = turncast.read(path, config=ReadConfig(**config))
    return list(corpus), corpus


AFTER = {"member": "no", "guests": 3, "last_boat": "null", "card": True}
ENDING = (
    Turn(None, ("boat_form",)),
    Turn(None, ("Two boats are free.",), {"active_loop": "null"}, "Two  boats\nare free."),
    Turn(None, ("action_sail",)),
)


@pytest.mark.quick
def test_the_golden_project(project):
    corpus = turncast.read(project)
    lunch, start, first, second = corpus
    assert lunch.turns == (
        Turn(None, ("utter_faq",), {"active_loop": "boat_form", "member": True, "intent": "faq/lunch"}),
    )
    assert (lunch.id, lunch.group) == ("data/rules:lunch", "lunch")
    assert lunch.metadata == {"kind": "rule"}
    assert start.metadata == {"kind": "rule", "conversation_start": True}
    boat = {"intent": "ask_boat", "entity.port": "Arosa", "entity.size": True, "entity.port.to": "Lima"}
    greeting = Turn(None, ("utter_greet",), {"intent": "greet"}, "Ahoy!")
    assert first.turns == (greeting, Turn(None, ("action_find_boat",), boat | AFTER), *ENDING)
    assert second.turns == (greeting, Turn(None, ("action_find_boat",), {"intent": "yes"} | AFTER), *ENDING)
    assert [d.id for d in (first, second)] == ["data/stories:a boat", "data/stories:a boat#2"]
    assert first.group == second.group == "a boat"
    assert first.metadata == {"author": "me", "kind": "story"}
    assert corpus.skipped == {
        "file without stories: other": 4,
        "user message after the last action": 2,
        "action that is not in the domain, kept": 2,
        "file of test stories": 1,
        "markdown stories beside YAML stories": 1,
        "file without stories: config": 1,
        "file without stories: nlu": 1,
    }


@pytest.mark.parametrize(
    "name", sorted(EXAMPLES.keys() - {"rasa", "parquet", "excel", "npz", "csv", "plain", "babi", "swda"})
)
def test_stories_beside_other_dialogues_are_refused(project, name):
    other = next(
        content for file, content in EXAMPLES[name]().files.items() if file.endswith(("json", "jsonl"))
    )
    (project / "logs").mkdir()
    (project / "logs" / "week.json").write_bytes(other)
    with pytest.raises(CorpusError) as error:
        turncast.read(project)
    assert str(error.value) == (
        f"{project}: the folder has both Rasa stories and other dialogues (logs/week.json is {name}); "
        f"choose with --format rasa or --format {name}, or name the files"
    )
    assert len(list(turncast.read(project, format="rasa"))) == 4
    assert len(list(turncast.read(project / "data"))) == 4


def test_other_json_in_a_project_is_allowed(project):
    files = {
        "package.json": '{"name": "widget", "scripts": {"test": "jest"}, "dependencies": {"react": "18"}}',
        "tsconfig.json": '{"compilerOptions": {"strict": true}, "include": ["src"]}',
        "credentials.json": '{"type": "service_account", "project_id": "boats"}',
        "data/nlu.json": '{"rasa_nlu_data": {"common_examples": [{"text": "hi", "intent": "greet"}]}}',
        "results/intent_report.json": '{"greet": {"precision": 1.0, "confused_with": {}}, "accuracy": 1.0}',
        "results/story_report.json": '{"lunch": {"support": 3}, "conversation_accuracy": {"accuracy": 1.0}}',
        "results/intent_errors.json": '[{"text": "hi", "intent_prediction": {"name": "bye"}}]',
        "logs/server.jsonl": '{"level": "info", "event": "started"}\n',
        "data/boats.json": '[{"name": "Blue", "seats": 4}]',
        "empty.json": "",
        "damaged.json": "{",
    }
    alone = turncast.read(project)
    before, other = list(alone), alone.skipped["file without stories: other"]
    for name, text in files.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text)
    corpus = turncast.read(project)
    assert list(corpus) == before
    assert corpus.skipped["file without stories: other"] == other + len(files)


def test_test_stories_are_read_if_they_are_named(project):
    for path in (project / "tests", project / "tests" / "test_stories.yml"):
        (dialogue,) = turncast.read(path)
        assert dialogue.metadata == {"kind": "test"}
        assert dialogue.turns == (
            Turn(
                "from Lima to the cape [see](https://x.y)",
                ("action_find_boat",),
                {"intent": "ask_boat", "entity.port": "Lima", "entity.port.to": "Cabo"},
            ),
            Turn("a 2-3 seater", ("action_find_boat",), {"entity.n": "2, 3"}),
        )


def test_markdown(tmp_path):
    dialogues, corpus = read(tmp_path, MARKDOWN, "old.md")
    slots = {"member": True, "ports": "a, b"}
    bye = Turn("see you", ("action_bye",), slots | {"intent": "bye", "entity.who": "you"})
    assert [dialogue.turns for dialogue in dialogues] == [
        (Turn(None, ("utter_greet",), {"intent": "greet"}), bye),
        (
            Turn(
                None,
                ("utter_greet",),
                {"intent": "ask_boat", "entity.port": "Arosa OR Lima", "entity.n": 2},
            ),
            bye,
        ),
        (Turn(None, ("utter_greet",), {"intent": "greet"}),),
    ]
    assert [d.metadata["kind"] for d in dialogues] == ["story", "story", "rule"]
    assert corpus.skipped == {
        "step inside a form": 2,
        "slots or loop after the last action": 2,
        "event restart": 1,
    }


def test_an_end_to_end_file(tmp_path):
    (dialogue,), corpus = read(tmp_path, END_TO_END, "talk.md")
    assert dialogue.turns == (
        Turn("Is there a boat?", ("Yes, at {time}.",), response="Yes, at {time}."),
        Turn("thanks", ("Bye!",), response="Bye!"),
        Turn(
            None,
            ("See you soon.",),
            {"intent": "inform", "entity.a": "b", "left": "none"},
            "See you soon.",
        ),
        Turn("To Lima OR to Arosa?", ("To Lima.",), response="To Lima."),
    )
    assert corpus.skipped == {}


def test_the_setting_listen(project):
    corpus = turncast.read(project, config=ReadConfig(listen=True))
    lunch, start, first, _ = corpus
    assert [turn.actions for turn in lunch] == [("utter_faq",)]
    assert [turn.actions for turn in start] == [("utter_greet",), ("action_listen",)]
    assert [turn.actions[0] for turn in first][-3:] == ["action_sail", "action_listen", "action_listen"]
    assert first[-1] == Turn(None, ("action_listen",), {"intent": "bye"})


def test_checkpoints_join_stories_without_loops(tmp_path):
    dialogues, corpus = read(tmp_path, CHECKPOINTS)
    assert [(d.group, " ".join(turn.actions[0] for turn in d)) for d in dialogues] == [
        ("ask", "first champagne"),
        ("ask", "first again champagne"),
        ("ask", "first again"),
        ("middle", "one two"),
        ("loose", "end"),
    ]
    assert dialogues[0][1].facts == {"vip": True, "intent": "b"}
    assert corpus.skipped == {
        "checkpoint that leads back, not followed": 2,
        "checkpoint whose condition does not hold": 2,
        "checkpoint with which no story begins": 1,
        "story that begins at a checkpoint that no dialogue reaches": 1,
    }


def test_too_many_paths_are_an_error(tmp_path):
    one_of_three = "  - or: [{intent: a}, {intent: b}, {intent: c}]\n  - action: d"
    many, few = "\n".join([one_of_three] * 40), "\n".join([one_of_three] * 3)
    with pytest.raises(CorpusError) as error:
        read(tmp_path, f"stories:\n- story: s\n  steps:\n{many}\n")
    assert str(error.value) == (
        f"{tmp_path}/stories.yml line 2: the story 's' expands to {3**40:,} dialogues; "
        "the setting max_paths allows 1,000: raise it, or give the story fewer alternatives"
    )
    doubles = "".join(
        f"- story: {name}{at}\n  steps: [{{checkpoint: c{at}}}, {{action: b}}, {{checkpoint: c{at + 1}}}]\n"
        for at in range(40)
        for name in "ab"
    )
    start = "- story: s\n  steps: [{action: x}, {checkpoint: c0}]\n"
    with pytest.raises(
        CorpusError, match=r"line 2: the story 's' expands to more than 20 dialogues; .* allows 20:"
    ):
        read(tmp_path, f"stories:\n{start}{doubles}", max_paths=20)
    dialogues, _ = read(tmp_path, f"stories:\n- story: s\n  steps:\n{few}\n", max_paths=27)
    assert len(dialogues) == 27


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.yml", STORIES, "rasa"),
        ("a", STORIES, "rasa"),
        ("a.md", MARKDOWN, "rasa"),
        ("a", END_TO_END, "rasa"),
        ("a.yml", "nlu: []\n" + " " * 70_000 + "\n" + RULES, "rasa"),
        ("a.md", "## intent:greet\n- hi\n", None),
        ("a.md", "# Notes\nSome text.\n* one\n- two\n", None),
        ("CHANGELOG.md", "## 1.0\n* Added things\n  - more\n", None),
        ("a.yml", DOMAIN, None),
        ("a.yml", "rules:\n- alert: high\n", None),
    ],
)
def test_detected_by_content(tmp_path, name, content, format):
    (tmp_path / name).write_text(content)
    for path in (tmp_path / name, tmp_path):
        if format:
            if path.is_file() or path.suffix:
                assert detect_format(path).name == format
        else:
            with pytest.raises(CorpusError):
                detect_format(path)


S = "stories:\n- story: s\n  steps:\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            S + "  - action: a\n    action: b\n",
            " line 5: a mapping has the key 'action' twice; keep one of them",
        ),
        (
            S + "  - action: !!python/object:os.x\n",
            " line 4: there is a tag 'tag:yaml.org,2002:python/object:os.x'; give",
        ),
        (S + "  - action: *a\n", " line 4: the alias *a has no anchor; correct it"),
        (S + "  - " + "[" * 200 + "]" * 200, " line 4: YAML nested more than 100 levels deep; correct it"),
        (S + "  - action: [a\n", " line 5: not YAML: did not find expected ',' or ']'; correct it"),
        (S + "  - action: \a\n", " line 4: not YAML: control characters are not allowed; correct it"),
        (S + "  - action: [a]\n", " line 4: 'action' is a list; give a text"),
        (S + "  - 5\n", " line 2: a step is a number; give '- intent:' or '- action:'"),
        (S + "  - checkpoint:\n", " line 4: a checkpoint has no name; name it"),
        (
            S + "  - intent: a\n    entities: b\n",
            " line 4: 'entities' is a string; give a list, such as - city: Rome",
        ),
        ("stories:\n- story: s\n  steps: 5\n", " line 2: 'steps' is a number; give a list"),
        ("stories:\n- story: s\n  steps: []\n--- \n", " line 4: a second document begins; put each"),
        (
            "stories:\n  ? [a]\n  : - story: s\n",
            " line 2: a key is a list or a mapping; give a text as the key",
        ),
        ("stories:\n  a:\n  - story: s\n", ": 'stories' is an object; give a list"),
        ("stories:\n- story: s\n- 5\n", " 'stories': an item is a number; give '- story: NAME'"),
        (
            "stories:\n- story: s\n",
            ": no dialogue was found (skipped: 1 x story without steps); give at least one",
        ),
    ],
)
def test_errors(tmp_path, text, message):
    path = tmp_path / "stories.yml"
    path.write_text(text)
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path, format="rasa"))
    assert str(error.value).startswith(f"{path}{message}")
    assert "\n" not in str(error.value)


def test_markdown_entities_that_never_close_are_no_text(tmp_path):
    with pytest.raises(
        CorpusError, match=r"stories.md line 2: the entities of 'ask\{\"city\": \"Lund\"' do not end"
    ):
        read(tmp_path, '## a\n* ask{"city": "Lund"\n - find_bus\n', "stories.md")


def test_markdown_errors(tmp_path):
    with pytest.raises(CorpusError, match=r"a\.md line 2: not JSON: .* at column 10; correct it"):
        read(tmp_path, '## s\n* a{"b": }\n  - c\n', "a.md")
    with pytest.raises(CorpusError, match=r"a\.md line 3: not JSON: .* at column 16; correct it"):
        read(tmp_path, '## s\n* a\n  - slot{"b":1},slot{"c":2}\n', "a.md")
    with pytest.raises(CorpusError) as error:
        read(tmp_path, '## s\n* a\n  - slot{"b":1} OR slot{"b":2}\n', "a.md")
    problem = "line 3: OR joins user messages, not a slot; write a story for each alternative"
    assert str(error.value).endswith(problem)
    with pytest.raises(CorpusError, match=r"a\.md line 4: a comment does not end"):
        read(tmp_path, "## s\n* a\n  - b\n<!-- c\n* d\n  - e\n", "a.md")
    with pytest.raises(CorpusError, match=r"a\.md line 3: not JSON"):
        read(tmp_path, "## s\n* a\n  - slot{b}\n", "a.md")


def test_an_alias_bomb_is_refused(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(CorpusError, match="line 6: aliases expand to more than 1,000,000 values"):
        read(tmp_path, "\n".join(lines) + "\n" + STORIES)


def test_depth_by_aliases_is_refused(tmp_path):
    chain = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 200))
    with pytest.raises(CorpusError, match="line 100: YAML nested more than 100 levels deep"):
        read(tmp_path, chain + STORIES)


def test_long_lines_take_linear_time(tmp_path):
    blank = " " * 100_000
    (dialogue,), _ = read(tmp_path, f"## s\n* a{blank}b OR{blank}[c](d)\n  - e{blank}f\n", "a.md")
    assert dialogue[0].actions == ("e f",)


def test_aliases_and_merges_are_read(tmp_path):
    text = (
        S + "  - &hello {intent: a, user: hi}\n  - action: b\n  - <<: *hello\n    intent: c\n  - action: b\n"
    )
    (dialogue,), _ = read(tmp_path, text)
    assert [(turn.user, turn.facts["intent"]) for turn in dialogue] == [("hi", "a"), ("hi", "c")]


def test_unused_steps_are_counted(tmp_path):
    text = S + (
        "  - ...\n  - intent: a\n  - metadata: {}\n  - user:\n  - form: d\n  - slot_was_set: [[5]]\n"
        "  - or: [{checkpoint: x}, {intent: g}]\n  - action: e\n    note: f\n"
        "  - action: action_listen\n- steps: []\n- story: empty\n- story: silent\n  steps: [{intent: a}]\n"
    )
    (dialogue,), corpus = read(tmp_path, text)
    assert dialogue.turns == (Turn(None, ("e",), {"intent": "g", "active_loop": "d"}),)
    assert corpus.skipped == Counter(
        {
            "step '...'": 1,
            "key of an unknown name of a step action": 1,
            "user message without intent and text": 1,
            "user message without an action after it, joined with the next": 1,
            "checkpoint or alternatives inside alternatives": 1,
            "slot without a name": 1,
            "action_listen": 1,
            "item of 'stories' without a name": 1,
            "story without steps": 1,
            "user message after the last action": 1,
            "story without an action": 1,
        }
    )


@pytest.mark.parametrize(
    ("step", "what"),
    [
        ("utter_bye", "a step 'utter_bye'"),
        ("action:", "an action without a name"),
        ("what: 5", "a step of unknown kind"),
        ("entities: [c]", "a step of unknown kind"),
        ("{intent: b, action: c}", "a step that is both 'intent' and 'action'"),
        ("{action: c, bot: d}", "a step that is both 'action' and 'bot'"),
        ("or: [{checkpoint: x}]", "alternatives of which none is understood"),
        ("or: [{intent: x}, {what: 5}]", "a step of unknown kind"),
    ],
)
@pytest.mark.parametrize("listen", [False, True])
def test_a_story_is_cut_at_a_step_that_is_not_understood(tmp_path, step, what, listen):
    text = S + f"  - intent: a\n  - action: b\n  - {step}\n  - intent: c\n  - action: d\n"
    (dialogue,), corpus = read(tmp_path, text, listen=listen)
    assert dialogue.turns == (Turn(None, ("b",), {"intent": "a"}),)
    assert corpus.skipped[f"story cut at {what}"] == 1
    assert corpus.skipped["step after the cut of its story"] == 2


def test_two_messages_without_an_action_between_are_one_turn(tmp_path):
    text = S + "  - {intent: a, user: x}\n  - {intent: b, user: z}\n  - action: c\n"
    (dialogue,), corpus = read(tmp_path, text)
    assert dialogue.turns == (Turn("x\nz", ("c",), {"intent": "b"}),)
    assert corpus.skipped == {"user message without an action after it, joined with the next": 1}
    (dialogue,), corpus = read(tmp_path, text, listen=True)
    assert [turn.actions[0] for turn in dialogue] == ["action_listen", "c", "action_listen"]


def test_an_error_names_the_missing_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(MissingExtra) as error:
        read(tmp_path, STORIES)
    assert str(error.value) == (
        "reading YAML needs libraries that are not installed; install them with: pip install 'turncast[yaml]'"
    )
    assert len(read(tmp_path, MARKDOWN, "a.md")[0]) == 3


def test_texts_are_taken_as_they_are_written(tmp_path):
    steps = [
        "user: 0077",
        "action: 0x1A",
        "user: &code 2.50",
        "bot: 3e2",
        "intent: FALSE",
        "action: *code",
        "<<: {user: 08}",
        "action: 1_5",
        "slot_was_set: [012, on, {zip: 00501, size: 3.50}]",
        "checkpoint: 1.0",
    ]
    text = S.replace("story: s", "story: 1.10") + "".join(f"  - {{{step}}}\n" for step in steps)
    text += "- story: 2.0\n  steps:\n  - checkpoint: 1.0\n"
    text += "  - intent: 06\n    entities: [0x7, {n: 1.5, role: 4.0}]\n"
    text += "  - active_loop: 7.0\n  - action: 7.0\n"
    text += "responses:\n  0x1A: [{text: 1.20}]\nactions: [1_5, 2.50, 7.0]\n"
    (dialogue,), corpus = read(tmp_path, text)
    assert dialogue.id == "stories:1.10"
    slots = {"012": True, "on": True, "zip": "00501", "size": 3.5}
    entities = {"entity.0x7": True, "entity.n.4.0": 1.5}
    assert dialogue.turns == (
        Turn("0077", ("0x1A",), response="1.20"),
        Turn("2.50", ("3e2",), response="3e2"),
        Turn(None, ("2.50",), {"intent": "FALSE"}),
        Turn("08", ("1_5",)),
        Turn(None, ("7.0",), slots | {"intent": "06"} | entities | {"active_loop": "7.0"}),
    )
    assert corpus.skipped == {}


GLUE = """## talk
* start
  - open
> middle

## long way
> middle
* ask
  - answer
> end

## short way
> middle
> end

## last
> end
  - close

## begun, not joined
> middle
"""


def test_a_story_can_only_join_checkpoints(tmp_path):
    yaml = "stories:\n- story: a\n  steps: [{action: x}, {checkpoint: b}]\n" + (
        "- story: glue\n  steps: [{checkpoint: b, slot_was_set: [{v: true}]}, {checkpoint: c}]\n"
        "- story: d\n  steps: [{checkpoint: c}, {action: y}]\n"
    )
    dialogues, corpus = read(tmp_path, GLUE, "old.md")
    assert [" ".join(turn.actions[0] for turn in d) for d in dialogues] == ["open answer close", "open close"]
    assert corpus.skipped == {"story without steps": 1}
    (dialogue,), _ = read(tmp_path, yaml.replace("action: x", "slot_was_set: [{v: true}]}, {action: x"))
    assert [turn.actions[0] for turn in dialogue] == ["x", "y"]
    (dialogue,), corpus = read(tmp_path, yaml)
    assert [turn.actions[0] for turn in dialogue] == ["x"]
    assert corpus.skipped["checkpoint whose condition does not hold"] == 1


JSON_FORM = '{"stories": [{"story": "a", "steps": [{"user": "oh \\ud83d\\ude80"}, {"action": "utter_up"}]}]}'


@pytest.mark.parametrize(
    "text",
    [
        JSON_FORM,
        "version: '3'\n" + JSON_FORM[1:-1],
        JSON_FORM.replace('"stories"', "stories").replace('"story"', "story").replace('"steps"', "steps"),
        "stories:\n- " + JSON_FORM[len('{"stories": [') : -2],
    ],
)
def test_yaml_in_json_form_is_detected(tmp_path, text):
    (dialogue,), _ = read(tmp_path, text)
    assert dialogue.turns == (Turn("oh \U0001f680", ("utter_up",)),)
    assert [each.turns for each in turncast.read(tmp_path)] == [dialogue.turns]


def test_half_a_character_is_refused(tmp_path):
    for half in ("\\ud83d", "\\ude80", "\\ude80\\ud83d", "\\U0000D83D"):
        with pytest.raises(CorpusError) as error:
            read(tmp_path, S + f'  - user: "a {half}"\n  - action: b\n')
        assert str(error.value).endswith(
            "stories.yml line 4: an escape from \\ud800 to \\udfff is half a character; "
            "write both halves, or the character itself"
        )


@pytest.mark.parametrize(
    ("mark", "problem"),
    [
        ('{"entity": "port",}', "not JSON: "),
        ('{"entity": "port", "entity": "town"}', "an object has the key 'entity' twice; keep one"),
        ('{"entity": "port", "role": ["a"]}', "does not name an entity with texts; write it as "),
        ('{"entity": "port", "value": {"a": 1}}', "the entity mark ']{"),
        ("{entity: port}", "the entity mark ']{entity: port}"),
        (
            '{"entity": 5}',
            "the mark '[Lima]{\"entity\": 5}' does not name an entity with texts; write it as ",
        ),
        ('[{"entity": "port"}, {"role": "to"}]', "does not name an entity with texts; write it as "),
    ],
)
def test_damaged_entity_marks_are_refused(tmp_path, mark, problem):
    for name, text in (
        ("a.yml", S + f"  - user: |\n      to [Lima]{mark}\n  - action: b\n"),
        ("a.md", f"## s\n* to: [Lima]{mark} please\n  - b\n"),
    ):
        with pytest.raises(CorpusError) as error:
            read(tmp_path, text, name)
        assert problem in str(error.value)
        assert f"{name} line {4 if name == 'a.yml' else 2}" in str(error.value)
    (dialogue,), _ = read(tmp_path, S + '  - user: "[a]{b} [c](https://d.e)"\n  - action: f\n')
    assert dialogue[0].user == "[a]{b} [c](https://d.e)"


def test_conversations_of_the_betas_are_test_stories(project):
    text = TESTS.replace("stories:", "test_conversations:")
    (project / "data" / "talks.yml").write_text(text)
    corpus = turncast.read(project)
    assert len(list(corpus)) == 4
    assert corpus.skipped["file of test stories"] == 2
    (dialogue,) = turncast.read(project / "data" / "talks.yml")
    assert dialogue.metadata == {"kind": "test"}
    assert len(dialogue) == 2


def test_the_response_is_one_without_condition_and_channel(tmp_path):
    (tmp_path / "domain" / "more" / "deep").mkdir(parents=True)
    (tmp_path / "domain" / "more" / "deep" / "responses.yaml").write_text(
        "responses:\n"
        "  a: [{condition: [{type: slot, name: x}], text: one}, {channel: c, text: t}, {text: 3.0}]\n"
        "  b: [{custom: {}}, {channel: c, text: only there}]\n"
        "  c: {text: single}\n"
        "  d: [image: x]\n"
        "actions: [d]\n"
    )
    text = (
        "stories:\n- story: s\n  steps: [{action: a}, {action: b}, {action: c}, {action: d}, {action: e}]\n"
    )
    (dialogue,), corpus = read(tmp_path, text)
    assert [turn.response for turn in dialogue] == ["3.0", "only there", "single", None, None]
    assert corpus.skipped == {"action that is not in the domain, kept": 1}


def test_real_projects(corpora):
    expected = {
        "rasa_sara": (464, 3757),
        "rasa_sara/tests": (25, 132),
        "rasa_sara/history_md": (1030, 34_904),
        "rasa_carbon": (55, 508),
        "rasa_financial": (55, 216),
        "ted_stories/modular-mh10-status": (740, 9100),
        "ted_stories/e2e-mh10": (740, 5389),
    }
    for name, counts in expected.items():
        dialogues = list(turncast.read(corpora / name))
        assert (len(dialogues), sum(map(len, dialogues))) == counts, name
        assert all(len(turn.actions) == 1 for dialogue in dialogues for turn in dialogue)
