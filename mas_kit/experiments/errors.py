"""Errors of experiments: a folder that cannot be used, a sweep that was stopped."""

from __future__ import annotations

from mas_kit.core.errors import MasKitError


class FolderError(MasKitError, OSError):
    """A folder of results that cannot be used: not writable, in use, or holding another experiment."""

    def __str__(self) -> str:  # OSError's own text would add an error number
        return str(self.args[0]) if self.args else ""


class StaleCodeError(MasKitError, RuntimeError):
    """A worker loaded another version of the model's code than this session holds."""


class Stopped(KeyboardInterrupt):
    """Ctrl-C in the middle of a sweep, with how many runs are kept."""
