"""The tree keeps its own rules: imports go down, rooms are small, every public name is documented."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from turncast.layouts import LAYOUTS

PACKAGE = ROOT / "src" / "turncast"
MODULES = sorted(PACKAGE.rglob("*.py"))
FLOORS = [
    ["errors", "version", "cores", "atomic_files", "alibi", "html", "keras_backend", "moments"],
    [
        "arrays",
        "dialogue",
        "dialogue_sources",
        "corpus",
        "candidates",
        "vocabulary",
        "metrics",
        "layouts",
        "config",
        "backend",
    ],
    ["layers", "client"],
    ["network", "features", "readers", "runtime", "simulator"],
    ["baselines", "rules"],
    ["policy"],
    ["training", "evaluation", "explain", "sessions", "data"],
    ["search"],
    ["server"],
    ["web"],
    ["cli"],
]
FLOOR_OF = {name: number for number, names in enumerate(FLOORS) for name in names}
MAY_IMPORT_KERAS = {"backend", "layers", "network", "training", "explain"}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path, inside_functions: bool):
    tree = ast.parse(path.read_text())
    nodes = ast.walk(tree) if inside_functions else tree.body
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_floor_plan_of_the_docs_is_the_floor_plan():
    text = (ROOT / "docs" / "architecture.md").read_text()
    drawn = text.split("## The floors")[1].split("```")[1]
    assert set(FLOOR_OF) <= set(drawn.split())


@pytest.mark.quick
@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path):
    here = room(path)
    if here in ("__init__", "__main__"):
        return
    for name in imports(path, inside_functions=True):
        parts = name.split(".")
        if parts[0] != "turncast" or len(parts) < 2 or parts[1] == here:
            continue
        assert parts[1] in FLOOR_OF, f"{parts[1]} has no floor; give it one"
        # Rooms of an upper floor do not import one another; the two lowest floors are plain values.
        level = FLOOR_OF[parts[1]] < FLOOR_OF[here] or FLOOR_OF[here] == FLOOR_OF[parts[1]] <= 1
        assert level, f"{here} imports {parts[1]}, which is not below it"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_keras_stays_in_its_rooms(path):
    names = {name.split(".")[0] for name in imports(path, inside_functions=True)}
    if room(path) != "backend":
        assert "keras" not in names, "take Keras from turncast.backend, which chooses its backend"
    if any(name.startswith("turncast.backend") for name in imports(path, inside_functions=True)):
        assert room(path) in MAY_IMPORT_KERAS
    if room(path) not in MAY_IMPORT_KERAS:
        assert not names & {"jax", "torch", "tensorflow"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_layouts_are_distinguished_by_their_attributes(path):
    """So a further layout is one row of `LAYOUTS`: no module compares names, or has a table of them."""
    if path == PACKAGE / "layouts.py":
        return
    tree = ast.parse(path.read_text())
    settings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.keyword | ast.AnnAssign)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            settings |= {id(v) for k, v in pairs if isinstance(k, ast.Constant) and k.value == "layout"}
        if isinstance(node, ast.Constant) and node.value in LAYOUTS:
            assert id(node) in settings, f"line {node.lineno}: ask for an attribute of the layout"


def test_other_rooms_use_only_the_reader_and_writer_of_rasa():
    """A room of one format gives its reader and its writer, and nothing that other formats or rules use."""
    for path in MODULES:
        if path.is_relative_to(PACKAGE / "readers" / "rasa"):
            continue
        inner = {
            name for name in imports(path, inside_functions=True) if name.startswith("turncast.readers.rasa.")
        }
        given = {"write", "to_rasa_yaml", "read_rasa", "is_rasa", "is_rasa_folder", "project_files"}
        assert {name.split(".")[-1] for name in inner} <= given, path.relative_to(PACKAGE)


NOT_FOR_THE_SERVER = {"data", "evaluation", "training", "web"}


def test_the_server_imports_no_tool_of_training():
    for path in sorted((PACKAGE / "server").glob("*.py")):
        rooms = {name.split(".")[1] for name in imports(path, inside_functions=True) if "turncast." in name}
        assert not rooms & NOT_FOR_THE_SERVER, path.name


def test_a_process_that_serves_loads_no_tool_of_training():
    code = (
        "import sys, turncast.server; print(*(name for name in sys.modules if name.startswith('turncast.')))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert not {name.split(".")[1] for name in loaded.split()} & {*NOT_FOR_THE_SERVER, "backend"}


def test_a_client_needs_httpx_and_our_values_alone():
    for path in sorted((PACKAGE / "client").glob("*.py")):
        for name in imports(path, inside_functions=True):
            room = ".".join(name.split(".")[:2])
            allowed = {"turncast.client", "turncast.dialogue", "turncast.errors", "httpx"}
            assert room in allowed or room.split(".")[0] in sys.stdlib_module_names, f"{path.name}: {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_and_functions_are_small(path):
    text = path.read_text()
    assert text.count("\n") <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1 - docstring_lines(node)
            assert lines <= 50 or declares_options(path, node), f"{node.name} has {lines} lines"


def docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return node.body[0].end_lineno - node.body[0].lineno + 1 if ast.get_docstring(node) else 0


def declares_options(path: Path, node: ast.AST) -> bool:
    """Return whether a function is a command, most of whose lines declare its options."""
    return room(path) == "cli" and node.body[0].lineno - node.lineno > 20


def modules_imported(path: Path) -> set[Path]:
    """Return the modules of the package that a module imports anywhere, except for types alone."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = [ast.Pass()]
    targets = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("turncast"):
            place = PACKAGE.joinpath(*node.module.split(".")[1:])
            for target in [place.with_suffix(".py"), *(place / f"{name.name}.py" for name in node.names)]:
                if target.exists():
                    targets.add(target)
    return targets


