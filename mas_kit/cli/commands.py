"""The commands and their options. What they do is in the modules beside this one, loaded when called."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="mas-kit",
    help="A laboratory for multi-agent systems: open it, play, run, reproduce.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A use case; mas-kit list shows them.")]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="Processes to run on. Results do not depend on it.")
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print the address instead of opening it.")]
Port = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="The TCP port to listen on.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Keep every run in this folder, and go on from there."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for another program.")]


def version(asked: bool) -> None:
    """Print the version and end."""
    if asked:
        from importlib.metadata import version

        typer.echo(f"mas-kit {version('mas-kit')}")
        raise typer.Exit


@app.callback()
def main(
    show_version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=version, is_eager=True)
    ] = False,
) -> None:
    """A laboratory for multi-agent systems: open it, play, run, reproduce."""


def plain_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """A mistake in a command is answered by one message and exit code 2, not by a traceback."""

    @functools.wraps(command)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        try:
            return command(*arguments, **options)
        except KeyboardInterrupt as stop:  # a sweep's says how many runs are kept
            typer.echo(str(stop) or "stopped", err=True)
            raise typer.Exit(130) from None
        except Exception as error:
            errors = sys.modules.get("mas_kit.core.errors")  # where it is not loaded, it raised nothing
            if errors is None or not isinstance(error, errors.MasKitError):
                raise
            typer.secho(str(error), fg=typer.colors.RED, err=True)
            raise typer.Exit(2) from None

    return wrapped


@app.command()
@plain_errors
def lab(
    notebook: Annotated[
        str | None,
        typer.Argument(metavar="[NOTEBOOK]", help="What to open; the welcome notebook by default."),
    ] = None,
    no_browser: NoBrowser = False,
    port: Port = None,
) -> None:
    """Open JupyterLab on the welcome notebook."""
    from mas_kit.cli import lab as lab_

    raise typer.Exit(lab_.lab(notebook, browser=not no_browser, port=port))


@app.command("app")
@plain_errors
def app_(name: Name, no_browser: NoBrowser = False, port: Port = None) -> None:
    """Open a use case's page in the browser, to play with."""
    from mas_kit.cli import page

    raise typer.Exit(page.serve(name, browser=not no_browser, port=port))


@app.command("list")
@plain_errors
def list_(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A use case, to see its parameters.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the use cases; with a name, what run --set and --vary can change in one."""
    from mas_kit.cli import catalogue

    if name is None:
        catalogue.use_cases(as_json=as_json)
    else:
        catalogue.parameters(name, as_json=as_json)


@app.command()
@plain_errors
def run(
    name: Name,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="A parameter (mas-kit list NAME shows them); may be repeated."
        ),
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary",
            metavar="KEY=A,B,...",
            help="A parameter at several values; repeated, every combination is run.",
        ),
    ] = None,
    seeds: Annotated[
        int,
        typer.Option("--seeds", min=1, help="How many runs of each setting, each with a seed of its own."),
    ] = 20,
    workers: Workers = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Run a use case over many seeds and summarise its metrics.

    With --out every finished run is on disk before the next one starts; after an interruption the same
    command runs what is missing and nothing twice. Values that --vary compares meet the same seeds.
    """
    from mas_kit.cli import runs

    finished = runs.run(
        name, settings=set_ or [], vary=vary or [], seeds=seeds, workers=workers, out=out, as_json=as_json
    )
    raise typer.Exit(0 if finished else 1)


@app.command()
@plain_errors
def reproduce(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A use case; all of them by default.")
    ] = None,
    workers: Workers = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Run the published and exact results again and compare; exit code 1 when one does not hold."""
    from mas_kit.cli import runs

    holds = runs.reproduce(name, workers=workers, out=out, as_json=as_json)
    raise typer.Exit(0 if holds else 1)


@app.command()
@plain_errors
def doctor(as_json: Json = False) -> None:
    """Check this installation; where something is wrong, print the line that mends it."""
    from mas_kit.cli import doctor as doctor_

    raise typer.Exit(doctor_.doctor(as_json=as_json))
