"""`turncast serve`."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from turncast.cli.options import with_option_groups
from turncast.cli.output import note
from turncast.errors import ConfigError, MissingExtra, OutputDenied

if TYPE_CHECKING:
    from turncast.server import Models
    from turncast.web import Workspace

EXAMPLES = """[bold]Examples[/bold]

turncast serve model/

turncast serve model/ --corpus dialogs.jsonl     (talk to it, correct it and retrain it at /ui)

turncast serve model/ second=other-model/ --store postgresql://user@host/database --api-key-file keys.txt"""

_ALL_ADDRESSES = ("0.0.0.0", "::", "")  # noqa: S104  # named, not listened at
_DEFAULT_NAME = "default"
_SECONDS_PER_DAY = 86_400.0
_PAGE = "Web page"


@dataclass(frozen=True, slots=True)
class PageOptions:
    """Whether the web page is served, and its files."""

    ui: Annotated[
        bool | None,
        typer.Option(
            "--ui/--no-ui",
            help="Serve the web page at /ui; by default only for a host that is this machine.",
            rich_help_panel=_PAGE,
        ),
    ] = None
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="The corpus that the page shows and retrains from (repeatable).",
            rich_help_panel=_PAGE,
        ),
    ] = None
    dev: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="The dev part for a retrained model; by default a part of the corpus.",
            rich_help_panel=_PAGE,
        ),
    ] = None
    corrections: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The file for corrected conversations; by default MODEL.corrections.jsonl.",
            rich_help_panel=_PAGE,
        ),
    ] = None

    def workspace(self, model: Path, *, loopback: bool, has_keys: bool) -> Workspace | None:
        """Return the files of the page; None where the page is not served.

        Args:
            model: the model folder that the page shows.
            loopback: whether only this machine can reach the server.
            has_keys: whether clients must send an API key.

        Raises:
            ConfigError: for options that contradict each other.
            CorpusError: for a corpus that does not exist.
        """
        from turncast.web import Workspace

        if not (loopback if self.ui is None else self.ui):
            options = {"--corpus": self.corpus, "--dev": self.dev, "--corrections": self.corrections}
            for option, value in options.items():
                if value:
                    raise ConfigError(f"{option} is for the page, which is not served; give --ui as well")
            return None
        if not loopback and not has_keys:
            raise ConfigError(
                "with --ui, everybody at this address can replace the model; give --api-key-file"
            )
        corrections = self.corrections or model.with_name(f"{model.name}.corrections.jsonl")
        workspace = Workspace(tuple(self.corpus or ()), tuple(self.dev or ()), corrections)
        try:
            workspace.check()
        except OutputDenied as error:
            raise OutputDenied(
                f"{error}: give --corrections FILE for the corrected conversations of the page, or --no-ui"
            ) from None
        return workspace


@with_option_groups
def serve(
    models: Annotated[
        list[str],
        typer.Argument(help="Model folders; NAME=FOLDER gives a model a name.", metavar="MODEL"),
    ],
    page: PageOptions,
    store: Annotated[
        str,
        typer.Option(
            help="The store of conversations: sqlite:///FILE, postgresql://..., redis://... or memory:",
            metavar="URL",
        ),
    ] = "sqlite:///turncast-conversations.db",
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8000,
    api_key_file: Annotated[
        Path | None,
        typer.Option(help="A file of API keys, one per line; clients must send one.", metavar="FILE"),
    ] = None,
    expire_days: Annotated[
        float, typer.Option(min=0, help="Delete conversations not used for this many days; 0 is never.")
    ] = 0,
) -> None:
    """Serve models over HTTP and WebSockets, for many conversations at once."""
    try:
        from turncast.server import Models, create_app, read_keys
        from turncast.server.run import listen, run_app
        from turncast.sessions import open_store
    except MissingExtra:
        raise
    except ImportError:
        raise MissingExtra("serving", "serve") from None
    keys = read_keys(api_key_file) if api_key_file else ()
    folders, loopback = folders_by_name(models), _is_loopback(host)
    workspace = page.workspace(next(iter(folders.values())), loopback=loopback, has_keys=bool(keys))
    served = Models(folders)
    app = create_app(
        served,
        open_store(store),
        keys=keys,
        local=loopback and not keys,
        expire_after=expire_days * _SECONDS_PER_DAY or None,
    )
    if workspace is not None:
        from turncast.web import create_web_app

        app = create_web_app(app, workspace)
    sockets = listen(host, port)
    port = sockets[0].getsockname()[1]  # with --port 0 a free one
    _announce(served, host, port, has_keys=bool(keys), has_page=workspace is not None)
    run_app(app, sockets)


def folders_by_name(models: list[str]) -> dict[str, Path]:
    """Return the model folders by name; a folder without a name is the default model.

    >>> folders_by_name(["model/", "second=other/"])
    {'default': PosixPath('model'), 'second': PosixPath('other')}

    Raises:
        ConfigError: for a name that is given twice.
    """
    folders: dict[str, Path] = {}
    for text in models:
        name, equals, folder = text.partition("=")
        if not equals or Path(text).exists():
            name, folder = _DEFAULT_NAME, text
        if not name or not folder:
            raise ConfigError(f"{text!r} is not a model; write it as NAME=FOLDER")
        if name in folders:
            raise ConfigError(f"two models are named {name!r}; give each a name, as {name}-2={folder}")
        folders[name] = Path(folder)
    return folders


def _announce(models: Models, host: str, port: int, *, has_keys: bool, has_page: bool) -> None:
    everywhere = host in _ALL_ADDRESSES
    name = "localhost" if everywhere else f"[{host}]" if ":" in host else host
    address = f"http://{name}:{port}"
    where = f"{address} and all addresses of this machine" if everywhere else address
    note(f"Serving {', '.join(models.policies())} at {where} (Ctrl-C ends it).")
    if not has_keys and not _is_loopback(host):
        note("Everybody at this address can read and change conversations; give --api-key-file.")
    if has_page:
        note(f"The page is at {address}/ui")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