def test_no_modules_import_each_other():
    """Imports make no circle, inside a room either, and not by an import inside a function."""
    graph = {path: modules_imported(path) for path in MODULES}
    finished: set[Path] = set()

    def visit(path: Path, trail: tuple[Path, ...]) -> None:
        assert path not in trail, " -> ".join(str(p.relative_to(PACKAGE)) for p in (*trail, path))
        if path not in finished:
            for target in sorted(graph[path]):
                visit(target, (*trail, path))
            finished.add(path)

    for path in MODULES:
        visit(path, ())


def test_class_names_are_unique():
    """No class name is in two modules, except where a client's answer mirrors a server's body."""
    places: dict[str, set[str]] = {}
    for path in MODULES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                where = room(path) if room(path) in ("client", "server") else str(path.relative_to(PACKAGE))
                places.setdefault(node.name, set()).add(where)
    twice = {name: where for name, where in places.items() if len(where) > 1}
    assert not {name: where for name, where in twice.items() if where != {"client", "server"}}


def test_imports_are_statements():
    """`import_module` would hide an import from these tests; only lazy packages and commands use it."""
    for path in MODULES:
        if path.name != "__init__.py" and path.relative_to(PACKAGE) != Path("cli/app.py"):
            assert "import_module" not in path.read_text(), path.relative_to(PACKAGE)


def test_no_function_is_called_of():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            assert getattr(node, "name", None) != "of", f"{path.relative_to(PACKAGE)}:{node.lineno}"


def test_every_example_runs():
    for path in [*MODULES, ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        assert "doctest: +SKIP" not in path.read_text(), path


def test_each_package_hands_on_about_a_dozen_names():
    for path in PACKAGE.rglob("__init__.py"):
        module = ".".join(["turncast", *path.parent.relative_to(PACKAGE).parts])
        limit = 20 if module == "turncast" else 12
        assert len(importlib.import_module(module).__all__) <= limit, module


@pytest.mark.quick
def test_every_public_name_is_in_the_docs():
    import turncast

    documented = (ROOT / "docs" / "python.md").read_text()
    for name in turncast.__all__:
        assert f"`{name}`" in documented or f"`turncast.{name}" in documented, name


def test_every_command_and_option_is_in_the_docs():
    import typer

    from turncast.cli.app import app

    documented = (ROOT / "docs" / "commands.md").read_text()

    def visit(command, name):
        if hasattr(command, "commands"):
            for child, subcommand in command.commands.items():
                visit(subcommand, f"{name} {child}".strip())
            return
        assert f"## turncast {name}" in documented, name
        section = documented.split(f"## turncast {name}\n")[1].split("\n## ")[0]
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--") and option != "--help":
                    assert f"`{option}" in section, f"{name} {option}"

    visit(typer.main.get_command(app), "")


def test_every_setting_is_in_the_docs():
    from turncast import EncoderConfig, NetworkConfig, TrainConfig

    documented = (ROOT / "docs" / "commands.md").read_text()
    for kind in (EncoderConfig, NetworkConfig, TrainConfig):
        for name, field in kind.model_fields.items():
            assert f"| `{name}` | {field.default} |" in documented, name


def test_every_format_is_in_the_docs():
    from turncast.readers import FORMATS

    documented = (ROOT / "docs" / "formats.md").read_text()
    for name in FORMATS:
        assert f"`{name}`" in documented, name
