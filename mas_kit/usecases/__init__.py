"""The use cases: each a folder with its agents, model, baseline, experiments, page and model card."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mas_kit.core.errors import MasKitError, unknown

if TYPE_CHECKING:
    from mas_kit.core.model import Model


@dataclass(frozen=True)
class UseCase:
    """A use case by name; its parts are imported when first asked for."""

    name: str

    @cached_property
    def _package(self) -> Any:
        return import_module(f"{__name__}.{self.name}")

    def _declared(self, name: str, part: str = "") -> Any:
        """What a module of the package declares. Raises MasKitError where it does not, or is not there."""
        where = f"{__name__}.{self.name}{part}"
        try:
            return getattr(import_module(where), name)
        except ModuleNotFoundError as error:
            if error.name != where:
                raise
            raise MasKitError(f"use case {self.name!r} has no module {where} with {name}") from None
        except AttributeError as error:
            if error.name != name:
                raise
            raise MasKitError(f"{where} declares no {name}: use case {self.name!r} needs one") from None

    @property
    def title(self) -> str:
        """Its name as a person would write it."""
        return str(self._declared("TITLE"))

    @property
    def summary(self) -> str:
        """One line on what it is."""
        return (self._package.__doc__ or "").split("\n")[0]

    @property
    def model(self) -> type[Model]:
        """Its model class."""
        found: type[Model] = self._declared("MODEL")
        return found

    @cached_property
    def experiments(self) -> Any:
        """Its experiments: the published or exact results that it reproduces."""
        return self._declared("EXPERIMENTS", ".experiments")

    @cached_property
    def app(self) -> Any:
        """Its page: what to draw."""
        return self._declared("APP", ".app")


def names() -> list[str]:
    """The names of the use cases, in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)


def load(name: str) -> UseCase:
    """The use case of that name. Raises UnknownNameError, with the nearest name suggested."""
    if name not in names():
        raise unknown("use case", name, names())
    return UseCase(name)
