"""The ``mas-kit`` command. Each subcommand loads what it needs when it is called."""

from mas_kit.cli.commands import app


def main() -> None:
    """Run the command line of this process."""
    app()


__all__ = ["app", "main"]
