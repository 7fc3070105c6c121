"""`turncast serve`."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from turncast.cli.output import note
from turncast.cli.serve_page import PageCorpus, PageCorrections, PageDev, WithPage, page_workspace
from turncast.errors import ConfigError, MissingExtra

if TYPE_CHECKING:
    from turncast.server import Models

EXAMPLES = """[bold]Examples[/bold]

turncast serve model/

turncast serve model/ --corpus dialogs.jsonl     (then talk to it, correct it and retrain it at /ui)

turncast serve model/ second=other-model/ --store postgresql://user@host/database --api-key-file keys.txt"""

_DEFAULT = "default"
_DAY = 86_400.0


def serve(
    models: Annotated[
        list[str],
        typer.Argument(
            help="Folders that `turncast train` made; NAME=FOLDER gives one a name.", metavar="MODEL"
        ),
    ],
    store: Annotated[
        str,
        typer.Option(
            help="Where conversations are kept: sqlite:///FILE, postgresql://..., redis://... or memory:",
            metavar="URL",
        ),
    ] = "sqlite:///turncast-conversations.db",
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen at.")] = 8000,
    api_key_file: Annotated[
        Path | None, typer.Option(help="A file of keys, one a line; clients must show one.", metavar="FILE")
    ] = None,
    expire_days: Annotated[
        float, typer.Option(min=0, help="Delete conversations not used for so many days; 0 keeps them all.")
    ] = 0,
    ui: WithPage = None,
    corpus: PageCorpus = None,
    dev: PageDev = None,
    corrections: PageCorrections = None,
) -> None:
    """Serve models over HTTP and WebSockets, for many conversations at once."""
    try:
        from turncast.server import Models, create_app, read_keys
        from turncast.server.run import run_app
        from turncast.sessions import open_store
        from turncast.web import create_web_app
    except MissingExtra:
        raise
    except ImportError:
        raise MissingExtra("serving", "serve") from None
    keys = read_keys(api_key_file) if api_key_file else ()
    folders = named(models)
    workspace = page_workspace(
        next(iter(folders.values())),
        corpus,
        dev,
        corrections,
        wanted=ui,
        loopback=_is_loopback(host),
        has_keys=bool(keys),
    )
    served = Models(folders)
    app = create_app(
        served,
        open_store(store),
        keys=keys,
        local=_is_loopback(host) and not keys,
        expire_after=expire_days * _DAY or None,
    )
    if workspace is not None:
        app = create_web_app(app, workspace)
    _announce(served, host, port, bool(keys))
    if workspace is not None:
        note(f"The page is at {_address(host, port)}/ui")
    run_app(app, host, port)


def named(models: list[str]) -> dict[str, Path]:
    """Return the folders by name; one without a name is the default.

    >>> named(["model/", "second=other/"])
    {'default': PosixPath('model'), 'second': PosixPath('other')}

    Raises:
        ConfigError: for a name that comes twice.
    """
    found: dict[str, Path] = {}
    for text in models:
        name, equals, folder = text.partition("=")
        name, folder = (name, folder) if equals and not Path(text).exists() else (_DEFAULT, text)
        if not name or not folder:
            raise ConfigError(f"{text!r} is no model; write it as NAME=FOLDER")
        if name in found:
            raise ConfigError(f"two models are named {name!r}; give each a name, as {name}-2={folder}")
        found[name] = Path(folder)
    return found


def _announce(models: Models, host: str, port: int, has_keys: bool) -> None:
    names = ", ".join(models.policies())
    note(f"Serving {names} at {_address(host, port)} (Ctrl-C ends it).")
    if not has_keys and not _is_loopback(host):
        note("Whoever reaches this address can read and change conversations; give --api-key-file.")


def _address(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
